"""The complete archive of a plan: whole, and checked by a reader who has nothing but Python."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from goals.models import PlanVersion
from goals.services import create_evidence
from initiatives.models import InitiativeVersion, StatusUpdate
from records.models import AuditEvent
from reports.models import PublishedFile, QuarterSnapshot
from reports.services import build_published_files, complete_report, publish_report, take_archive
from tests.build import act
from tests.reports.conftest import Q1, Q2

WHEN = "2027-02-01T12:00"


@pytest.fixture
def folder(story, plan, cast, tmp_path):
    """The archive, unpacked."""
    create_evidence(plan=plan, fields={"text": "Few are online"}, act=act(WHEN))
    for quarter in (Q1, Q2):
        complete_report(plan=plan, quarter=quarter, act=act(WHEN, cast.leader))
    publish_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
    build_published_files(at=act(WHEN).at)
    packed = b"".join(take_archive(plan=plan, act=act("2027-02-02T12:00", cast.manager)))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def checked(folder):
    done = subprocess.run(  # noqa: S603 - this Python and a file of ours
        [sys.executable, "-I", "-S", str(folder / "verify.py")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def rows(folder, name):
    return [json.loads(line) for line in (folder / "history" / f"{name}.jsonl").read_text().splitlines()]


def test_it_is_whole_and_its_own_program_says_so(folder, plan):
    assert checked(folder) == (0, ["Everything is as it was written."])
    assert len(rows(folder, "initiatives")) == InitiativeVersion.objects.filter(plan=plan).count()
    assert len(rows(folder, "status_updates")) == StatusUpdate.objects.filter(initiative__plan=plan).count()
    assert len(rows(folder, "plan")) == PlanVersion.objects.filter(subject=plan).count()
    assert [row["text"] for row in rows(folder, "evidence")] == ["Few are online"]
    assert rows(folder, "events")[-1]["verb"] == "archive.taken"
    chain = json.loads((folder / "reports" / "chain.json").read_text())
    snapshots = QuarterSnapshot.objects.filter(plan=plan).order_by("sequence")
    assert [one["content_hash"] for one in chain] == [one.content_hash for one in snapshots]
    kept = list((folder / "files").rglob("*.*"))
    assert len(kept) == PublishedFile.objects.filter(snapshot__plan=plan).count() > 3
    assert all(path.read_bytes().strip() for path in kept)


def test_every_table_is_described(folder):
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        names = {field["name"] for field in resource["schema"]["fields"]}
        found = (folder / resource["path"]).read_text().splitlines()
        assert all(set(json.loads(line)) == names for line in found), resource["name"]
    assert len(package["resources"]) == 21


def test_people_stand_with_names_and_without_addresses_or_settings(folder, cast):
    whole = b"".join(path.read_bytes() for path in folder.rglob("*.jsonl"))
    assert cast.owner.name in {row["name"] for row in rows(folder, "people")}
    for word in (b"@test.example", b"password", b"reminders_on", b"due_soon_days"):
        assert word not in whole


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("history/initiatives.jsonl", "row 1 was changed"),
        ("README.txt", "README.txt is not as it was written"),
        ("history/initiatives.digests", "initiatives.digests is not as it was written"),
    ],
)
def test_a_changed_byte_is_named(folder, name, said):
    flip(folder / name, 5)
    code, told = checked(folder)
    assert code == 1
    assert told[0].startswith(name)
    assert said in told[0]


def test_a_changed_row_of_a_frozen_quarter_is_named_and_its_hash_does_not_hold(folder):
    (path,) = (folder / "reports").glob("2026-09-30*/content.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"', b"'", 1)
    path.write_bytes(b"".join(lines))
    code, told = checked(folder)
    assert code == 1
    assert "row 4 was changed" in told[0]
    assert any("do not give the content hash" in line for line in told)


def test_a_rewritten_list_is_found_by_the_chain(folder):
    """Whoever makes all sums anew has not made the chain of reports anew."""
    path = folder / "reports" / "chain.json"
    chain = json.loads(path.read_text())
    chain[0]["content_hash"] = "0" * 64
    path.write_text(json.dumps(chain))
    assert any("the chain of reports is broken here" in line for line in checked(folder)[1])


def test_what_is_missing_or_added_is_named(folder):
    (folder / "history" / "plan.jsonl").unlink()
    (folder / "history" / "more.txt").write_text("x")
    code, told = checked(folder)
    assert (code, told[:2]) == (1, ["history/plan.jsonl is missing", "history/more.txt was added"])


def test_a_manager_takes_it_and_the_log_says_so(story, sign_in, cast, plan):
    where = f"/plans/{plan.slug}/archive/"
    client = sign_in(cast.manager)
    assert "Complete archive" in client.get(where).content.decode()
    answer = client.post(where)
    data = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_id, event.target_type) == ("archive.taken", cast.manager.pk, "plan")
    for who in (cast.owner, cast.leader, cast.viewer):
        assert sign_in(who).post(where).status_code == 403


def test_no_row_is_held_longer_than_its_line(story, plan):
    """Pieces leave while rows are read, each of a bounded size."""
    pieces = list(take_archive(plan=plan, act=act(WHEN)))
    assert max(map(len, pieces)) < 2 * 64 * 1024
