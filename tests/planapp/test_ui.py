"""The words and shapes that templates use, and how forms say what is wrong. No database."""

from datetime import date

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.safestring import SafeString

from planapp.context import frame
from planapp.gallery import sample
from web.forms import Sentences
from web.templatetags import ui
from web.templatetags.components import sort_header

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "phrase", "state"),
    [
        (date(2026, 11, 24), "today", "soon"),
        (date(2026, 11, 25), "tomorrow", "soon"),
        (date(2026, 12, 6), "in 12 days", "soon"),
        (date(2027, 3, 1), "in 97 days", ""),
        (date(2026, 11, 23), "1 day late", "late"),
        (date(2026, 10, 14), "41 days late", "late"),
        (None, "", ""),
    ],
)
def test_days_say_how_late_a_date_is(day, phrase, state):
    assert ui.days_phrase(day, TODAY) == phrase
    assert ui.days_state(day, TODAY) == state


@pytest.mark.parametrize(
    ("count", "words"), [(2001, "2,001"), (69, "69"), (1_234_567, "1,234,567"), ("100+", "100+"), ("", "")]
)
def test_counts_are_written_as_people_write_them(count, words):
    assert Template("{{ count|number }}").render(Context({"count": count})) == words


def test_status_unknown_or_empty_shows_no_current_update():
    assert ui.status_label("") == ui.status_label(None) == ui.status_label("green") == "No current update"
    assert ui.status_label("at_risk") == "At risk"


def test_status_segments_fill_the_bar_and_skip_zero():
    segments = ui.status_segments({"off_track": 1, "on_track": 2, "on_hold": 0})
    assert [segment.status for segment in segments] == ["on_track", "off_track"]
    assert segments[-1].x + segments[-1].width == pytest.approx(100, abs=0.01)
    assert ui.status_segments({}) == ()


@pytest.mark.parametrize(
    ("text", "not_in"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", "href"),
        ("![x](https://example.org/x.png)", "<img"),
        ('<a href="x" onclick="y">z</a>', "<a "),
        ("# Big", "<h1"),
    ],
)
def test_markdown_is_harmless(text, not_in):
    assert not_in not in ui.markdown(text)


def test_markdown_keeps_what_people_write():
    assert ui.markdown("# Title\n\n- **one**\n- [two](https://phila.gov)") == (
        "<h3>Title</h3>\n<ul>\n<li><strong>one</strong></li>\n"
        '<li><a href="https://phila.gov" rel="nofollow noopener">two</a></li>\n</ul>\n'
    )


class WrongForm(Sentences, forms.Form):
    percent = forms.IntegerField(max_value=100, help_text="0 to 100.")
    due = forms.DateField(label="Due date")
    what = forms.CharField(max_length=3, label="What happened")
    own = forms.CharField(error_messages={"required": "Say who it is."})
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


def test_form_errors_name_the_field_and_are_linked_to_it():
    html = WrongForm({"percent": "140", "due": "soon", "what": "long"}).render()
    for sentence in (
        "“Percent” can be at most 100.",
        "“Due date” must be a real date, such as 26 Nov 2026, 11/26/2026 or 2026-11-26.",
        "“What happened” can have at most 3 characters. It has 4.",
        "Say who it is.",
        "Choose an answer for “Kind”.",
    ):
        assert html.count(sentence) == 2, sentence  # once in the summary, once at the field
    assert 'aria-describedby="id_percent_helptext id_percent_error"' in html
    assert 'id="id_percent_error"' in html
    assert 'id="id_percent_helptext"' in html
    assert 'href="#id_kind_0"' in html
    assert "<legend>Kind" in html


def test_query_keeps_other_filters_when_the_page_changes():
    request = RequestFactory().get("/initiatives/?status=at_risk&page=3")
    html = sort_header(Context({"request": request}), "Due", "due", sort="-due")
    assert 'href="?status=at_risk&amp;sort=due"' in html
    assert 'aria-sort="descending"' in html


def test_pagination_shows_where_it_is():
    context = Context(sample() | {"request": RequestFactory().get("/?q=x")})
    html = Template("{% pagination page %}").render(context)
    assert html.count('aria-current="page"') == 1
    assert "121–140 of 250 rows" in " ".join(html.split())
    assert 'href="?q=x&amp;page=8"' in html


def test_gallery_has_no_inline_style_or_script():
    request = RequestFactory().get("/")
    html = render_to_string("_components/gallery.html", sample(), request=request)
    assert " style=" not in html
    assert "<script>" not in html
    assert " onclick" not in html
    assert "<style" not in html


def test_frame_asks_nothing_of_a_request_without_a_user():
    request = RequestFactory().get("/")
    shown = frame(request)["frame"]
    assert (shown.nav, shown.as_of, shown.can_manage_people) == ("", None, False)


def test_error_page_renders_without_a_request():
    assert "went wrong" in Template('{% include "500.html" %}').render(Context())


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_a_table_gives_each_row_and_cell_what_a_phone_and_a_screen_reader_need():
    html = drawn(
        '{% table label=title wide=True kind="table-mix" %}'
        '<thead><tr><th>Name</th><th class="num">Late <b>"now"</b></th>'
        '<th class="no-print"><span class="visually-hidden">Actions</span></th></tr></thead>'
        '<tbody><tr id="a"><th>{{ name }}</th><td>3</td><td class="x">Go</td></tr>'
        '<tr><td colspan="3">All</td></tr></tbody>{% endtable %}',
        title='The "plan"',
        name="<td>typed",
    )
    assert html == (
        '<div class="table-wrap table-wrap-wide"><table class="table-stack table-mix" role="table" '
        'aria-label="The &quot;plan&quot;"><thead role="rowgroup"><tr role="row">'
        '<th role="columnheader" scope="col">Name</th>'
        '<th role="columnheader" scope="col" class="num">Late <b>"now"</b></th>'
        '<th role="columnheader" scope="col" class="no-print"><span class="visually-hidden">Actions</span></th>'
        "</tr></thead>"
        '<tbody role="rowgroup"><tr role="row" id="a"><th role="rowheader" scope="row">&lt;td&gt;typed</th>'
        '<td role="cell" data-label="Late &quot;now&quot;" class="num">3</td>'
        '<td role="cell" class="no-print x">Go</td></tr>'
        '<tr role="row"><td role="cell" colspan="3">All</td></tr></tbody></table></div>'
    )


def test_a_table_inside_a_cell_stays_as_it_is():
    inner = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
    html = drawn(
        '{% table labelledby="x" %}<thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><th>1</th><td>{{ text }}</td>'
        "</tr></tbody>{% endtable %}",
        text=SafeString(inner),
    )
    assert f'<td role="cell" data-label="B">{inner}</td></tr></tbody></table></div>' in html


@pytest.mark.parametrize("options", ["", "wide=True", 'label="A" colour="red"', '"Messages"', 'label="A" "Messages"'])
def test_a_table_without_a_name_or_with_an_unknown_option_does_not_compile(options):
    with pytest.raises(TemplateSyntaxError):
        drawn(f"{{% table {options} %}}{{% endtable %}}")


def test_a_name_people_typed_cannot_turn_the_words_around_it_round():
    assert drawn("{% name one %}", one="\u202eAda <b>") == "<bdi>\u202eAda &lt;b&gt;</bdi>"
    assert drawn("{% names several %}", several=["Ada", "Bo"]) == "<bdi>Ada</bdi>, <bdi>Bo</bdi>"
    assert drawn('{% name None %}; {% name nobody missing="plan<app" %}') == (
        '<span class="late">No owner</span>; plan&lt;app'
    )
