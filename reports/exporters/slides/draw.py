"""The outline of a report as slides: one function for each kind of block.

A slide shows as much as fits; its speaker notes hold every sentence in full. A section that would leave its slide
nearly empty shares it with the next one, where that fits.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.util import Length

from reports.content import ReportContent, outline
from reports.content.outline import (
    Block,
    Chart,
    Figure,
    Figures,
    Paragraph,
    Section,
    Status,
    Table,
    Text,
    Words,
    plain_cell,
    sentences,
)
from reports.exporters.slides import shapes
from reports.exporters.slides.shapes import BLUE, BOLD, HEADINGS, HEADLINE, LINE, PALE, Box, Run, fit
from reports.exporters.words import STATUS_COLOURS
from web.markdown import to_plain

TEMPLATE = Path(__file__).parent / "template.pptx"
SHARED = 0.5  # a slide filled no further than this is shared with the next section
SHORT = 1.0  # inches of a section that joins any slide it fits on
HEADING = 0.75  # inches of a heading on a slide that is shared
CHART = 3.4  # inches below which bars with their names are hard to read
BARS = 12  # of a chart, that can still be read
GAP = 0.2
SPACE = 6  # points after a paragraph


class Deck:
    """The slides as they are drawn: the one at hand, and how far down it is filled."""

    def __init__(self, report: ReportContent) -> None:
        self.report = report
        self.file: Any = Presentation(str(TEMPLATE))
        (area,) = (one for one in self._layout("Content").placeholders if one.name == "Content area")
        self.area = Box(*(Length(size).inches for size in (area.left, area.top, area.width, area.height)))
        self.slide: Any = None
        self.top = self.area.bottom

    def _layout(self, name: str) -> Any:
        return self.file.slide_layouts.get_by_name(name)

    @property
    def rest(self) -> Box:
        return self.area.below(self.top)

    def add_cover(self, title: str, lines: Sequence[Run], notes: Iterable[str]) -> None:
        slide = self.file.slides.add_slide(self._layout("Cover"))
        slide.shapes.title.text = fit(title, self.area.width, 40 * HEADLINE, 3)[0]
        shapes.write(slide.placeholders[1].text_frame, [[line] for line in lines])
        self.slide = slide
        self.note(notes)

    def add_slide(self, title: str) -> None:
        self.slide = self.file.slides.add_slide(self._layout("Content"))
        is_whole = fit(title, self.area.width, 26 * HEADLINE)[0] == shapes.plain(title)
        size = 26 if is_whole else 22  # two lines of the larger would leave their box
        words = fit(title, self.area.width, size * HEADLINE, 2)[0]
        shapes.write(self.slide.shapes.title.text_frame, [[Run(words, size, BLUE, bold=True, font=HEADINGS)]])
        for shape in list(self.slide.placeholders):
            if shape.placeholder_format.idx == 13:  # it says where content goes
                shape.element.getparent().remove(shape.element)
        self.top = self.area.top

    def begin(self, title: str, high: float) -> None:
        """A slide for a section so many inches high; a heading where the last one has the room."""
        is_filled = high > SHORT and self.top > self.area.top + SHARED * self.area.height
        if is_filled or self.rest.height < HEADING + min(high, self.area.height - HEADING):
            self.add_slide(title)
            return
        words = [Run(fit(title, self.area.width, 20 * HEADLINE)[0], 20, BLUE, bold=True, font=HEADINGS)]
        box = Box(self.area.left, self.top + GAP, self.area.width, 0.5)
        shapes.add_text(self.slide, [words], box, name="Heading")
        self.top = box.bottom + 0.05

    def note(self, sentences: Iterable[str]) -> None:
        """What the slide says, in full sentences, a paragraph each."""
        frame = self.slide.notes_slide.notes_text_frame
        frame.text = "\n".join([*filter(None, [frame.text]), *(shapes.plain(one) for one in sentences if one)])

    def add_paragraphs(self, paragraphs: Sequence[Sequence[Run]], name: str) -> None:
        """Text cut to the lines that are left, each paragraph in the size of its first run."""
        fitted, high, widths = [], 0.1, self.area.width
        for runs in paragraphs:
            size = runs[0].size
            room = int((self.rest.height - high) / (size * LINE))
            if room < 1:
                break
            text, lines = fit("".join(run.text for run in runs), widths, size * (BOLD if runs[0].bold else 1), room)
            fitted.append([Run(text, size, runs[0].colour, runs[0].bold, runs[0].font)])
            high += lines * size * LINE + SPACE / 72
        box = Box(self.area.left, self.top, self.area.width, high)
        shapes.add_text(self.slide, fitted, box, name=name, space=SPACE)
        self.top = box.bottom + 0.05


def draw(deck: Deck) -> None:
    for section in outline(deck.report, "slides"):
        title = section.headline or section.heading
        shown: list[Block] = section.on_slides or [Paragraph((Words(section.empty),))]
        deck.begin(title, sum(_height(block) for block in shown))
        if isinstance(shown[0], Figures) and isinstance(shown[-1], Table):
            _figures_and_chart(deck, shown[0], shown[-1])
            shown = []
        for block in shown:
            _draw(deck, block, title)
        deck.note([f"{title}.", *_spoken(section)])


def _spoken(section: Section) -> Iterable[str]:
    for block in section.blocks:
        yield from sentences(block)
    if not section.blocks:
        yield section.empty


def _draw(deck: Deck, block: Block, title: str) -> None:
    if isinstance(block, Paragraph):
        deck.add_paragraphs([[Run("".join(piece.text for piece in block.line), 14)]], "In words")
    elif isinstance(block, Text):
        _text(deck, block)
    elif isinstance(block, Chart):
        _chart(deck, block)
    elif isinstance(block, Table):
        _table(deck, block, title)
    else:
        deck.top = _tiles(deck, block.items, deck.rest, _across(block.items))


def _height(block: Block) -> float:
    """About how many inches a block wants, to be worth its place on a slide that is shared."""
    if isinstance(block, Figures):
        high = 1.3 if any(item.behind for item in block.items) else 1.2
        return high * -(-len(block.items) // _across(block.items))
    if isinstance(block, Chart) or (isinstance(block, Table) and block.chart and _values(block)):
        return CHART
    if isinstance(block, Table):
        return 0.6 + (0.66 if block.is_matrix else 0.5) * len(block.rows)
    return SHORT / 2


def _across(items: Sequence[Figure]) -> int:
    return 4 if len(items) in {4, 7, 8} or len(items) > 9 else 3


def _text(deck: Deck, block: Text) -> None:
    text = to_plain(block.text)
    size = 18 if len(text) > 600 else 24
    lines = [[Run(line, size)] for line in text.splitlines() if line.strip()]
    deck.add_paragraphs([*lines, [Run("".join(piece.text for piece in block.by), 12)]], "Text")


def _chart(deck: Deck, block: Chart) -> None:
    bars = [bar for bar in block.bars if not bar.is_total]
    shown = bars[:BARS] or list(block.bars)
    if len(bars) > BARS:
        deck.add_paragraphs([[Run(f"The first {BARS} are drawn.", 12)]], "Left out")
    series = [
        shapes.Series(label, [_count(bar.parts, status) for bar in shown], STATUS_COLOURS[status], status)
        for status, label in block.legend
    ]
    names = [fit(bar.name, 3.6, 12, 2)[0] for bar in shown]
    descr = " ".join([f"{block.title}.", *sentences(block)])
    shapes.add_bars(
        deck.slide, names, series, deck.rest, descr=descr, built_at=deck.report.workflow.built_at
    )  # fmt: skip
    deck.top = deck.area.bottom


def _count(parts: Iterable[Any], status: str) -> int:
    return sum(part.count for part in parts if part.status == status)


def _table(deck: Deck, block: Table, title: str) -> None:
    if deck.rest.height < 1.5:
        deck.add_slide(title)
    most = max(
        (int(plain_cell(cell)) for row in block.rows for cell in row.cells[1:] if plain_cell(cell).isdigit()), default=0
    )
    rows = [
        [_cell(cell, most if block.is_matrix and index else 0) for index, cell in enumerate(row.cells)]
        for row in block.rows
    ]
    deck.top = shapes.add_table(
        deck.slide, [column.heading for column in block.columns], rows, deck.rest,
        descr=f"{title}: {', '.join(column.heading.lower() for column in block.columns)}; {len(rows)} in all.",
        widths=[column.share for column in block.columns], numbers=[column.is_number for column in block.columns],
        size=14 if block.is_matrix else 12, lines=3 if block.is_matrix else 2,
    )  # fmt: skip


def _cell(cell: Any, most: int) -> shapes.Cell:
    text = plain_cell(cell)
    status = next((piece.status for line in cell for piece in _pieces(line) if isinstance(piece, Status)), "")
    ground = _tint(int(text) / most) if most and text.isdigit() else None
    return shapes.Cell(text or "–", STATUS_COLOURS.get(status, ""), ground)


def _pieces(line: Any) -> Iterable[Any]:
    return line if isinstance(line, tuple) else ()


def _tint(share: float) -> str:
    """White for none, the more the bluer; dark letters can be read on all of them."""
    blue = STATUS_COLOURS["completed"]
    return "".join(f"{round(255 + (int(blue[at : at + 2], 16) - 255) * 0.4 * share):02X}" for at in (0, 2, 4))


def _tiles(deck: Deck, items: Sequence[Figure], box: Box, across: int) -> float:
    """A tile a figure: the number, what it counts, and the first few behind it; all as high as the fullest, which is
    as high as there is room. Says where they end."""
    rows = -(-len(items) // across)
    width = (box.width - GAP * (across - 1)) / across
    height = (box.height - GAP * (rows - 1)) / rows
    size = 60 if height > 4 else 40 if height > 2 else 28
    tiles, fullest = [], 0.0
    for item in items:
        words, used = fit(item.words, width, 14 * BOLD, 2)
        high = 0.15 + (size + used * 14) * LINE
        behind, lines = _behind(item, width, int((height - high) / (12 * LINE)))
        fullest = max(fullest, high + lines * 12 * LINE)
        tiles.append(
            [[Run(str(item.value), size, BLUE, bold=True, font=HEADINGS)], [Run(words, 14, bold=True)], *behind]
        )
    height = min(height, fullest)
    for index, (item, paragraphs) in enumerate(zip(items, tiles, strict=True)):
        line, column = divmod(index, across)
        place = Box(box.left + column * (width + GAP), box.top + line * (height + GAP), width, height)
        shapes.add_text(deck.slide, paragraphs, place, name=shapes.plain(f"{item.value} {item.words}"), fill=PALE)
    return box.top + rows * (height + GAP) - GAP


def _behind(item: Figure, width: float, room: int) -> tuple[list[list[Run]], int]:
    """The first few by name, in so many lines at most, and how many more there are; and the lines they take."""
    found: list[list[Run]] = []
    lines = 0
    for index, (name, detail) in enumerate(item.behind):
        more = item.value - index - 1
        text, used = fit(name, width, 12, 2)
        used += bool(detail)
        if lines + used + min(more, 1) > room:
            return ([*found, [Run(f"and {more + 1} more", 12)]], lines + 1) if lines < room else (found, lines)
        found.append([Run(text, 12)])
        if detail:
            found.append([Run(fit(detail, width, 12)[0], 11)])
        lines += used
    return found, lines


def _values(table: Table) -> list[int]:
    """The numbers that a table's chart draws; none where all are nothing."""
    values = [int(plain_cell(row.cells[1])) for row in table.rows]
    return values if any(values) else []


def _figures_and_chart(deck: Deck, figures: Figures, table: Table) -> None:
    """Numbers to the left, one above the other; the table beside them as bars, where there are any."""
    box, items, values = deck.rest, [item for item in figures.items if item.of is not None], _values(table)
    if not values:
        deck.top = _tiles(deck, items, box, 3)
        return
    left = Box(box.left, box.top, box.width * 0.36, box.height)
    _tiles(deck, items, left, 1)
    start = left.left + left.width + 2 * GAP
    right = Box(start, box.top, box.left + box.width - start, box.height)
    above = Box(right.left, right.top, right.width, 0.4)
    shapes.add_text(deck.slide, [[Run(table.chart, 14, bold=True)]], above, name="Chart title")
    names = [plain_cell(row.cells[0]) for row in table.rows]
    ages = ", ".join(f"{name.lower()} {value}" for name, value in zip(names, values, strict=True))
    series = [shapes.Series(table.columns[1].heading, values, BLUE)]
    shapes.add_bars(
        deck.slide, names, series, right.below(right.top + 0.4), descr=f"{table.chart}: {ages}.",
        built_at=deck.report.workflow.built_at,
    )  # fmt: skip
    deck.top = deck.area.bottom
