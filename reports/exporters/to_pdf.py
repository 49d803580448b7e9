"""PDF: the report as a tagged document (PDF/UA-1) that is set by Typst. docs/adr/0008-pdf.md says why."""

import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.template.loader import render_to_string

from reports.content import ReportContent
from reports.exporters.pdf.blocks import Cell, cell, day, moment, own, prose, said
from reports.exporters.pdf.sections import sections, short
from reports.exporters.pdf.text import SUBSTITUTE, Drawable, families, shipped, with_machine
from reports.exporters.words import cover_facts, report_name

FOLDER = Path(__file__).parent / "pdf"
REFUSED = re.compile(r'error: PDF/UA-1 error: the text (?:contains the disallowed codepoint )?`"(.*?)"`')
TRIES = 4


def to_pdf(report: ReportContent) -> bytes:
    told = document(report)
    refused: list[str] = []
    for _ in range(TRIES):
        try:
            return _compile(told, refused)
        except typst.TypstError as error:
            found = [_unescaped(text) for text in REFUSED.findall(error.diagnostic)]
            if not found:
                raise
            refused += found
    return _compile(told, refused)


def _compile(told: dict[str, Any], refused: list[str]) -> bytes:
    drawable = Drawable(refused)
    clean = drawable.tree(told)
    clean["fonts"] = [*families(), *drawable.families]
    clean["notes"] = _notes(drawable)
    compiler = typst.Compiler(
        FOLDER / "report.typ", root=FOLDER, font_paths=with_machine() if drawable.families else shipped(),
        sys_inputs={"report": json.dumps(clean, ensure_ascii=False)},
    )  # fmt: skip
    return cast(bytes, compiler.compile(format="pdf", pdf_standards=["ua-1"]))  # one file, so bytes


def document(report: ReportContent) -> dict[str, Any]:
    """The whole document as data. What people typed is never part of the template's own language."""
    life, cover = report.life, report.rows.cover
    return {
        "title": report.title,
        "subject": life.content_hash,
        "keywords": ["sample activity"] if cover.sample_note else [],
        "built": _parts(life.built_at),
        "plan": cover.plan_title,
        "heading": f"Quarterly report {report.quarter_label}",
        "marks": _marks(report),
        "alerts": _alerts(report),
        "footer": f"{short(cover.plan_title, 60)}, {report_name(report)}",
        "hash": life.content_hash[:12],
        "facts": _facts(report),
        "blocks": list(sections(report)),
        "icons": icons(),
    }  # fmt: skip


def _marks(report: ReportContent) -> list[str]:
    """What every page says at its top."""
    marks = ["Draft preview"] if report.life.is_draft else []
    return [*marks, "Sample activity"] if report.sample_text else marks


def _alerts(report: ReportContent) -> list[str]:
    draft = "Draft preview. The quarter was not frozen when this file was made. Its figures may still change."
    return [text for text in (draft if report.life.is_draft else "", report.sample_text) if text]


def _notes(drawable: Drawable) -> list[str]:
    if not drawable.replaced:
        return []
    count = drawable.replaced
    what = (
        "1 character that no font here can draw is"
        if count == 1
        else f"{count} characters that no font here can draw are"
    )
    return [f"{what} shown as {SUBSTITUTE}. The other files of this report hold the full text."]


def _facts(report: ReportContent) -> list[dict[str, Any]]:
    told = [(name, value) for name, value in cover_facts(report) if name != "Summary" and value not in (None, "")]
    return [{"label": name, "lines": _fact(value)} for name, value in told]


def _fact(value: Any) -> Cell:
    if isinstance(value, datetime):
        return cell(own(moment(value)))
    if isinstance(value, date):
        return cell(own(day(value)))
    return prose(str(value)) or cell(said(str(value)))


def _parts(value: datetime | None) -> list[int] | None:
    return [value.year, value.month, value.day, value.hour, value.minute, value.second] if value else None


@cache
def icons() -> dict[str, str]:
    """The shapes of the statuses as the pages draw them."""
    sprite = render_to_string("_components/sprite.html")
    return dict(re.findall(r'<symbol id="i-(\w+)" viewBox="0 0 16 16"><path d="([^"]+)"/>', sprite))


def _unescaped(text: str) -> str:
    """A text out of an error, as the typesetter quotes it."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\(.)", r"\1", text)
