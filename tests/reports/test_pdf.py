"""The report as a PDF: its tags, what it says, and that any text makes a whole file (issue's "How good").

Positions of words are read with pdftotext (poppler-utils); where a machine has none, those tests are skipped.
"""

import html
import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import date
from itertools import pairwise

import page as checker
import pytest

from reports.content.outline import day_words as day
from reports.content.outline import lateness
from reports.exporters import to_pdf as exporter
from reports.exporters.pdf import text as drawing
from reports.exporters.pdf.text import SUBSTITUTE, Drawable, breakable, is_right_to_left, language
from reports.exporters.pdf.typeset import LostLink, linked
from reports.exporters.to_pdf import to_pdf
from tests.reports.hostile import hostile_report
from tests.reports.pdf_reader import Document
from web.templatetags.ui import days_phrase

MARGIN = 54  # points
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext (Debian: poppler-utils)")


@pytest.fixture
def made(story, content_of):
    return to_pdf(content_of())


@pytest.fixture
def document(made):
    return Document(made)


def errors_of(data):
    return [(failure.rule_id, failure.message) for failure in checker.validate_pdf_bytes(data, profile="ua1").failures]


def levels(document):
    return [int(element.tag[1]) for element in document.all("H1", "H2", "H3", "H4", "H5", "H6")]


def bookmarks(document):
    with document.pdf.open_outline() as outline:
        return [item.title for item in outline.root]


