"""Whatever is changed behind the database's back is found, and the first bad row is named (rule R2)."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from goals.quarters import Quarter
from initiatives.models import StatusUpdate
from initiatives.services import correct_status_update
from records.models import AuditEvent
from reports import content
from reports.models import QuarterSnapshot, SnapshotDigests, SnapshotInitiative, SnapshotMilestone
from reports.services import complete_report, publish_report, reopen_report
from reports.snapshots.freezing import _hashed
from reports.snapshots.integrity import findings, first_finding
from reports.snapshots.rows import cover_digests
from tests.build import act, at
from tests.reports.conftest import Q1
from tests.reports.tampering import tamper, undone, unprotect

TAMPERINGS = 1_000


@pytest.fixture
def revised(story, plan, cast):
    """Three sealed reports: two quarters, and a second revision of the first with corrections."""
    later = "2027-02-01T12:00"
    complete_report(plan=plan, quarter=Q1, act=act(later, cast.leader))
    reopen_report(plan=plan, quarter=Q1, act=act("2027-02-02T12:00", cast.admin, reason="A mis-click"))
    said = StatusUpdate.objects.filter(initiative=story["better"]).order_by("pk").first()
    correct_status_update(
        update=said, words={"happened": "Parts are on their way", "help_needed": "Storage"},
        act=act("2027-02-03T12:00", cast.owner, reason="Mis-clicked"),
    )  # fmt: skip
    complete_report(plan=plan, quarter=Q1, act=act("2027-02-04T12:00", cast.leader))
    assert [str(finding) for _, finding in findings(plan) if finding] == []
    return story


def first(plan):
    return next((finding for _, finding in findings(plan) if finding), None)


def names(finding, rows):
    """Whether a finding names one of these rows (report, kind, key)."""
    for report, kind, key in rows:
        if finding.report != report or finding.row.split(" ")[0] != kind.split(" ")[0]:
            continue
        if kind == "cover" and (f": {key} now says" in finding.what or "no longer sealed" in finding.what):
            return True
        if kind != "cover" and (not key or finding.row.endswith(f"(id {key})")):
            return True
    return False


@pytest.mark.slow
def test_a_thousand_tamperings_are_found_and_the_first_bad_row_is_named(revised, plan):
    unprotect()
    missed = []
    for seed in range(TAMPERINGS):
        with undone():
            done = tamper(seed)
            finding = first(plan)
            if finding is None or not names(finding, done.rows):
                missed.append((seed, done.what, str(finding)))
    assert missed == []


def test_a_sentence_names_the_row_the_field_and_both_values(revised, plan):
    unprotect()
    SnapshotMilestone.objects.filter(snapshot__quarter=1, snapshot__revision=1, title="Step due 2026-12-01").update(
        due_date=date(2030, 1, 1)
    )
    row = SnapshotMilestone.objects.get(due_date=date(2030, 1, 1))
    assert str(first(plan)) == (
        f"FY2027 Q1, revision 1: milestone “Step due 2026-12-01” (id {row.source_id}) was changed: "
        "due_date now says 2030-01-01, the history says 2026-12-01."
    )


def test_a_removed_row_is_named_by_what_the_history_knows_of_it(revised, plan):
    unprotect()
    row = SnapshotInitiative.objects.get(snapshot__quarter=2, number="1.2")
    SnapshotInitiative.objects.filter(pk=row.pk)._raw_delete("default")
    told = f"FY2027 Q2, revision 1: initiative 1.2 “Gets worse” (id {row.source_id}) was removed."
    assert str(first(plan)) == told


def test_a_list_of_digests_that_was_changed_or_removed_is_told_apart_from_a_changed_row(revised, plan):
    unprotect()
    with undone():
        part = SnapshotDigests.objects.filter(part=1).order_by("pk").first()
        SnapshotDigests.objects.filter(pk=part.pk).update(lines=part.lines.replace(" initiative ", " initiativ ", 1))
        assert str(first(plan)).endswith("list of digests was changed; the rows give their hash.")
    SnapshotDigests.objects.all()._raw_delete("default")
    assert str(first(plan)) == "FY2027 Q1, revision 1: list of digests was removed."


def test_a_report_that_was_unsealed_is_not_taken_for_a_draft(revised, plan):
    unprotect()
    last = QuarterSnapshot.objects.order_by("-sequence").first()
    QuarterSnapshot.objects.filter(pk=last.pk).update(sequence=None, content_hash="", chain_hash="")
    assert str(first(plan)) == "FY2027 Q1, revision 2: cover was changed: the report is no longer sealed."


def test_a_draft_that_waits_after_a_reopening_is_no_finding(revised, plan, cast):
    reopen_report(plan=plan, quarter=Q1, act=act("2027-03-02T12:00", cast.admin, reason="Again"))
    assert first(plan) is None


def rewrite(plan, **change):
    """Change a row and make every hash, digest and audit event agree again, as one who knows all this could."""
    SnapshotInitiative.objects.filter(snapshot__quarter=1, snapshot__revision=1, number="1.2").update(**change)
    SnapshotDigests.objects.all()._raw_delete("default")
    chain = ""
    for row in QuarterSnapshot.objects.filter(plan=plan).order_by("sequence"):
        row.content_hash, kept = _hashed(row)
        chain = row.chain_hash = content.chain_hash(chain, row.content_hash, row.sequence)
        row.save()
        about = "\n".join([f"{kept[:16]} list", *cover_digests(row)])
        SnapshotDigests.objects.create(snapshot=row, part=0, lines=about)
        AuditEvent.objects.filter(verb__in=["report.frozen", "report.revised"], target_id=row.pk).update(
            changes={"content_hash": ["", row.content_hash], "chain_hash": ["", row.chain_hash]}
        )


def printed(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_reports", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def test_a_rewritten_chain_is_found_against_what_was_printed_before(revised, plan, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text(printed()[0])
    assert printed("--against", str(kept))[1] == ""
    unprotect()
    rewrite(plan, effective_label="Rosy")
    assert printed()[1] == ""  # from inside, all agrees
    told = printed("--against", str(kept))[1]
    assert told.count("this report's hash is not in the chain, it was rewritten or removed: test-plan, FY2027 Q") == 3


def test_a_report_rewritten_with_its_hashes_differs_from_the_audit_log(revised, plan):
    before = QuarterSnapshot.objects.get(quarter=2).content_hash
    unprotect()
    events = dict(AuditEvent.objects.values_list("pk", "changes"))
    rewrite(plan, effective_label="Rosy")
    for pk, changes in events.items():
        AuditEvent.objects.filter(pk=pk).update(changes=changes)
    assert "was rewritten with its hashes. The audit log says it was sealed with" in str(first(plan))
    assert before == QuarterSnapshot.objects.get(quarter=2).content_hash


def test_a_cut_tail_is_found_in_the_audit_log_and_against_what_was_printed(revised, plan, tmp_path, sign_in, cast):
    kept = tmp_path / "kept.txt"
    kept.write_text(printed()[0])
    last = QuarterSnapshot.objects.order_by("-sequence").first()
    unprotect()
    with undone():
        QuarterSnapshot.objects.filter(pk=last.pk)._raw_delete("default")
        assert "Test plan, FY2027 Q1, revision 2: the report was removed." in printed()[1]
        page = sign_in(cast.viewer).get("/reports/verify/", {"hash": last.chain_hash}).content.decode()
        assert "Sealed here once, and gone." in page
        assert "revision 2: this report&#x27;s hash is not in the chain." in page
        AuditEvent.objects.filter(target_type="quartersnapshot")._raw_delete("default")
        assert printed()[1] == ""
        assert printed("--against", str(kept))[1].count(f"revision 2: unchanged, content {last.content_hash}") == 1


def test_the_command_prints_a_line_for_each_and_fails_for_a_bad_one(revised, plan):
    out, err = printed("--plan", "test-plan")
    hashes = QuarterSnapshot.objects.order_by("sequence").values_list("content_hash", "chain_hash")
    heads = ["FY2027 Q1, revision 1", "FY2027 Q2, revision 1", "FY2027 Q1, revision 2"]
    lines = [
        f"test-plan, {head}: unchanged, content {a}, chain {b}" for head, (a, b) in zip(heads, hashes, strict=True)
    ]
    assert (out.splitlines(), err) == ([*lines, "3 reports, all as they were sealed."], "")
    unprotect()
    SnapshotInitiative.objects.filter(snapshot__quarter=2, number="1.2").update(owner_name="Somebody else")
    out, err = printed()
    assert out.splitlines() == [lines[0], lines[2]]
    assert "initiative 1.2 “Gets worse”" in err
    assert "owner_name now says “Somebody else”, the history says “Owner”." in err
    assert err.endswith("Of 3 reports one is not as sealed. Nothing was changed by this check.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--plan", "none"], "There is no plan “none”."), (["--against", "/nowhere/kept.txt"], "cannot be read")],
)
def test_the_command_says_what_is_wrong(plan, arguments, words):
    assert words in printed(*arguments)[1]


def test_the_page_says_the_same_sentence_and_the_public_one_names_no_row(
    revised, plan, client, sign_in, cast, time_machine
):
    time_machine.move_to(at("2027-01-05T15:00"))
    unprotect()
    SnapshotInitiative.objects.filter(snapshot__quarter=2, number="1.2").update(percent=99)
    snapshot = QuarterSnapshot.objects.get(quarter=2)
    page = sign_in(cast.viewer).get("/reports/verify/", {"hash": snapshot.content_hash}).content.decode()
    assert "The stored report was changed." in page
    assert "FY2027 Q2, revision 1: initiative 1.2 “Gets worse”" in page
    assert "percent now says 99, the history says nothing." in page
    assert first_finding(snapshot) is not None
    complete_report(plan=plan, quarter=Quarter(2027, 2), act=act("2027-01-04T12:00", cast.leader))
    publish_report(plan=plan, quarter=Quarter(2027, 2), act=act("2027-01-04T13:00", cast.leader))
    client.logout()
    page = client.get("/public/verify/", {"hash": snapshot.content_hash}).content.decode()
    assert "The stored report was changed." in page
    assert "initiative" not in page.split("Answer")[1].split("</section>")[0]  # it may be an internal one
