"""The one reading of a text people typed, and its renderings: HTML, plain text, and blocks for those who draw them.

CommonMark with tables and ~~strikethrough~~, and four rules of ours: a line break stays a line break, a line `---` is
a rule and never turns the text above it into a heading, HTML and images stay the letters they are typed in, a link
leads to http, https or mailto. `HINT` says so beside every field. Knows neither Django nor the database.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

HINT = "You can use Markdown: **bold**, *italic*, a line that starts with “-” or “1.”, [words](https://…)."
DEEPEST = 5  # lists and quotes nested deeper stand at this depth
SHORT = 2_000  # characters of a text whose HTML is kept
SCHEMES = ("http", "https", "mailto")
_TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "a", "code", "pre", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False}).enable(
    ["table", "strikethrough"]
)
_PARSER.disable(["image", "lheading", "html_block", "html_inline"])
_PARSER.validateLink = lambda url: url.lower().startswith(tuple(f"{scheme}:" for scheme in SCHEMES))  # type: ignore[method-assign]

# What a text has that is not words alone: signs, escapes, line starts and ends that mean something, blank lines.
_MARKS = re.compile(r"[*_`#>\[\]~|\\&<\x00\r\t]|^\s|\s$|\n[ ]|[ ]\n|\n\n|^[-+=]|^\d+[.)]|\A\Z", re.MULTILINE)

Style = Literal["", "strong", "em", "s", "code"]


@dataclass(frozen=True)
class Span:
    """Words in one look; `href` where they are a link."""

    text: str
    style: Style = ""
    href: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Block:
    """A piece of a text. `lines` of a paragraph, heading or code; `items` of a list, or the one of a quote.

    `level` is a heading's, from 1; `start` the first number of a numbered list. A table is a paragraph of its rows.
    """

    kind: Literal["paragraph", "heading", "code", "list", "quote", "rule"]
    lines: tuple[Line, ...] = ()
    items: tuple[tuple["Block", ...], ...] = ()
    level: int = 0
    start: int | None = None


def to_html(text: str) -> str:
    """Safe HTML. A page owns h1 and h2, so a writer's first level is h3."""
    if not _MARKS.search(text):  # most texts: a page of a report has hundreds
        lines = text.replace("\n", "<br>\n").replace("\u00a0", "&nbsp;")
        return f"<p>{lines}</p>\n"
    return _drawn_once(text) if len(text) <= SHORT else _drawn(text)


@lru_cache(maxsize=256)
def _drawn_once(text: str) -> str:
    """What many read, such as the summary of an initiative: a millisecond each time, a megabyte a process at most."""
    return _drawn(text)


def _drawn(text: str) -> str:
    tokens = _parsed(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    return nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, {}),
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener",
    )


def to_blocks(text: str) -> tuple[Block, ...]:
    return tuple(_blocks(SyntaxTreeNode(_parsed(text)).children, 1))


def to_plain(text: str) -> str:
    """The words alone, for mails, lists, slides and cells: a blank line between blocks, marks only before items."""
    return "\n".join(_plain_lines(to_blocks(text))) if _MARKS.search(text) else text


def _parsed(text: str) -> list[Token]:
    return _PARSER.parse(text.replace("\x00", ""))  # the parser would put a sign of its own there


def _blocks(nodes: Iterable[SyntaxTreeNode], depth: int) -> Iterator[Block]:
    for node in nodes:
        if node.type in {"bullet_list", "ordered_list", "blockquote"}:
            yield from _nested(node, depth)
        elif node.type == "heading":
            yield Block("heading", _lines(node), level=int(node.tag[1]))
        elif node.type in {"fence", "code_block"}:
            yield Block("code", tuple((Span(words, "code"),) for words in node.content.splitlines()))
        elif node.type == "table":
            yield Block("paragraph", tuple(_row(row) for row in node.walk() if row.type == "tr"))
        else:
            yield Block("rule") if node.type == "hr" else Block("paragraph", _lines(node))


def _nested(node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
    is_quote = node.type == "blockquote"
    items = tuple(tuple(_blocks(one.children, depth + 1)) for one in ([node] if is_quote else node.children))
    if depth > DEEPEST:
        for blocks in items:
            yield from blocks
    elif is_quote:
        yield Block("quote", items=items)
    else:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        yield Block("list", items=items, start=start)


def _row(node: SyntaxTreeNode) -> Line:
    """A table's row as a line: a table of any width fits no page."""
    cells = [tuple(_spans(one, "strong" if one.type == "th" else "")) for one in node.children]
    return tuple(span for index, cell in enumerate(cells) for span in ((Span(" | "), *cell) if index else cell))


def _lines(node: SyntaxTreeNode) -> tuple[Line, ...]:
    lines: list[list[Span]] = [[]]
    for span in _spans(node):
        if span.text == "\n":
            lines.append([])
        else:
            lines[-1].append(span)
    return tuple(map(tuple, lines))


def _spans(node: SyntaxTreeNode, style: Style = "", href: str = "") -> Iterator[Span]:
    for child in node.children:
        if child.type in {"text", "code_inline"}:
            if child.content:
                yield Span(child.content, style, href)
        elif child.type in {"softbreak", "hardbreak"}:
            yield Span("\n")
        elif child.type == "link":
            yield from _spans(child, style, str(child.attrs.get("href", "")))
        else:
            own: dict[str, Style] = {"strong": "strong", "em": "em", "s": "s"}
            yield from _spans(child, style if style == "strong" else own.get(child.type, style), href)


def _plain_lines(blocks: Iterable[Block]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if index:
            yield ""
        if block.kind == "list":
            for number, item in enumerate(block.items, start=block.start or 1):
                mark = "-" if block.start is None else f"{number}."
                first, *rest = list(_plain_lines(item)) or [""]
                yield f"{mark} {first}".rstrip()
                yield from (f"  {line}" for line in rest if line)
        elif block.kind == "quote":
            yield from _plain_lines(block.items[0])
        elif block.kind == "rule":
            yield "———"
        else:
            yield from ("".join(map(_words, _joined(line))) for line in block.lines)


def _joined(line: Line) -> Iterator[Span]:
    """The spans of one link as one, so that its address stands once."""
    held: Span | None = None
    for span in line:
        if held is not None and span.href and span.href == held.href:
            held = replace(held, text=held.text + span.text)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def _words(span: Span) -> str:
    address = span.href.removeprefix("mailto:")
    return f"{span.text} ({address})" if span.href and address != span.text else span.text
