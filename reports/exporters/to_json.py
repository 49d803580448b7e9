"""JSON: the canonical form (reports/content/canonical.py), one record a line, with what the report says about itself.

Written again from its `records`, one canonical line each, the file gives the content hash it names.
"""

import json
from io import BytesIO

from reports.content import ReportContent, lines
from reports.content.canonical import FORMAT, value
from reports.exporters.words import cover_facts


def to_json(report: ReportContent) -> bytes:
    about = {
        name.lower().replace(" ", "_"): value(fact) for name, fact in cover_facts(report) if fact not in (None, "")
    }
    head = json.dumps({"format": FORMAT, "report": about}, ensure_ascii=False, indent=1)[:-2]
    file = BytesIO()  # holds the file once, however long it is
    file.write(f'{head},\n "records": [\n'.encode())
    for number, record in enumerate(lines(report.rows)):
        file.write(b",\n" + record if number else record)
    file.write(b"\n]}\n")
    return file.getvalue()
