"""A spreadsheet of so many initiatives previewed, and applied beside reading it and COPY of the same rows.

Both write initiatives, their first versions and the events of the audit log into the real tables, with their indexes
and foreign keys, and are rolled back, so that each round finds the same plan. Aims: a preview of 20,000 rows in 6 s
(shown, there is no limit to compare it with), applying in three times reading and COPY, 300 MB.
"""

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import xlsxwriter
from django.db import connection, transaction

from benchmarks.measure import Memory, Pair, peak_of, taking_turns
from goals.models import Plan
from goals.services import create_goal, create_plan
from imports.comparing.compare import Comparison, compare
from imports.meaning.columns import guess
from imports.meaning.dates import Fashion
from imports.models import packed, unpacked
from imports.reading.files import read_file
from imports.reading.sheets import Sheet
from imports.services.applying import apply_lines
from imports.services.working import as_plain, preview_of
from people.services import create_department, create_user
from records.audit import Act

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
SIZES = (20_000,)
TABLES = ("records_auditevent", "initiatives_initiative", "initiatives_initiativeversion")
HEAD = (
    "Number", "Title", "Summary", "Focus area", "Owner", "Lead department", "Start date", "Due date", "Horizon",
    "Audience", "Visibility", "Source",
)  # fmt: skip


def run(size: int) -> list[Pair | Memory]:
    plan, data = seed(), workbook(size)
    sheets = read_file(data, "plan.xlsx")
    told(f"{size:,} rows read", lambda: read_file(data, "plan.xlsx"))
    told(f"{size:,} rows compared", lambda: compared(plan, sheets))
    told(f"{size:,} rows previewed: read, compared, kept", lambda: previewed(plan, data))
    stored = packed([as_plain(sheet) for sheet in sheets])
    with transaction.atomic():
        applied(plan, stored)
        copies = {table: rows_of(table) for table in TABLES}
        transaction.set_rollback(True)
    pair = taking_turns(
        f"{size:,} rows applied", lambda: rolled_back(lambda: applied(plan, stored)),
        lambda: rolled_back(lambda: limit(data, copies)), aim=3.0, rounds=3,
    )  # fmt: skip
    return [pair, peak_of(f"{size:,} rows previewed and applied", "benchmarks.imports", size, aim=300.0)]


def once(size: str) -> None:
    """Preview and apply in this process, on the plan that `run` made."""
    plan, data = Plan.objects.get(), workbook(int(size))
    previewed(plan, data)
    rolled_back(lambda: applied(plan, packed([as_plain(sheet) for sheet in read_file(data, "plan.xlsx")])))


def seed() -> Plan:
    act = Act(by=None, at=AT)
    create_department(name="Department of Streets", abbreviation="Streets", act=act)
    create_user(email="owner@bench.example", name="Owner", act=act)
    dates = {"start_date": date(2025, 7, 1), "end_date": date(2027, 6, 30)}
    plan = create_plan(fields={"title": "Benchmark plan", "slug": "bench", **dates}, act=act)
    for number in range(1, 6):
        create_goal(plan=plan, fields={"number": str(number), "title": f"Focus area {number}"}, act=act)
    return plan


def workbook(size: int) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet("Initiatives"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEAD)
        for at in range(1, size + 1):
            goal = str(at % 5 + 1)
            text = f"Fiber and routers at recreation center {at}, with training for the people who work there."
            sheet.write_row(at, 0, [f"{goal}.{at}", f"Free wireless, site {at}", text, goal, "Owner", "Streets"])
            sheet.write_datetime(at, 6, datetime(2025, 7, 1), day)  # noqa: DTZ001 - a day
            sheet.write_datetime(at, 7, datetime(2027, 3, at % 31 + 1), day)  # noqa: DTZ001 - a day
            sheet.write_row(at, 8, ["Near term", "Resident-facing", "Public", "https://www.phila.gov"])
    return target.getvalue()


def compared(plan: Plan, sheets: list[Sheet], *, checks: bool = True) -> Comparison:
    found = guess(sheets[0], fashion=Fashion())
    mapping = [
        {"kind": found.kind, "header": found.header, "columns": {str(at): key for at, key in found.columns.items()}}
    ]
    return compare(plan, sheets, mapping, known={}, today=AT.date(), checks=checks)


def previewed(plan: Plan, data: bytes) -> None:
    sheets = read_file(data, "plan.xlsx")
    packed([as_plain(sheet) for sheet in sheets])
    packed(preview_of(compared(plan, sheets)))


def applied(plan: Plan, stored: bytes) -> None:
    found = compared(plan, [Sheet(**one) for one in unpacked(stored)], checks=False)
    assert found.digest
    apply_lines(plan, found.lines, act=Act(by=None, at=AT, channel="import"))


def limit(data: bytes, copies: dict[str, bytes]) -> None:
    read_file(data, "plan.xlsx")
    with connection.cursor() as cursor:
        for table, rows in copies.items():
            with cursor.copy(f"COPY {table} ({given_columns(table)}) FROM STDIN") as copy:
                copy.write(rows)


def given_columns(table: str) -> str:
    """Those that the database does not make by itself, as it makes what a search looks in."""
    sql = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return ", ".join(name for (name,) in cursor.fetchall())


def rows_of(table: str) -> bytes:
    where = "" if table != "records_auditevent" else " WHERE verb = 'initiative.created'"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {given_columns(table)} FROM {table}{where}) TO STDOUT") as copy,
    ):
        return b"".join(bytes(block) for block in copy)


def rolled_back(do: Callable[[], object]) -> None:
    with transaction.atomic():
        do()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def told(what: str, do: Callable[[], object]) -> None:
    start = time.perf_counter(), time.process_time()
    do()
    spent = time.perf_counter() - start[0], time.process_time() - start[1]
    print(f"{what}: {spent[0]:.2f} s, {spent[1]:.2f} s of CPU", flush=True, file=sys.stderr)
