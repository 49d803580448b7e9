"""The list of initiatives as a file, beside the same writer over a plain query with a server-side cursor.

Aims: CSV at most 3 times COPY of the same rows (csv.writer over the cursor is shown), XLSX at most 1.3 times the bare
writer library.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from django.db import connection, transaction

from benchmarks.measure import Memory, Pair, peak_of, taking_turns
from benchmarks.plain_freeze import EFFECTIVE, held, then
from benchmarks.seed import seed
from goals.models import Plan
from initiatives.selectors.lists import columns, file_rows
from initiatives.selectors.status import initiative_statuses
from records.asof import AsOf
from web.tables import csv_response, xlsx_response

SIZES = (50_000, 100_000)
SPREADSHEET = 50_000  # rows a spreadsheet is measured with
AT = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
NAMES = [column.heading for column in columns("Focus area")]

PLAIN = f"""
SELECT v.number, v.title, initcap(v.visibility), g.number || ' ' || g.title, {EFFECTIVE}, v.reported_status,
  coalesce(o.name, 'No owner'), coalesce(d.abbreviation, 'None'), v.due_date, v.baseline_due_date,
  (v.last_updated_at AT TIME ZONE 'America/New_York')::date, coalesce(m.met, 0), coalesce(m.total, 0)
FROM initiatives_initiativeversion v
{then("goals_goalversion", "g", "v.goal_id")}
{then("people_userversion", "o", "v.owner_id")}
{then("people_departmentversion", "d", "v.lead_department_id")}
LEFT JOIN (
  SELECT initiative_id, count(*) total, count(*) FILTER (WHERE completed_date IS NOT NULL) met,
    count(*) FILTER (WHERE completed_date IS NULL AND due_date < %(day)s) overdue
  FROM initiatives_milestoneversion m WHERE {held("m")} AND NOT is_cancelled GROUP BY initiative_id
) m ON m.initiative_id = v.subject_id
WHERE v.plan_id = %(plan)s AND {held("v")} ORDER BY v.sort_key, v.subject_id
"""


def run(scale: int) -> list[Pair | Memory]:
    plan = seed(scale)
    rounds = 5 if scale <= 100_000 else 3
    if scale == SPREADSHEET:
        return [
            taking_turns(
                f"XLSX of {scale:,} rows, beside the library", lambda: our_xlsx(plan), lambda: bare_xlsx(plan),
                rounds=rounds, aim=1.3,
            ),
            peak_of(f"XLSX of {scale:,} rows, memory", "benchmarks.lists", "xlsx"),
        ]  # fmt: skip
    return [
        taking_turns(
            f"CSV of {scale:,} rows, beside COPY", lambda: our_csv(plan), lambda: copied(plan), rounds=rounds, aim=3.0
        ),
        taking_turns(
            f"CSV of {scale:,} rows, beside csv.writer", lambda: our_csv(plan), lambda: bare_csv(plan), rounds=rounds
        ),
        peak_of(f"CSV of {scale:,} rows, memory", "benchmarks.lists", "csv"),
    ]  # fmt: skip


def once(kind: str) -> None:
    """One file in a process of its own, to see what it holds."""
    (our_csv if kind == "csv" else our_xlsx)(Plan.objects.get(slug="bench"))


def our_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    return file_rows(initiative_statuses(AsOf.now(AT), plan=plan))


def our_csv(plan: Plan) -> None:
    for _ in csv_response("initiatives", columns("Focus area"), our_rows(plan)):
        pass


def our_xlsx(plan: Plan) -> None:
    xlsx_response("initiatives", columns("Focus area"), our_rows(plan))


def known(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.pk, "until": datetime(2100, 1, 1, tzinfo=UTC), "day": AT.date(),
        "stale": datetime(2026, 7, 7, 4, tzinfo=UTC), "stale_day": date(2026, 7, 7),
    }  # fmt: skip


def plain_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    with transaction.atomic(), connection.connection.cursor(name="plain") as cursor:
        cursor.itersize = 2_000
        cursor.execute(PLAIN, known(plan))
        yield from cursor


def bare_csv(plan: Plan) -> None:
    target = _Nowhere()
    writer = csv.writer(target)
    writer.writerow(NAMES)
    writer.writerows(plain_rows(plan))


def copied(plan: Plan) -> None:
    statement = f"COPY ({PLAIN}) TO STDOUT WITH (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, cursor.cursor.copy(statement, known(plan)) as lines:
        for _ in lines:
            pass


def bare_xlsx(plan: Plan) -> None:
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    _write(sheet, plain_rows(plan), day)
    book.close()


def _write(sheet: Any, rows: Iterable[tuple[Any, ...]], day: Any) -> None:
    for number, row in enumerate(rows, start=1):
        for at, item in enumerate(row):
            if isinstance(item, str):
                sheet.write_string(number, at, item)
            elif isinstance(item, date):
                sheet.write_datetime(number, at, item, day)
            elif item is not None:
                sheet.write_number(number, at, item)


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)
