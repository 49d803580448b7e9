"""A report as a file. Each format is one module with one function: content in, bytes out, the same bytes every time."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.content import ReportContent
from reports.exporters.counting import Progress
from reports.exporters.to_csv import to_csv
from reports.exporters.to_html import to_html
from reports.exporters.to_json import to_json
from reports.exporters.to_pdf import to_pdf
from reports.exporters.to_pptx import to_pptx
from reports.exporters.to_stratml import to_stratml
from reports.exporters.to_xlsx import to_xlsx
from web.tables import XLSX_TYPE

PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


@dataclass(frozen=True)
class Format:
    """A file format: its word on the page, its media type, and what writes it.

    A report of at most `at_once` rows is written while the reader waits, about a second; a larger one by a worker.
    `write_counted` is a writer that also tells how many of its rows are written.
    """

    key: str
    label: str
    media_type: str
    write: Callable[[ReportContent], bytes]
    at_once: int = 100
    write_counted: Callable[[ReportContent, Progress], bytes] | None = None

    @property
    def extension(self) -> str:
        return "xml" if self.key == "stratml" else self.key


FORMATS = {
    item.key: item
    for item in (
        Format("html", "Web page", "text/html; charset=utf-8", to_html, 1_000),
        Format("pdf", "PDF", "application/pdf", to_pdf),
        Format("xlsx", "Spreadsheet", XLSX_TYPE, to_xlsx, 2_000, to_xlsx),
        Format("pptx", "Slides", PPTX_TYPE, to_pptx),
        Format("csv", "CSV", "text/csv; charset=utf-8", to_csv, 10_000),
        Format("json", "JSON", "application/json", to_json, 10_000),
        Format("stratml", "StratML", "application/xml", to_stratml, 10_000),
    )
}
