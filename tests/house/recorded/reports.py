"""What the services of the room `reports` leave in the audit log."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import reports.services as r
from reports.models import ExportJob
from tests.house.recorded.common import LATER, Table, by
from tests.house.world import World


def quarter(world: World) -> dict[str, Any]:
    return {"plan": world.plan, "quarter": world.plan.quarter_of(date(2026, 9, 30))}


def completed(world: World) -> dict[str, Any]:
    r.complete_report(**quarter(world), act=by(world, minutes=0))
    return quarter(world)


def published(world: World) -> dict[str, Any]:
    which = completed(world)
    r.publish_report(**which, act=by(world, minutes=0))
    return which


def bundled(world: World) -> Any:
    which = published(world)
    r.build_published_files(at=LATER)
    with TemporaryDirectory() as folder:
        return r.records_bundle(**which, target=Path(folder) / "bag.zip", act=by(world))


def reopened(world: World) -> dict[str, Any]:
    which = completed(world)
    r.reopen_report(**which, act=by(world, "admin", minutes=0))
    return which


def asked(world: World) -> ExportJob:
    which = quarter(world) | {"snapshot": None, "format_key": "csv", "is_public": False, "key": "one"}
    return r.request_export(**which, act=by(world, minutes=0))


def built(world: World) -> ExportJob:
    """The world has a file of its own to build."""
    job = asked(world)
    while r.build_next_export(at=LATER):
        pass
    return job


TABLE: Table = {
    "take_archive": (["archive.taken"], lambda w: r.take_archive(plan=w.plan, act=by(w))),
    "freeze_quarter": (["report.frozen"], lambda w: r.freeze_quarter(
        plan=w.plan, quarter=w.plan.quarter_of(date(2026, 6, 30)), act=by(w))),
    "write_summary": (
        ["report.summary_written"], lambda w: r.write_summary(**quarter(w), text="Good.", act=by(w))),
    "sign_off": (
        ["report.signed_off"], lambda w: r.sign_off(**quarter(w), initiative_id=w.initiative.pk, act=by(w))),
    "complete_report": (["report.completed"], lambda w: r.complete_report(**quarter(w), act=by(w))),
    "publish_report": (
        ["report.completed", "report.published"], lambda w: r.publish_report(**completed(w), act=by(w))),
    "unpublish_report": (
        ["report.completed", "report.published", "report.unpublished"],
        lambda w: r.unpublish_report(**published(w), act=by(w))),
    "reopen_report": (
        ["report.completed", "report.reopened"], lambda w: r.reopen_report(**completed(w), act=by(w, "admin"))),
    "correct_report": (
        ["report.completed", "report.reopened", "report.corrected"],
        lambda w: r.correct_report(**reopened(w), kind="initiative", row_id=w.initiative.pk, values={"percent": 77},
                                   act=by(w))),
    "records_bundle": (["report.completed", "report.published", "report.bundled"], bundled),
    "request_export": (["export.asked"], asked),
    "build_next_export": (["export.asked", "export.ready", "export.ready"], built),
    "fetch_export": (
        ["export.asked", "export.ready", "export.ready", "export.fetched"],
        lambda w: r.fetch_export(job=built(w), act=by(w))),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "export_report": "reads; the fingerprint row says who and when",
    "build_published_files": "the file row is its own log",
    "freeze_due_quarters": "calls freeze_quarter for each",
    "claim_export": "the job row is its own log",
    "write_export": "reads",
    "remember_export": "the fingerprint row says who and when",
    "remove_old_exports": "what is removed can be built again",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {
    "records_bundle",
    "complete_report",
    "publish_report",
    "unpublish_report",
    "reopen_report",
    "take_archive",
    "correct_report",
}
