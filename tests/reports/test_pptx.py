"""The slides of a report, read back as a program that shows them would."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Emu

from reports.content import WorkflowState
from reports.exporters import FORMATS
from tests.reports.hostile import hostile_report

TITLES = [
    "Test plan",
    "What changed since FY2027 Q1",
    "Status by focus area",
    "4 of 5 open initiatives need attention",
    "4 dates in FY2027 Q3",
    "Alignment with priorities",
    "1 of 5 open initiatives lacks a current update, 1 an owner",
    "Where to find more",
]


def deck_of(content):
    return Presentation(io.BytesIO(FORMATS["pptx"].write(content)))


def texts(slide):
    """Everything on a slide in reading order, a table cell by cell."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text_frame.text for row in shape.table.rows for cell in row.cells)


def test_each_slide_has_a_title_in_its_place_and_a_short_section_shares_one(story, content_of):
    deck = deck_of(content_of())
    assert [slide.shapes.title.text for slide in deck.slides] == TITLES
    assert all(next(iter(slide.shapes)).is_placeholder for slide in deck.slides)
    assert [layout.name for layout in deck.slide_layouts] == ["Cover", "Content"]
    headings = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.name == "Heading"]
    assert headings == [
        "Milestones: 0 met, 0 past their date, 1 slipped",
        "Commitments: 1 open, 0 of them overdue, 1 delivered",
    ]


def test_a_summary_stands_first_and_a_short_one_shares_its_slide(story, content_of):
    content = content_of()
    content = replace(content, workflow=replace(content.workflow, summary="# Good\n\n- A *calm* quarter."))
    deck = deck_of(content)
    assert [slide.shapes.title.text for slide in deck.slides][1] == "Summary of FY2027 Q2"
    assert "- A calm quarter." in "\n".join(texts(deck.slides[1]))
    assert "What changed since FY2027 Q1" in list(texts(deck.slides[1]))
    assert len(deck.slides) == 8


def test_the_story_is_told_in_figures_with_what_is_behind_them(story, content_of):
    content = content_of()
    slide = deck_of(content).slides[1]
    told = "\n".join(texts(slide))
    for change in content.changes.story:
        assert f"{change.count}\n{change.words}\n" in told
    notes = slide.notes_slide.notes_text_frame.text
    assert notes.startswith(f"What changed since FY2027 Q1.\n{content.changes.sentence}")
    for change in content.changes.story:
        for item in change.items:
            assert f"{item.number} {' '.join(item.title.split())}" in notes


def test_charts_are_native_with_their_numbers_inside_and_an_alternative_text(story, content_of):
    content = content_of()
    deck = deck_of(content)
    charts = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 2
    drawn = {series.name: list(series.values) for series in charts[0].chart.plots[0].series}
    assert drawn == {label: [area.counts[key] for area in content.focus_areas] for key, label in content.status_columns}
    sheet = openpyxl.load_workbook(io.BytesIO(charts[0].chart.part.chart_workbook.xlsx_part.blob)).active
    inside = {sheet.cell(1, n).value: [sheet.cell(r, n).value for r in (2, 3)] for n in range(2, sheet.max_column + 1)}
    assert inside == drawn
    for chart in charts:
        assert len(chart._element.nvGraphicFramePr.cNvPr.get("descr")) > 40
    assert [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13] == []  # no pictures


def test_tables_are_tables_and_say_what_they_hold(story, content_of):
    tables = [shape for slide in deck_of(content_of()).slides for shape in slide.shapes if shape.has_table]
    assert len(tables) == 4
    for table in tables:
        assert table.table.first_row
        assert table._element.nvGraphicFramePr.cNvPr.get("descr")


def test_what_a_slide_leaves_out_it_counts_and_the_notes_hold(story, content_of):
    content = content_of()
    row = content.rows.initiatives[1]
    many = tuple(
        replace(row, source_id=n, number=f"9.{n}", title=f"Long words {n} " * 30 + "end") for n in range(100, 140)
    )
    content = replace(content, rows=replace(content.rows, initiatives=content.rows.initiatives + many))
    slide = deck_of(content).slides[3]
    table = next(shape for shape in slide.shapes if shape.has_table).table
    shown = len(table.rows) - 2  # without the heading and what is left out
    assert f"and {44 - shown} more, all of them in the report" in list(texts(slide))
    assert table.cell(4, 0).text_frame.text.endswith("…")
    notes = slide.notes_slide.notes_text_frame.text
    assert all(f"{row.number} {row.title}. Status: " in notes for row in many)