def misplaced(data):
    """Words outside the margins or over one another, as poppler sees them."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True)  # noqa: S607
    found = []
    for number, told in enumerate(done.stdout.decode("utf-8", "replace").split("<page ")[1:], start=1):
        width, height = (float(size) for size in re.match(r'width="([\d.]+)" height="([\d.]+)"', told).groups())
        words = [
            (*map(float, match.groups()[:4]), html.unescape(match[5]))
            for match in re.finditer(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', told)
        ]
        words = sorted((word for word in words if word[4].strip("\u200b\u200f\u2068\u2069")), key=lambda word: word[1])
        for index, (left, top, right, bottom, word) in enumerate(words):
            if left < MARGIN - 1 or right > width - MARGIN + 1 or top < 0 or bottom > height:
                found.append((number, "outside", word[:40]))
            for other in words[index + 1 :]:
                if other[1] >= bottom:
                    break
                beside = min(right, other[2]) - max(left, other[0])
                below = min(bottom, other[3]) - max(top, other[1])
                if beside > 2 and below > 0.6 * min(bottom - top, other[3] - other[1]):
                    found.append((number, "over", word[:40], other[4][:40]))
    return found


# Structure -----------------------------------------------------------------------------------------------------------


def test_it_keeps_every_rule_of_pdf_ua(made):
    report = checker.validate_pdf_bytes(made, profile="ua1")
    assert (report.is_compliant, report.rules.failed, report.document.version) == (True, 0, "1.7")


def test_language_title_properties_and_bookmarks(document, content_of):
    told, root = content_of(), document.pdf.Root
    assert str(root.Lang) == "en-US"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    info = {name: str(value) for name, value in document.pdf.docinfo.items()}
    assert info["/Title"] == told.title == "Test plan: quarterly report FY2027 Q2"
    assert (info["/Author"], info["/Subject"]) == ("planapp", told.workflow.content_hash)
    assert "/Keywords" not in info
    assert info["/CreationDate"] == "D:20270105090000Z"
    assert bookmarks(document) == [element.text for element in document.all("H1") if element.text != "Contents"]


def test_headings_are_in_order(document):
    assert [element.text for element in document.all("Title", "H1")] == [
        "Quarterly report FY2027 Q2", "Contents", "Summary", "What changed", "Status by focus area", "Needs attention",
        "Milestones", "Dates in FY2027 Q3", "Commitments by department", "Alignment with priorities",
        "Current updates and owners", "All initiatives",
    ]  # fmt: skip
    told = levels(document)
    assert all(after <= before + 1 for before, after in pairwise(told))
    assert len(document.all("H3")) == 7


def test_every_table_has_headers_that_say_what_they_head(document):
    tables = document.all("Table")
    assert len(tables) == 8
    for table in tables:
        first, *rest = table.all("TR")
        assert {cell.tag for cell in first.parts} == {"TH"}
        assert {cell.scope for cell in first.parts} == {"Column"}
        assert all(cell.text for cell in first.parts)
        assert {len(row.parts) for row in rest} == {len(first.parts)}


def test_the_chart_says_in_words_what_it_shows(document, content_of):
    (chart,) = document.all("Figure")
    told = content_of()
    parts = [("All initiatives", told.whole.segments)]
    parts += [(f"{area.goal.number} {area.goal.title}", area.segments) for area in told.focus_areas if area.segments]
    words = [f"{name}: {', '.join(f'{item.label} {item.count}' for item in items)}" for name, items in parts]
    assert chart.alt == f"Initiatives by status. {'. '.join(words)}."
    assert "All initiatives: Completed 1, " in chart.alt


def test_running_heads_and_page_numbers_are_no_content(document):
    artifacts = [texts.get(None, "") for texts in document.marked.values()]
    assert all(f"Page {n} of {len(artifacts)}" in told for n, told in enumerate(artifacts, start=1))
    assert "Page 1 of" not in document.root.text


def test_each_initiative_named_links_to_its_entry(document, story):
    words = {link.text for link in document.all("Link")}
    assert {"1.1 Gets better", "1.2 Gets worse", "1.9 Born in the quarter"} <= words
    pages = document.pdf.pages
    links = [note for leaf in pages for note in leaf.get("/Annots", []) if note.get("/Subtype") == "/Link"]
    inside = [str(note.Dest) for note in links if "/Dest" in note]
    places = [str(name) for name in document.pdf.Root.Names.Dests.Names][::2]
    assert f"initiative-{story['better'].pk}" in inside
    assert set(inside) <= set(places)
    assert not [note for note in links if "/A" in note]  # nobody typed an address
    assert all(str(note.Contents) for note in links)


def test_a_link_to_a_place_that_is_not_there_is_refused(story, content_of):
    content = content_of()
    data = exporter.document(content)
    data["facts"][0]["lines"] = [{"spans": [{"text": "Somewhere", "to": "initiative-999", "own": True}]}]
    with pytest.raises(exporter.CannotTypeset, match="no place called initiative-999"):
        exporter._typeset(data, Drawable())


def test_links_are_rewritten_in_their_place_or_refused():
    places = b"/Dests<</Names[(summary) 1 0 R]>>"
    link = b"/A<</Type/Action/S/URI/URI(here-1:%b)>>"
    made = linked(places + link % b"summary", b"here-1")
    assert len(made) == len(places + link % b"summary")
    assert b"/Dest(summary)" in made
    with pytest.raises(LostLink, match="no place called gone"):
        linked(places + link % b"gone", b"here-1")
    with pytest.raises(LostLink, match="written in an unknown way"):
        linked(places + b"/A<</S/URI/URI(here-1:summary)>>", b"here-1")


def test_a_text_that_looks_like_a_link_is_a_text(story, content_of):
    content = content_of()
    trick = "/A<</Type/Action/S/URI/URI(here-0123456789abcdef01234567:summary)>>"
    row = replace(content.rows.initiatives[0], title=trick)
    data = to_pdf(replace(content, rows=replace(content.rows, initiatives=(row, *content.rows.initiatives[1:]))))
    assert trick in "".join(Document(data).root.text.split())


def test_header_rows_come_again_on_every_page_of_a_table(plan, content_of, story):
    told = content_of()
    row = told.rows.milestones[0]
    many = tuple(replace(row, source_id=n, due_date=date(2026, 12, 1), completed_date=None) for n in range(1, 150))
    document = Document(to_pdf(replace(told, rows=replace(told.rows, milestones=many))))
    again = [texts.get(None, "") for texts in document.marked.values() if "MilestoneInitiative" in texts.get(None, "")]
    assert len(again) > 2
    assert len(document.tables()) == len(document.all("Table"))


# What it says --------------------------------------------------------------------------------------------------------


def test_a_short_table_stays_on_one_page_and_one_too_long_for_that_is_parted(content_of, story):
    content = content_of()
    tables = [block for block in exporter.document(content)["blocks"] if block["kind"] == "table"]
    assert all(table["keep"] for table in tables if len(table["rows"]) <= 8)
    rows = tuple(replace(row, title="Interdepartmental " * 60) for row in content.rows.initiatives)
    long = exporter.document(replace(content, rows=replace(content.rows, initiatives=rows)))["blocks"]
    assert not all(block["keep"] for block in long if block["kind"] == "table")


def test_the_counts_are_the_contents(document, content_of):
    told = content_of()
    (table,) = document.section("Status by focus area").all("Table")
    rows = [[cell.text for cell in row.parts] for row in table.all("TR")]
    assert rows[0] == ["Focus area", *[label for _, label in told.status_columns], "All", "Share completed"]
    assert rows[-1] == ["Whole plan", *[str(told.counts[key]) for key, _ in told.status_columns], "7", "17%"]
    assert [row[1:-2] for row in rows[1:-1]] == [[str(cell) for cell in area.cells] for area in told.focus_areas]


def test_statuses_and_dates_of_every_initiative_are_the_contents(document, content_of):
    told = content_of()
    section = document.section("All initiatives")
    entries = "".join(part.text + "\n" for part in section.parts)
    for row in told.rows.initiatives:
        start = entries.index(f"{row.number} {row.title}")
        entry = entries[start : entries.find("Milestones:", start)]
        assert row.effective_label in entry
        assert f"Due:{day(row.due_date)}" in entry
        assert f"Owner and department:{row.owner_name or 'No owner'}" in entry


def test_milestones_and_dates_ahead_are_the_contents(document, content_of):
    told = content_of()
    rows = [[cell.text for cell in row.all("TH", "TD")] for row in document.section("Milestones").all("TR")]
    steps = [*told.milestones_met, *told.milestones_missed, *told.milestones_slipped]
    titles = [(step.milestone.title, day(step.milestone.baseline_due_date)) for step in steps]
    assert [(row[0], row[2]) for row in rows if row[0] != "Milestone"] == titles
    ahead = [[cell.text for cell in row.all("TH", "TD")] for row in document.section("Dates in FY2027 Q3").all("TR")]
    assert [(row[0], row[1], row[2]) for row in ahead[1:]] == [
        (item.what, day(item.day), item.kind) for item in told.next_dates
    ]


def test_the_change_story_and_why_attention_are_the_contents(document, content_of):
    told = content_of()
    changed = document.section("What changed")
    assert changed.parts[0].text == told.changes.sentence
    assert [part.text.lower() for part in changed.all("H2")] == [item.sentence.lower() for item in told.changes.story]
    rows = [[cell.text for cell in row.all("TD")] for row in document.section("Needs attention").all("TR")][1:]
    assert [row[2] for row in rows] == [". ".join(item.reasons) + "." for item in told.attention]


def test_what_was_typed_is_never_read_as_markup(document):
    assert '1.3 =HYPERLINK("http://x.example","click")' in [element.text for element in document.all("H3")]
    assert not document.all("Formula")


def test_summary_markdown_becomes_structure(story, content_of):
    told = content_of()
    text = "# Good\n\nA **strong** [link](https://example.gov) and [none](javascript:alert(1))\n\n- one\n- two"
    document = Document(to_pdf(replace(told, workflow=replace(told.workflow, summary=text, summary_by="Leader"))))
    section = document.section("Summary")
    assert [element.text for element in section.all("H2")] == ["Good"]
    assert [element.text for element in section.all("LBody")] == ["one", "two"]
    assert [element.text for element in section.all("Link")] == ["link"]
    assert "none" in section.text


def test_a_draft_and_a_sample_say_so_on_every_page(story, content_of):
    told = content_of()
    cover = replace(told.rows.cover, sample_note="Invented for the demonstration.")
    workflow = replace(told.workflow, state="preview", content_hash="", chain_hash="")
    document = Document(to_pdf(replace(told, workflow=workflow, rows=replace(told.rows, cover=cover))))
    heads = [texts.get(None, "") for texts in document.marked.values()]
    assert all(head.startswith("Draft preview · Sample activity") for head in heads)
    assert "Its figures may still change." in document.root.text
    assert str(document.pdf.docinfo["/Keywords"]) == "sample activity"


def test_lateness_is_told_in_the_words_of_the_page():
    today = date(2026, 9, 30)
    for days in (-400, -41, -2, -1, 0, 1, 2, 12, 400):
        assert lateness(days) == days_phrase(date.fromordinal(today.toordinal() + days), today)


# Any text ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_poppler
@pytest.mark.parametrize("seed", range(50))
def test_b59_any_text_makes_a_whole_file_without_a_structure_error(seed):
    data = to_pdf(hostile_report(seed))
    assert errors_of(data) == []
    assert misplaced(data) == []


def test_the_same_report_gives_the_same_bytes_and_another_hash_others():
    assert to_pdf(hostile_report(1)) == to_pdf(hostile_report(1))


def test_a_report_of_nothing_is_a_file_too():
    assert errors_of(to_pdf(hostile_report(3, initiatives=0))) == []


def test_awkward_characters_are_drawn_or_replaced_and_counted(story, content_of):
    told = content_of()
    row = told.rows.initiatives[0]
    text = "é ñ Ł 漢字 🚲 \x00\x07\ue000 \ud800"
    rows = replace(told.rows, initiatives=(replace(row, happened=text), *told.rows.initiatives[1:]))
    document = Document(to_pdf(replace(told, rows=rows)))
    drawn = f"é ñ Ł 漢字 🚲 {SUBSTITUTE} {SUBSTITUTE}"
    assert unicodedata.normalize("NFC", document.root.text).count(drawn) == 1
    assert f"2 characters that no font here can draw are shown as {SUBSTITUTE}" in document.root.text


def test_a_text_that_the_typesetter_refuses_is_replaced_and_tried_again(story, content_of, monkeypatch):
    lied = drawing.covered() | {0xE000, ord("한")}
    monkeypatch.setattr(drawing, "covered", lambda: lied)
    told = content_of()
    row = replace(told.rows.initiatives[0], happened='private \ue000 and " 한 quoted')
    data = to_pdf(replace(told, rows=replace(told.rows, initiatives=(row, *told.rows.initiatives[1:]))))
    assert errors_of(data) == []
    assert f'private {SUBSTITUTE} and " ' in Document(data).root.text


def test_what_our_fonts_lack_is_drawn_with_the_machines(story, content_of):
    if drawing.machine_family(ord("ⴰ")) is None:
        pytest.skip("no font of this machine draws Tifinagh (Debian: fonts-dejavu-core)")
    told = content_of()
    row = replace(told.rows.initiatives[0], happened="ⴰⵣⵓⵍ")
    data = to_pdf(replace(told, rows=replace(told.rows, initiatives=(row, *told.rows.initiatives[1:]))))
    assert errors_of(data) == []
    assert "ⴰⵣⵓⵍ" in Document(data).root.text
    assert SUBSTITUTE not in Document(data).root.text


def bodies(template):
    """What stands after each `=>` of the template, up to the comma or bracket that ends it, and its parameters."""
    for arrow in re.finditer(r"(\([^()]*\)|\w+) => ", template):
        depth = 0
        for end, char in enumerate(template[arrow.end() :], start=arrow.end()):
            depth += (char in "([{") - (char in ")]}")
            if depth < 0 or (char == "," and depth == 0):
                yield arrow[1], template[arrow.end() : end]
                break


def test_no_function_of_the_template_takes_the_whole_report_along():
    """A thousand rows hashed for each of their cells made a PDF of 2,001 initiatives take 21 seconds in place of 8."""
    template = (exporter.TYPESETTER.parent / "report.typ").read_text(encoding="utf-8")
    found = list(bodies(template))
    assert len(found) > 10
    heavy = [body for names, body in found for name in ("b", "d") if re.search(rf"\b{name}\.(?!at)", body)]
    assert not heavy
    functions = re.findall(r"^#let [\w-]+\([^#]*", template, re.MULTILINE)
    footer = template.partition("context {")[2]
    assert len(functions) > 10
    assert not [body for body in (*functions, footer.partition("#")[0]) if re.search(r"\bd\.\w", body)]


def test_a_typesetter_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(exporter, "SECONDS", 0.01)
    with pytest.raises(exporter.CannotTypeset, match="not set within 0 seconds"):
        to_pdf(hostile_report(1))


def test_strict_text_has_the_letters_of_the_first_font_alone():
    drawable = Drawable(strict=True)
    assert drawable.text("Łódź 漢 e\u0301\u0489 ع\u200d") == f"Łódź {SUBSTITUTE} é{SUBSTITUTE} {SUBSTITUTE}"
    assert drawable.replaced == 3


@pytest.mark.parametrize(
    ("text", "turned", "code"),
    [
        ("1.1 مرحبا (2027)", True, "ar"),
        ("שלום עולם world", True, "he"),
        ("world שלום", False, ""),
        ("简体中文", False, "zh"),
        ("かな漢字", False, "ja"),
        ("12 – 34", False, ""),
    ],
)
def test_direction_and_language_follow_the_writing(text, turned, code):
    assert (is_right_to_left([{"text": text}]), language(text)) == (turned, code)


def test_a_line_that_begins_in_our_words_reads_as_they_do():
    name = {"text": "שלום"}
    assert is_right_to_left([name, {"text": ", 12 – ", "own": True}])
    assert not is_right_to_left([name, {"text": ", 7 Oct 2026", "own": True}])
    assert not is_right_to_left([{"text": "Without an owner: ", "own": True}, name])


def test_long_words_get_places_to_break_and_common_ones_none():
    assert breakable("telecommunications interdepartmental", 9.6) == "telecommunications interdepartmental"
    broken = breakable("W" * 2_000, 9.6)
    assert max(map(len, broken.split("\u200b"))) <= 4
    assert broken.replace("\u200b", "") == "W" * 2_000
