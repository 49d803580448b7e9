"""What stays although a checker names it, each with its reason. One that nothing needs any more fails its test."""

from typing import NamedTuple


class Kept(NamedTuple):
    """A finding of one kind that is right as it is. `where` narrows it: a selector, or words of the message."""

    rule: str
    where: str
    why: str
    width: int | None = None  # at which alone it is found


# IBM's checker, findings that fail. `where` is a selector that the element itself matches.
IBM = [
    Kept(
        "aria_form_label_unique",
        "form:not([aria-label], [aria-labelledby], [title])",
        "A form without a name is no landmark (HTML accessibility mapping, 4.1). Naming each form of one button would "
        "fill the list of landmarks with them; the button says what it does.",
    ),
    Kept("aria_landmark_name_unique", "form:not([aria-label], [aria-labelledby], [title])", "The same."),
    Kept("aria_content_in_landmark", ".skip", "The way past the header stands before every landmark: that is its use."),
    Kept(
        "aria_complementary_label_visible",
        "aside[aria-label]",
        "Its name is for the list of landmarks; the words and headings in it say to the eye what it holds.",
    ),
    Kept("aria_child_valid", "ol[data-group]:not(:has(> li))", "An empty strategy is a place that rows are moved to."),
    Kept(
        "table_headers_exists",
        "table:has(> thead > tr > th[scope=col])",
        "On a phone rows become blocks: the headings are out of sight, and each cell says its own before its value.",
        width=320,
    ),
    Kept(
        "aria_accessiblename_exists",
        "th:has(> .visually-hidden)",
        "Its name is there, for who hears the table; to the eye a column of buttons needs no heading.",
        width=1280,
    ),
]

# IBM's checker, what it asks a person to look at: by rule, what was found, and what holds it.
IBM_LOOKED_AT = {
    "aria_keyboard_handler_exists": "Comboboxes listen for keys on the field itself: tests/e2e/test_search.py.",
    "download_keyboard_controllable": "A plain link, which a browser stores as a file.",
    "draggable_alternative_exists": "Each row of a structure has a form that moves it without dragging.",
    "element_tabbable_unobscured": "Menus open over the page and close on Escape; nothing else is above the content.",
    "element_tabbable_visible": "What is visually hidden shows itself when it has the focus.",
    "form_submit_button_exists": "Its button stands elsewhere on the page and names the form with `form=`.",
    "input_checkboxes_grouped": "Each stands alone: it is one question, with its own label.",
    "input_fields_grouped": "Filters of one list are one form with a name; a frame around them would say it twice.",
    "input_label_visible": "Labels stand beside their fields; the header's search box has an icon-like placeholder and "
    "a label for screen readers, and a button with the same word.",
    "list_structure_proper": "`div` groups a name and its values in a `dl`, which HTML allows.",
    "select_options_grouped": "Months, kinds and initiatives in their own order; a group would have one member each.",
    "style_color_misuse": "A status is a word and a shape beside its colour, on pages and in files.",
    "style_highcontrast_visible": "Forced colours have rules of their own at the end of the style sheet.",
    "text_block_heading": "The words of an empty state are no heading: nothing follows under them.",
    "text_sensory_misuse": "`left` is said of what remains, `top` and `below` of the order of reading.",
    "widget_tabbable_single": "A heading of a row holds links; it is no widget.",
}

# The Nu HTML checker, by words of its message.
NU = [
    Kept(
        "role",
        r"^The “role” attribute must not be used on a “(tr|td|th)” element",
        "Narrow tables are laid out as blocks, and browsers then drop their meaning; the roles say it again.",
    ),
    Kept("hx", r"^Attribute “hx-[a-z-]+” not allowed on element", "Attributes of htmx; browsers pass over them."),
    Kept("warning", r"^The “\w+” role is unnecessary for element “\w+”", "Said again for the same reason as above."),
]

# What is less than 44 px wide or high on a phone, and at least 24. `where` is a selector.
SMALL = [
    Kept(
        "target", ".counts a", "The count beside a bar; the same list is a choice of the filter Status, which is 44 px."
    ),
    Kept(
        "target",
        ".list-tight a",
        "The plan's answer in short rows, so that it is read without much scrolling; All beside the heading is 44 px.",
    ),
    Kept("target", ".bars-short th > a", "A day of the plan; the field As of above it leads to the same page."),
    Kept(
        "target",
        "tbody th > [type='checkbox']",
        "Ticking several rows is work for a desk; the row's own page is 44 px.",
    ),
]

# Neighbours that the eye meets in another order than the HTML has them. `where` is a selector of the box they are in.
ORDER = [
    Kept("order", ".figures > div", "A figure and its name: HTML asks for the name first, and either order says it."),
    Kept(
        "order",
        ".table-brief tr",
        "Short rows of a phone: each cell has its own heading, so a row says the same in any order of its cells.",
    ),
    Kept("order", ".timeline tr", "The same: the bar's dates stand beside the status, the bar below both."),
]

# What is cut where letters are twice as large, and at their usual size too. `where` is a selector.
CUT = [
    Kept("cut", ".line, .line *", "A sentence cut to its first line; the page its row leads to has all of it."),
    Kept("cut", ".cut, .clamp", "A paragraph cut to two lines; the page its heading leads to has all of it."),
    Kept("cut", ".user-menu > summary span", "One's own name or the plan's; both stand whole in the menu it opens."),
]