def of_size(content, count):
    """The same report with so many initiatives: some with long words, some written from right to left."""
    titles = ["Interdepartmental " * 40, "Donaudampfschifffahrt" * 12, "تحسين خدمات المدينة للسكان", "Short"]
    known = content.rows.initiatives
    rows = (replace(known[n % len(known)], title=titles[n % 4]) for n in range(max(count, len(known))))
    more = tuple(replace(row, source_id=1_000 + n) if n >= len(known) else row for n, row in enumerate(rows))
    if not count:
        return replace(content, rows=content.rows.kept([]), before=None)
    return replace(content, rows=replace(content.rows, initiatives=more))


@pytest.mark.parametrize("count", [0, 5, 69, 400])
def test_nothing_is_outside_its_slide_nothing_overlaps_and_no_slide_is_nearly_empty(story, content_of, count):
    deck = deck_of(of_size(content_of(), count))
    titles = [slide.shapes.title.text for slide in deck.slides]
    for slide, title in zip(list(deck.slides)[1:-2], titles[1:], strict=False):
        lowest = max(s.top + s.height for s in slide.shapes if not s.is_placeholder)
        assert lowest > deck.slide_height * 0.4, title
    assert not any(title.endswith("…") for title in titles)
    for slide in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height, s.name) for s in slide.shapes]
        for left, top, right, bottom, name in boxes:
            assert min(left, top) >= 0, name
            assert right <= deck.slide_width, name
            assert bottom <= deck.slide_height, name
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (slide.shapes.title.text, one[4], other[4])


@pytest.mark.parametrize("seed", range(8))
def test_b59_any_text_makes_a_whole_deck_with_every_box_inside_its_slide(seed):
    deck = deck_of(hostile_report(seed))
    for slide in deck.slides:
        assert slide.shapes.title.text
        for shape in slide.shapes:
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


def test_slides_have_footer_and_number_and_the_properties_name_the_report(story, content_of):
    content = content_of()
    deck = deck_of(content)
    for number, slide in enumerate(deck.slides, start=1):
        told = list(texts(slide))
        if number > 1:
            assert told[-2:] == [
                "FY2027 Q2, revision 1 · Internal edition · as of 31 Dec 2026 · Test plan",
                str(number),
            ]
    properties = deck.core_properties
    assert (properties.title, properties.subject) == (content.title, content.workflow.content_hash)
    assert (properties.author, properties.keywords) == ("planapp", "")
    assert properties.created == content.workflow.built_at.replace(tzinfo=None)
    assert content.workflow.content_hash in "\n".join(texts(deck.slides[-1]))


def test_a_sample_says_so_on_every_slide(story, content_of):
    content = content_of()
    cover = replace(content.rows.cover, sample_note="Invented for the demonstration.")
    deck = deck_of(replace(content, rows=replace(content.rows, cover=cover)))
    assert deck.core_properties.keywords == "sample activity"
    for slide in deck.slides:
        assert "Sample activity" in "\n".join(texts(slide))


def test_a_draft_with_nothing_in_it_is_a_whole_deck(story, content_of):
    content = content_of()
    empty = replace(content, rows=replace(content.rows, headings=()).kept([]), before=None, workflow=WorkflowState())
    deck = deck_of(empty)
    assert len(deck.slides) == 6
    assert "This is a draft" in "\n".join(texts(deck.slides[-1]))


@pytest.mark.parametrize("part", ["docProps/thumbnail.jpeg", "docProps/app.xml", "ppt/printerSettings"])
def test_nothing_of_the_librarys_template_stays(story, content_of, part):
    archive = zipfile.ZipFile(io.BytesIO(FORMATS["pptx"].write(content_of())))
    assert [name for name in archive.namelist() if name.startswith(part)] == []
    assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert Emu(Presentation(io.BytesIO(FORMATS["pptx"].write(content_of()))).slide_width).inches == pytest.approx(
        13.333, abs=0.001
    )
