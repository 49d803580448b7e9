"""A text people typed, as the blocks that report.typ sets."""

from collections.abc import Iterable, Iterator

from reports.exporters.pdf.blocks import Block, Line, line, said
from web import markdown as reading


def markdown(text: str) -> list[Block]:
    return list(_blocks(reading.to_blocks(text)))


def _blocks(blocks: Iterable[reading.Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind == "list":
            items = [list(_blocks(item)) for item in block.items]
            yield {"kind": "deep_list", "start": block.start, "items": items}
        elif block.kind == "quote":
            yield {"kind": "quote", "blocks": list(_blocks(block.items[0]))}
        elif block.kind == "heading":
            yield {"kind": "heading", "level": 2, "lines": _lines(block), "id": ""}
        elif block.kind == "rule":
            yield {"kind": "rule"}
        else:
            yield {"kind": "text", "lines": _lines(block)}


def _lines(block: reading.Block) -> list[Line]:
    return [line(*(said(span.text, span.style, href=span.href) for span in spans)) for spans in block.lines]
