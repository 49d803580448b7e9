"""Templates compile, hold nothing that the content security policy refuses, and every component is in the gallery."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = settings.BASE_DIR / "templates"
ALL = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in {".html", ".txt"})
COMPONENTS = sorted(path.stem for path in (FOLDER / "_components").glob("*.html") if path.stem != "gallery")
# Mail has no stylesheet of ours to lean on.
MAIL = re.compile(r"base_email|/email/|/mail/")
# Drawn once by the frame, so every page shows them, the gallery too.
OF_THE_FRAME = {"idle", "nav_item", "plan_menu", "search_box", "sprite", "user_menu"}
# Files people take away and open on their own; no stylesheet of ours is there.
FILES = {"reports/export.html"}
REFUSED = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|hx-vals=['\"]js:", re.IGNORECASE
)


@pytest.mark.parametrize("name", ALL)
def test_every_template_compiles(name: str):
    get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if not MAIL.search(name) and name not in FILES])
def test_no_inline_script_or_style(name: str):
    found = REFUSED.findall(re.sub(r"{#.*?#}", "", (FOLDER / name).read_text()))
    assert found == [], name


def drawn_by(name: str) -> set[str]:
    """The components a template includes, and those they include."""
    found: set[str] = set()
    for one in re.findall(r"_components/(\w+)\.html", (FOLDER / name).read_text()):
        if one not in found:
            found |= {one} | drawn_by(f"_components/{one}.html")
    return found


def test_every_component_is_in_the_gallery():
    shown = drawn_by("_components/gallery.html") | {"error_summary"}  # by its forms
    assert [name for name in COMPONENTS if name not in shown | OF_THE_FRAME] == []


def test_templates_are_short():
    long = {name: count for name in ALL if (count := len((FOLDER / name).read_text().splitlines())) > 150}
    assert long == {}


def test_tables_are_drawn_by_the_tag():
    """`{% table %}` gives rows and cells their roles and labels; written by hand they are forgotten."""
    ours = [name for name in ALL if not MAIL.search(name) and not name.startswith("reports/sections/")]
    by_hand = [name for name in ours if re.search(r'<table|role="row"', (FOLDER / name).read_text())]
    assert by_hand == []


def test_template_lines_are_short():
    long = [name for name in ALL if max(map(len, (FOLDER / name).read_text().splitlines()), default=0) > 160]
    assert long == []
