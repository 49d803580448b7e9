"""One reading of what people type: each text of one corpus, as HTML, as blocks and as words alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from web import markdown
from web.markdown import DEEPEST, HINT, SCHEMES, Block, Span, to_blocks, to_html, to_plain

LINK = "https://phila.gov"
CORPUS = {  # what was typed: as HTML, as words
    "One line\ntwo **bold**": ("<p>One line<br>\ntwo <strong>bold</strong></p>", "One line\ntwo bold"),
    "Text\n---\nmore": ("<p>Text</p>\n<hr>\n<p>more</p>", "Text\n\n———\n\nmore"),
    "Text\n===": ("<p>Text<br>\n===</p>", "Text\n==="),
    "# Head\nBody": ("<h3>Head</h3>\n<p>Body</p>", "Head\n\nBody"),
    "- a\n- *b*": ("<ul>\n<li>a</li>\n<li><em>b</em></li>\n</ul>", "- a\n- b"),
    "3. a\n4. b": ('<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
    "- a\n  - b\n  more": (
        "<ul>\n<li>a\n<ul>\n<li>b<br>\nmore</li>\n</ul>\n</li>\n</ul>",
        "- a\n  - b\n    more",
    ),
    "> said": ("<blockquote>\n<p>said</p>\n</blockquote>", "said"),
    "~~gone~~ `x*y`": ("<p><s>gone</s> <code>x*y</code></p>", "gone x*y"),
    f"[**the** city]({LINK})": (
        f'<p><a href="{LINK}" rel="nofollow noopener"><strong>the</strong> city</a></p>',
        f"the city ({LINK})",
    ),
    "[mail](mailto:a@phila.gov)": (
        '<p><a href="mailto:a@phila.gov" rel="nofollow noopener">mail</a></p>',
        "mail (a@phila.gov)",
    ),
    "[x](javascript:alert(1))": ("<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))"),
    "[x](/plan/)": ("<p>[x](/plan/)</p>", "[x](/plan/)"),
    f"![x]({LINK})": (f'<p>!<a href="{LINK}" rel="nofollow noopener">x</a></p>', f"!x ({LINK})"),
    "<b>raw</b> & co": ("<p>&lt;b&gt;raw&lt;/b&gt; &amp; co</p>", "<b>raw</b> & co"),
    "<div>\nraw": ("<p>&lt;div&gt;<br>\nraw</p>", "<div>\nraw"),
    "| a | b |\n|---|---|\n| 1 | 2 |": (None, "a | b\n1 | 2"),
    "3*4 and snake_case": ("<p>3*4 and snake_case</p>", "3*4 and snake_case"),
    " \n\n": ("", ""),
}


@pytest.mark.parametrize("text", CORPUS)
def test_each_text_reads_the_same_in_every_rendering(text):
    as_html, words = CORPUS[text]
    assert as_html is None or to_html(text).strip() == as_html
    assert to_plain(text) == words
    shown = html.fromstring(f"<div>{to_html(text)}</div>").text_content()
    drawn = "".join(_words(to_blocks(text)))
    assert "".join(shown.split()) == "".join(drawn.split()).replace("|", "")


def _words(blocks):
    for block in blocks:
        yield from (span.text for line in block.lines for span in line)
        for item in block.items:
            yield from _words(item)


def test_the_note_beside_a_field_shows_what_works():
    assert to_blocks("**bold**, *italic*") == (
        Block("paragraph", ((Span("bold", "strong"), Span(", "), Span("italic", "em")),)),
    )
    assert "**bold**" in HINT


def test_what_is_nested_too_deep_stays_and_stands_at_the_deepest_place():
    (block,) = to_blocks("".join(f"{'  ' * depth}- level {depth}\n" for depth in range(9)))
    depth = 1
    while nested := [one for one in block.items[0] if one.kind == "list"]:
        (block,) = nested
        depth += 1
    assert depth == DEEPEST
    assert "level 8" in "".join(_words([block]))


@given(st.text(alphabet=st.sampled_from("ab *_#->`[]()!<&|~\n1.:/\\\u202e"), max_size=60))
def test_any_text_gives_safe_html_and_words(text):
    page = html.fromstring(f"<div>{to_html(text)}</div>")
    assert not page.xpath("//script|//img|//h1|//h2")
    assert all(link.get("href").split(":")[0] in SCHEMES for link in page.xpath("//a[@href]"))
    to_plain(text)


@given(st.text(alphabet=st.sampled_from("ab 1.)-+=\n\t\u00a0(é:/@\"'"), max_size=30))
def test_words_without_marks_are_themselves_in_every_way(text):
    slow = "\n".join(markdown._plain_lines(to_blocks(text)))
    assert to_plain(text) == slow
    assert to_html(text) == markdown._drawn(text)
