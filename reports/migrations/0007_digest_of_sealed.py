"""A list of digests for each report sealed before lists were kept; then the table is protected like the others.

None for a report whose rows no longer give its hash: `manage.py verify_reports` names that report.
"""

import hashlib

from django.db import migrations

from people.protect import FROZEN, protect
from reports.content.canonical import cover_line, fingerprint, line

PART = 2_000
COVER = (
    "plan_title", "plan_slug", "plan_mission", "plan_start_date", "plan_end_date", "plan_source", "goal_label",
    "expected_update_days", "sample_note", "fiscal_year", "quarter", "start_month", "as_of_day",
)
TABLES = (
    ("heading", "SnapshotHeading", ("kind", "source_id")),
    ("initiative", "SnapshotInitiative", ("source_id",)),
    ("milestone", "SnapshotMilestone", ("source_id",)),
    ("commitment", "SnapshotCommitment", ("source_id",)),
    ("correction", "SnapshotCorrection", ("initiative_id", "field")),
)


def keep_digests(apps, schema_editor):
    snapshots = apps.get_model("reports", "QuarterSnapshot")
    for snapshot in snapshots.objects.exclude(content_hash=""):
        parts, told = parts_of(apps, snapshot)
        if told != snapshot.content_hash:
            continue
        columns = sorted(field.attname for field in snapshots._meta.concrete_fields if not field.primary_key)
        listed = hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).hexdigest()
        cover = [f"{fingerprint(line('cover', {name: getattr(snapshot, name)}))} cover {name}" for name in columns]
        for number, lines in enumerate(["\n".join([f"{listed[:16]} list", *cover]), *parts]):
            apps.get_model("reports", "SnapshotDigests").objects.create(snapshot=snapshot, part=number, lines=lines)


def parts_of(apps, snapshot):
    """The list in parts, and the content hash that the rows give now."""
    told = hashlib.sha256()

    def add(item):
        told.update(item + b"\n")
        return fingerprint(item)

    add(cover_line({name: getattr(snapshot, name) for name in COVER}))
    lines = []
    for kind, name, order in TABLES:
        model = apps.get_model("reports", name)
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in ("id", "snapshot_id")]
        for row in model.objects.filter(snapshot=snapshot).order_by(*order).values(*columns).iterator():
            lines.append(f"{add(line(kind, row))} {kind} {' '.join(str(row[part]) for part in order)}")
    return ["\n".join(lines[at : at + PART]) for at in range(0, len(lines), PART)], told.hexdigest()


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_digests")]
    operations = [
        migrations.RunPython(keep_digests, migrations.RunPython.noop),
        protect(FROZEN, "reports_snapshotdigests"),
    ]
