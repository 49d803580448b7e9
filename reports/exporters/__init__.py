"""A report as a file. Each format is one module with one function: content in, bytes out, the same bytes every time."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.core.exceptions import ValidationError

from reports.content import ReportContent
from web.tables import XLSX_TYPE

PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
Progress = Callable[[int, int], None]  # rows written, of how many: counted where they are written


def silent(done: int, total: int) -> None:
    """For those who do not ask how far a writer is."""


class CannotTypeset(Exception):
    """The typesetter refused the document: a sentence for who asked for the file, and for the log all it wrote."""

    def __init__(self, words: str, output: str = "") -> None:
        super().__init__(words)
        self.output = output
        self.add_note(output)


@dataclass(frozen=True)
class Format:
    """A file format: its word on the page and its media type.

    A report of at most `at_once` rows is written while the reader waits, about a second; a larger one by a worker.
    """

    key: str
    label: str
    media_type: str
    at_once: int = 100
    is_counted: bool = False  # its writer says how many rows are written

    @property
    def extension(self) -> str:
        return "xml" if self.key == "stratml" else self.key

    def write(self, report: ReportContent, progress: Progress = silent) -> bytes:
        """The file. Its module is loaded here: a process that writes no files needs no library of theirs."""
        name = f"to_{self.key}"
        writer: Callable[..., bytes] = getattr(import_module(f"reports.exporters.{name}"), name)
        return writer(report, progress) if self.is_counted else writer(report)


FORMATS = {
    item.key: item
    for item in (
        Format("html", "Web page", "text/html; charset=utf-8", 1_000),
        Format("pdf", "PDF", "application/pdf"),
        Format("xlsx", "Spreadsheet", XLSX_TYPE, 2_000, is_counted=True),
        Format("pptx", "Slides", PPTX_TYPE),
        Format("csv", "CSV", "text/csv; charset=utf-8", 10_000),
        Format("json", "JSON", "application/json", 10_000),
        Format("stratml", "StratML", "application/xml", 10_000),
    )
}


def format_of(key: str) -> Format:
    """Raises ValidationError where there is none."""
    if key not in FORMATS:
        raise ValidationError(f"There is no format “{key[:20]}”. Formats: {', '.join(FORMATS)}.")
    return FORMATS[key]
