"""A report as a file. Each format is one module with one function: content in, bytes out, the same bytes every time."""

from collections.abc import Callable
from dataclasses import dataclass

from people.tables import XLSX_TYPE
from reports.content import ReportContent
from reports.exporters.to_csv import to_csv
from reports.exporters.to_html import to_html
from reports.exporters.to_json import to_json
from reports.exporters.to_pdf import to_pdf
from reports.exporters.to_pptx import to_pptx
from reports.exporters.to_stratml import to_stratml
from reports.exporters.to_xlsx import to_xlsx

PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


@dataclass(frozen=True)
class Format:
    """A file format: its word on the page, its media type, and what writes it."""

    key: str
    label: str
    media_type: str
    write: Callable[[ReportContent], bytes]

    @property
    def extension(self) -> str:
        return "xml" if self.key == "stratml" else self.key


FORMATS = {
    item.key: item
    for item in (
        Format("html", "Web page", "text/html; charset=utf-8", to_html),
        Format("pdf", "PDF", "application/pdf", to_pdf),
        Format("xlsx", "Spreadsheet", XLSX_TYPE, to_xlsx),
        Format("pptx", "Slides", PPTX_TYPE, to_pptx),
        Format("csv", "CSV", "text/csv; charset=utf-8", to_csv),
        Format("json", "JSON", "application/json", to_json),
        Format("stratml", "StratML", "application/xml", to_stratml),
    )
}
