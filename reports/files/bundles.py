"""A published report as a bag for a records office: its files, with a hash of each, in the layout of RFC 8493 (BagIt).

A bag is read without planapp, by any BagIt tool or by sha256sum. It holds what was published and nothing internal.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from goals.quarters import Quarter
from jobs.files import FileTrouble, bytes_of
from records.asof import local_day
from records.audit import Act, record_event
from reports.exporters import FORMATS
from reports.files.archives.content import chain_of
from reports.files.archives.writing import BEGAN
from reports.models import PublishedFile, QuarterSnapshot
from reports.workflow.report import Quarters

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
LINE = re.compile(r"([0-9a-f]{64})\s+(.+)")


@dataclass(frozen=True)
class Bundle:
    """What was put into the bag."""

    revisions: int
    files: int
    size: int  # bytes of the files, before they are compressed
    digest: str  # of the list of hashes: kept elsewhere, it proves the whole bag


@transaction.atomic
def records_bundle(*, plan: Plan, quarter: Quarter, target: Path, act: Act) -> Bundle:
    """Write the bag as a ZIP that replaces no file; it has its name once it was read again. The log says so.

    Raises ValidationError for a report that is not published, or whose files are not all built.
    """
    report = Quarters(plan).report(quarter)
    snapshots = report.public if report else []
    if not snapshots:
        raise ValidationError(f"{quarter.label} of “{plan.title}” is not published, so there is nothing to hand over.")
    _refuse_unbuilt(snapshots)
    if target.exists():
        raise ValidationError(f"“{target}” is there already. A bundle replaces no file.")
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
            bundle = _write(file, target.stem, plan, quarter, snapshots, act.at)
        found = faults(part)
        if found:
            raise ValidationError(f"What was written could not be read again: {found[0]}.")
        record_event(verb="report.bundled", target=snapshots[-1], act=act, parent=plan)
        part.replace(target)
    except FileTrouble as trouble:
        raise ValidationError(str(trouble)) from trouble
    finally:
        part.unlink(missing_ok=True)
    return bundle


def faults(path: Path) -> list[str]:
    """What is not as RFC 8493 asks, or not as its manifests say; empty for a bag that is whole."""
    try:
        with zipfile.ZipFile(path) as file:
            return list(_faults({name: file.read(name) for name in file.namelist()}))
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        return [f"the file cannot be read: {error}"]


def _faults(parts: Mapping[str, bytes]) -> Iterator[str]:
    folders = {name.partition("/")[0] for name in parts}
    if len(folders) != 1:
        yield "there is not one folder with everything in it"
        return
    inside = {name.partition("/")[2]: content for name, content in parts.items()}
    if inside.get("bagit.txt") != DECLARATION.encode():
        yield "bagit.txt does not declare a bag"
    payload = {name for name in inside if name.startswith("data/")}
    for manifest, meant in ((MANIFEST, payload), (TAG_MANIFEST, set(inside) - payload - {TAG_MANIFEST})):
        listed = {}
        for line in inside.get(manifest, b"").decode().splitlines():
            told = LINE.fullmatch(line)
            if told is None:
                yield f"{manifest} has a line that is none: {line[:100]}"
            else:
                listed[_unlisted(told[2])] = told[1]
        yield from (f"{name} is missing" for name in sorted(listed.keys() - meant))
        yield from (f"{name} is in no list" for name in sorted(meant - listed.keys()))
        for name in sorted(meant & listed.keys()):
            if hashlib.sha256(inside[name]).hexdigest() != listed[name]:
                yield f"{name} is not as it was written"


def _refuse_unbuilt(snapshots: list[QuarterSnapshot]) -> None:
    there = set(PublishedFile.objects.filter(snapshot__in=snapshots).values_list("snapshot", "format"))
    missing = sorted({key for one in snapshots for key in FORMATS if (one.pk, key) not in there})
    if missing:
        raise ValidationError(f"These files of the report are not built yet: {', '.join(missing)}. Try again later.")


def _write(
    file: zipfile.ZipFile, base: str, plan: Plan, quarter: Quarter, snapshots: list[QuarterSnapshot], at: datetime
) -> Bundle:
    hashes: dict[str, str] = {}
    size = 0

    def put(name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(f"{base}/{name}", BEGAN)
        info.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(info, content)
        hashes[name] = hashlib.sha256(content).hexdigest()

    for name, content in _payload(snapshots):
        put(f"data/{name}", content)
        size += len(content)
    payload = dict(hashes)
    put("bagit.txt", DECLARATION.encode())
    put("bag-info.txt", _told(plan, quarter, at, size, len(payload)).encode())
    put(MANIFEST, _list(payload).encode())
    tags = {name: digest for name, digest in hashes.items() if name not in payload}
    put(TAG_MANIFEST, _list(tags).encode())
    return Bundle(len(snapshots), len(payload), size, tags[MANIFEST])


def _payload(snapshots: list[QuarterSnapshot]) -> Iterator[tuple[str, bytes]]:
    """Every file of every revision that may be read outside, and the hashes that planapp's own check goes by."""
    for snapshot in snapshots:
        for key in PublishedFile.objects.filter(snapshot=snapshot).order_by("name").values_list("pk", flat=True):
            row = PublishedFile.objects.get(pk=key)
            yield f"revision-{snapshot.revision}/{row.name}", bytes_of(row)
    yield "hashes.json", json.dumps(chain_of(snapshots), indent=1, sort_keys=True).encode() + b"\n"


def _told(plan: Plan, quarter: Quarter, at: datetime, size: int, count: int) -> str:
    facts = {
        "Source-Organization": settings.SITE_URL,
        "External-Identifier": f"{plan.slug} {quarter.slug}",
        "External-Description": f"Published report of “{_one_line(plan.title)}”, {quarter.label}",
        "Bagging-Date": local_day(at).isoformat(),
        "Bag-Software-Agent": "planapp",
        "Payload-Oxum": f"{size}.{count}",
    }
    return "".join(f"{label}: {value}\n" for label, value in facts.items())


def _list(hashes: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {_listed(name)}\n" for name, digest in sorted(hashes.items()))


def _listed(name: str) -> str:
    """RFC 8493, 2.1.3: a percent sign and line ends in a name are encoded in a list."""
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _unlisted(name: str) -> str:
    return name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def _one_line(text: str) -> str:
    return " ".join(text.split())
