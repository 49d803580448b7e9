"""Run as a program: fill a database with one frozen quarter and one file asked for, or say how the file stands."""

import hashlib
import json
import os
import sys

import django


def seed() -> None:
    """One person asks for the spreadsheet of one quarter."""
    from goals.quarters import Quarter  # noqa: PLC0415 - Django must be set up first
    from reports.services import freeze_quarter, request_export  # noqa: PLC0415
    from tests.build import act, build_cast, build_plan, make_initiative  # noqa: PLC0415

    cast, plan, quarter = build_cast(), build_plan(), Quarter(2027, 1)
    make_initiative(plan)
    snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act("2026-10-05T14:00"))
    request_export(
        plan=plan, quarter=quarter, snapshot=snapshot, format_key="xlsx", is_public=False, key="one",
        act=act("2026-10-05T14:00", cast.viewer),
    )  # fmt: skip


def tell() -> None:
    from records.models import AuditEvent  # noqa: PLC0415 - Django must be set up first
    from reports.models import ExportContent, ExportedFile, ExportJob  # noqa: PLC0415

    job = ExportJob.objects.get()
    told = {
        "state": job.state,
        "attempts": job.attempts,
        "contents": ExportContent.objects.count(),
        "fingerprints": ExportedFile.objects.count(),
        "ready": AuditEvent.objects.filter(verb="export.ready").count(),
        "whole": [hashlib.sha256(row.content).hexdigest() == job.sha256 for row in ExportContent.objects.all()],
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.reports.settings_kill")
    django.setup()
    {"seed": seed, "tell": tell}[sys.argv[1]]()
