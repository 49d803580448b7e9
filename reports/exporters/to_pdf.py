"""PDF: the report as a tagged document (PDF/UA-1) that is set by Typst. docs/adr/0008-pdf.md says why."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from reports.content import ReportContent
from reports.content.outline import Words, day_words, moment_words, typed
from reports.exporters import CannotTypeset
from reports.exporters.pdf.draw import Data, blocks, short, span
from reports.exporters.pdf.text import SUBSTITUTE, Drawable, families
from reports.exporters.words import STATUS_INK, cover_facts, report_name

TYPESETTER = Path(__file__).parent / "pdf" / "typeset.py"
SECONDS = 120.0
REFUSED = re.compile(r'error: PDF/UA-1 error: the text (?:contains the disallowed codepoint )?`"(.*?)"`')
TRIES = 4
DRAFT = "Draft preview. The quarter was not frozen when this file was made. Its figures may still change."


def to_pdf(report: ReportContent) -> bytes:
    return typeset(document(report))


def typeset(data: dict[str, Any]) -> bytes:
    """A document as report.typ takes it, set. Raises CannotTypeset."""
    refused: list[str] = []
    for _ in range(TRIES):
        try:
            return _typeset(data, Drawable(refused))
        except CannotTypeset as error:
            found = [_unescaped(text) for text in REFUSED.findall(error.output)]
            if not found:
                raise
            refused += found
    return _typeset(data, Drawable(strict=True))


def _typeset(document: dict[str, Any], drawable: Drawable) -> bytes:
    clean = drawable.tree(document)
    clean["fonts"] = [*families(), *drawable.families]
    clean["machine"] = bool(drawable.families)
    clean["notes"] = [drawable.tree(note) for note in _notes(drawable)]
    # What stands before the name of a place, so that no text can look like a link to one.
    clean["here"] = f"here-{hashlib.sha256(json.dumps(clean).encode()).hexdigest()[:24]}"
    data = json.dumps(clean, ensure_ascii=False).encode()
    command = [sys.executable, "-I", str(TYPESETTER)]  # this Python and a file of ours
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise CannotTypeset(f"The PDF was not set within {SECONDS:.0f} seconds.") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace")
        raise CannotTypeset(_why(words, done.returncode), words)
    return done.stdout


def _why(output: str, code: int) -> str:
    """What the typesetter said, without the trace that follows it."""
    said = next((line for line in output.splitlines() if "error:" in line), f"the typesetter ended with {code}")
    return f"The PDF could not be set: {said.removeprefix('error:').strip()}"


def document(report: ReportContent) -> dict[str, Any]:
    """The whole document as data. What people typed is never part of the template's own language."""
    workflow, cover = report.workflow, report.rows.cover
    return {
        "title": report.title,
        "subject": workflow.content_hash,
        "keywords": ["sample activity"] if cover.sample_note else [],
        "built": _parts(workflow.built_at),
        "plan": _lines(cover.plan_title),
        "heading": f"Quarterly report {report.quarter.label}",
        "marks": _marks(report),
        "alerts": [_lines(text) for text in (DRAFT if workflow.is_draft else "", report.sample_text) if text],
        "footer": _line(f"{short(cover.plan_title, 60)}, {report_name(report)}"),
        "hash": workflow.content_hash[:12],
        "facts": _facts(report),
        "blocks": list(blocks(report)),
        "icons": icons(),
        "colours": STATUS_INK,
    }  # fmt: skip


def _line(text: str, *, is_typed: bool = True) -> Data:
    return {"spans": [span(typed(text) if is_typed else Words(text), "wide")]}


def _lines(text: str) -> list[Data]:
    return [_line(words) for words in text.splitlines() if words.strip()] or [_line(text)]


def _marks(report: ReportContent) -> list[str]:
    """What every page says at its top."""
    marks = ["Draft preview"] if report.workflow.is_draft else []
    return [*marks, "Sample activity"] if report.sample_text else marks


def _notes(drawable: Drawable) -> list[list[Data]]:
    """What the fonts could not draw."""
    if not drawable.replaced:
        return []
    one = drawable.replaced == 1
    what = f"{drawable.replaced} character{'' if one else 's'} that no font here can draw {'is' if one else 'are'}"
    text = f"{what} shown as {SUBSTITUTE}. The other files of this report hold the full text."
    return [[_line(text, is_typed=False)]]


def _facts(report: ReportContent) -> list[dict[str, Any]]:
    facts = [(name, value) for name, value in cover_facts(report) if name != "Summary" and value not in (None, "")]
    return [{"label": name, "lines": _fact(value)} for name, value in facts]


def _fact(value: Any) -> list[Data]:
    if isinstance(value, date):
        words = moment_words(value) if isinstance(value, datetime) else day_words(value)
        return [_line(words, is_typed=False)]
    return _lines(str(value))


def _parts(value: datetime | None) -> list[int] | None:
    return [value.year, value.month, value.day, value.hour, value.minute, value.second] if value else None


@cache
def icons() -> dict[str, str]:
    """The shapes of the statuses as the pages draw them."""
    sprite = render_to_string("_components/sprite.html")
    return dict(re.findall(r'<symbol id="i-(\w+)" viewBox="0 0 16 16"><path\s+d="([^"]+)"/>', sprite))


def _unescaped(text: str) -> str:
    """A text out of an error, as the typesetter quotes it."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\(.)", r"\1", text)
