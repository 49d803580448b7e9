"""Leadership's Markdown as blocks, with the same rules as on the page: no raw HTML, no images, safe links alone."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from reports.exporters.pdf.blocks import Block, Line, Span, line, own, said

DEEPEST = 5  # lists and quotes nested deeper are told at this depth
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_MARKDOWN.disable("image")


def markdown(text: str) -> list[Block]:
    return list(_blocks(SyntaxTreeNode(_MARKDOWN.parse(text)).children, 1))


def _blocks(nodes: Iterable[SyntaxTreeNode], depth: int) -> Iterator[Block]:
    for node in nodes:
        if node.type in {"bullet_list", "ordered_list", "blockquote"}:
            yield from _nest(node, depth)
        elif node.type == "heading":
            yield {"kind": "heading", "level": 2, "lines": list(_lines(node)), "id": ""}
        elif node.type in {"fence", "code_block"}:
            yield {"kind": "text", "lines": [line(said(words)) for words in node.content.splitlines()]}
        elif node.type == "table":
            yield from _table(node)
        elif node.type != "hr":
            yield {"kind": "text", "lines": list(_lines(node))}


def _nest(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    is_quote = node.type == "blockquote"
    parts = [node] if is_quote else node.children
    inner = [list(_blocks(part.children, depth + 1)) for part in parts]
    if depth > DEEPEST:
        for blocks in inner:
            yield from blocks
    elif is_quote:
        yield {"kind": "quote", "blocks": inner[0]}
    else:
        yield {"kind": "deep_list", "ordered": node.type == "ordered_list", "items": inner}


def _table(node: SyntaxTreeNode) -> Iterator[Block]:
    """Each row as a line: the summary is prose, and a table of any width fits no page."""
    for row in node.walk():
        if row.type == "tr":
            spans: list[Span | str] = []
            for index, one in enumerate(row.children):
                spans += [own(" | ", "muted") if index else "", *_spans(one, "strong" if one.type == "th" else "")]
            yield {"kind": "text", "lines": [line(*spans)]}


def _lines(node: SyntaxTreeNode) -> Iterator[Line]:
    """A paragraph is one line but for hard breaks."""
    spans: list[Span] = []
    for span in _spans(node, ""):
        if span["text"] == "\n":
            yield line(*spans)
            spans = []
        else:
            spans.append(span)
    yield line(*spans)


def _spans(node: SyntaxTreeNode, style: str, href: str = "") -> Iterator[Span]:
    for child in node.children:
        if child.type in {"text", "code_inline"}:
            yield said(child.content, style, href=href)
        elif child.type == "softbreak":
            yield said(" ", style)
        elif child.type == "hardbreak":
            yield own("\n")
        else:
            more = {"strong": "strong", "em": "em"}.get(child.type, style)
            more = "strong" if style == "strong" else more
            target = str(child.attrs.get("href", "")) if child.type == "link" else href
            safe = target if target.startswith(("http://", "https://", "mailto:")) else ""
            yield from _spans(child, more, safe)
