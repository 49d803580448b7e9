"""What strangers read: published reports in their public edition, and nothing else (rules B-45, B-47, B-54, B-61)."""

import hashlib
import io
import json
import re
import zipfile

import pytest
from django.urls import reverse

from initiatives.services import update_initiative
from records.models import AuditEvent
from reports import services
from reports.exporters import FORMATS
from reports.models import ExportedFile, PublishedFile, QuarterSnapshot
from tests.build import act, at
from tests.reports.conftest import Q1, Q2

SECRETS = ("Kept inside", "Secret matter", "A vendor", "@test.example", "Owner said")
HASH = re.compile(r"[0-9a-f]{64}")


def url(quarter=Q2, name="detail", *more, slug="test-plan"):
    return reverse(f"public:report-{name}", args=[slug, quarter.slug, *more])


def texts(data: bytes) -> str:
    """Everything legible in a file, the parts of an archive included."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return data.decode("utf-8", "replace")


@pytest.mark.parametrize("step", ["frozen", "completed", "taken back"])
def test_b45_an_unpublished_report_is_neither_there_nor_listed(story, complete, plan, cast, stranger, step):
    of = {"plan": plan, "quarter": Q2} if step == "frozen" else complete()
    if step == "taken back":
        services.publish_report(**of, act=act("2027-01-07T13:00", cast.leader))
        services.unpublish_report(**of, act=act("2027-01-07T14:00", cast.leader))
    assert stranger.get(url()).status_code == 404
    assert stranger.get(url() + "?revision=1").status_code == 404
    assert {key: stranger.get(url(Q2, "export", key)).status_code for key in FORMATS} == dict.fromkeys(FORMATS, 404)
    assert stranger.get(reverse("public:report-compare", args=["test-plan"])).status_code == 404
    html = stranger.get(reverse("public:report-list")).content.decode()
    assert "Nothing is published yet." in html
    assert "Test plan" not in html
    told = stranger.get(
        reverse("public:report-verify"), {"hash": QuarterSnapshot.objects.latest("sequence").chain_hash}
    )
    assert "Not known." in told.content.decode()


def test_b45_a_published_report_is_there_with_public_initiatives_only(publish, stranger):
    publish()
    html = stranger.get(url()).content.decode()
    assert re.findall(r'<tr role="row" id="initiative-(\d+)', html)
    named = re.findall(r'id="initiative-\d+">\s*<th[^>]*>([^<]+)<', html)
    assert [name.strip() for name in named] == [
        "1.1 Gets better", "1.2 Gets worse", "1.3 =HYPERLINK(&quot;http://x.example&quot;,&quot;click&quot;)",
        "1.9 Born in the quarter", "2.1 Falls silent", "2.3 Called off",
    ]  # fmt: skip
    assert "6 initiatives as of 31 Dec 2026" in html
    listed = stranger.get(reverse("public:report-list")).content.decode()
    assert re.findall(r'data-label="Initiatives" class="num">(\d+)<', listed) == ["6"]


def test_b54_no_page_and_no_file_of_the_public_holds_a_mail_address_or_an_internal_note(publish, story, cast, stranger):
    publish(Q1, "2026-10-07T12:00", files=True)
    publish(files=True)
    pages = [url(), url(Q1), reverse("public:report-list"), reverse("public:report-compare", args=["test-plan"])]
    found = {page: stranger.get(page).content.decode() for page in pages}
    found |= {file.name: texts(bytes(file.content)) for file in PublishedFile.objects.all()}
    assert len(found) == 4 + 2 * len(FORMATS)
    told = {name: [word for word in SECRETS if word in text] for name, text in found.items()}
    assert {name: words for name, words in told.items() if words} == {}
    assert "Internal" not in found[url()]


def test_b54_why_a_status_was_set_by_hand_is_an_internal_note(story, plan, cast, stranger):
    from initiatives.services import override_status  # noqa: PLC0415
    from reports.workflow.report import Quarters  # noqa: PLC0415

    override_status(
        initiative=story["better"], status="at_risk", act=act("2027-01-20T12:00", cast.manager, reason="Politics")
    )
    told = Quarters(plan).preview(Q2.next(), at=at("2027-01-21T12:00"))
    assert "Set to at risk by hand: Politics" in [why for item in told.attention for why in item.reasons]
    public = told.for_public()
    assert [item.reasons for item in public.attention if item.initiative.number == "1.1"] == [
        ("Set to at risk by hand",)
    ]  # fmt: skip
    assert "Politics" not in repr(public)


def test_b47_a_visitor_reads_without_signing_in_and_writes_nothing(publish, stranger):
    publish(files=True)
    events, files = AuditEvent.objects.count(), ExportedFile.objects.count()
    for path in (url(), reverse("public:report-list"), url(Q2, "export", "csv")):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert answer.cookies == {}
        assert stranger.post(path).status_code == 405
    assert (AuditEvent.objects.count(), ExportedFile.objects.count()) == (events, files)


def test_b61_each_file_is_the_public_edition_that_leadership_saw_before(publish, cast, stranger, sign_in):
    publish(files=True)
    inside = sign_in(cast.leader)
    for key, kind in FORMATS.items():
        file = stranger.get(url(Q2, "export", key))
        assert file["Content-Disposition"] == f'attachment; filename="test-plan-fy2027-q2-r1-public.{kind.extension}"'
        same = inside.get(reverse("reports:report-export", args=["test-plan", Q2.slug, key]) + "?edition=public")
        assert (key, same.content == file.content) == (key, True)


def test_pages_are_kept_by_browsers_and_asked_for_again_by_etag(publish, stranger):
    publish(files=True)
    for path in (url(), reverse("public:report-list"), url(Q2, "export", "json")):
        first = stranger.get(path)
        assert first["Cache-Control"] == "public, max-age=60"
        assert "Cookie" not in first.get("Vary", "")
        again = stranger.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    since = stranger.get(url())["Last-Modified"]
    assert since == "Thu, 07 Jan 2027 12:00:00 GMT"
    assert stranger.get(url(), headers={"if-modified-since": since}).status_code == 304


def test_a_page_is_drawn_once_and_anew_after_the_next_publication(
    publish, cast, stranger, django_assert_max_num_queries
):
    of = publish()
    html = stranger.get(url()).content
    with django_assert_max_num_queries(4):
        assert stranger.get(url()).content == html
    services.unpublish_report(**of, act=act("2027-01-11T12:00", cast.leader))
    assert stranger.get(url()).status_code == 404
    services.publish_report(**of, act=act("2027-01-11T13:00", cast.leader))
    assert stranger.get(url()).status_code == 200


def test_a_second_revision_says_what_it_replaces_and_both_stay_readable(publish, revise, cast, stranger):
    of = publish()
    first = stranger.get(url()).content.decode()
    revise(of)
    same = stranger.get(url()).content.decode()
    assert same == first  # reopened and completed again inside; outside nothing changed yet, no reason, no draft
    services.publish_report(**of, act=act("2027-01-11T12:00", cast.leader))
    html = stranger.get(url()).content.decode()
    assert "Revision 2 replaces revision 1." in html
    assert "The vendor was misnamed" in html
    assert "Vendor B left" in html
    assert "Money" not in html
    old = stranger.get(url() + "?revision=1").content.decode()
    assert "An earlier revision." in old
    assert "Vendor B left" not in old
    assert stranger.get(url() + "?revision=3").status_code == 404
    services.unpublish_report(**of, act=act("2027-01-11T14:00", cast.leader))
    assert [stranger.get(url() + more).status_code for more in ("", "?revision=1")] == [404, 404]


def test_a_report_can_be_taken_back_while_it_is_open_again(publish, plan, cast, stranger, sign_in):
    of = publish()
    services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason="A wrong figure"))
    assert stranger.get(url()).status_code == 200
    page = reverse("reports:report-detail", args=["test-plan", Q2.slug])
    inside = sign_in(cast.leader)
    assert "Take it back" in inside.get(page).content.decode()
    inside.post(reverse("reports:report-unpublish", args=["test-plan", Q2.slug]))
    assert stranger.get(url()).status_code == 404


def test_a_report_that_becomes_internal_later_stays_as_it_was_published(publish, story, cast, stranger):
    publish()
    update_initiative(
        initiative=story["better"], fields={"visibility": "internal"}, act=act("2027-01-11T12:00", cast.manager)
    )
    assert "1.1 Gets better" in stranger.get(url()).content.decode()


def test_an_item_internal_in_one_quarter_is_told_in_no_comparison(publish, story, cast, stranger):
    publish(Q1, "2026-10-07T12:00")
    publish()
    html = stranger.get(reverse("public:report-compare", args=["test-plan"])).content.decode()
    assert html.count("1.1 Gets better") == 2  # in the group it belongs to, and in the table of all
    assert "Kept inside" not in html
    for bad in ("?before=FY2027-Q3", "?after=nonsense"):
        assert stranger.get(reverse("public:report-compare", args=["test-plan"]) + bad).status_code == 404


def test_one_published_quarter_is_nothing_to_compare(publish, stranger):
    publish()
    html = stranger.get(reverse("public:report-compare", args=["test-plan"])).content.decode()
    assert "Two published quarters are needed." in html


def test_files_are_built_once_and_kept(publish, cast, stranger, monkeypatch):
    of = publish(files=True)
    assert PublishedFile.objects.count() == len(FORMATS)
    assert services.build_published_files(at=at("2027-01-08T12:00")) == []
    services.unpublish_report(**of, act=act("2027-01-08T13:00", cast.leader))
    services.publish_report(**of, act=act("2027-01-08T14:00", cast.leader))
    assert services.build_published_files(at=at("2027-01-08T15:00")) == []


def test_a_format_that_fails_holds_up_no_other_and_is_tried_again(complete, cast, stranger, monkeypatch, caplog):
    from reports.files import publishing  # noqa: PLC0415

    of = complete()
    services.publish_report(**of, act=act("2027-01-07T13:00", cast.leader))
    whole = publishing.export_report

    def broken(*, format_key, **more):
        if format_key == "csv":
            raise RuntimeError("no ink")
        return whole(format_key=format_key, **more)

    monkeypatch.setattr(publishing, "export_report", broken)
    assert {file.format for file in services.build_published_files(at=at("2027-01-07T13:01"))} == set(FORMATS) - {"csv"}
    assert "csv of Test plan, FY2027 Q2, revision 1 could not be built." in caplog.text
    waiting = stranger.get(url(Q2, "export", "csv"))
    assert (waiting.status_code, waiting["Retry-After"]) == (503, "60")
    assert "CSV is being prepared" in stranger.get(url()).content.decode()
    monkeypatch.setattr(publishing, "export_report", whole)
    assert [file.format for file in services.build_published_files(at=at("2027-01-07T13:02"))] == ["csv"]


def test_an_outsider_verifies_a_file_and_learns_nothing_of_what_is_inside(publish, complete, cast, stranger, sign_in):
    publish(files=True)
    path = reverse("public:report-verify")

    def told(data: bytes) -> str:
        upload = io.BytesIO(data)
        upload.name = "report.json"
        return stranger.post(path, {"file": upload}).content.decode()

    public = bytes(PublishedFile.objects.get(format="json").content)
    assert "Unchanged." in told(public)
    assert "Changed." in told(public.replace(b"Gets better", b"Gets best!!"))
    by_hash = stranger.get(path, {"hash": hashlib.sha256(public).hexdigest()}).content.decode()
    assert "Unchanged." in by_hash
    assert url() in by_hash
    inside = sign_in(cast.viewer).get(reverse("reports:report-export", args=["test-plan", Q2.slug, "json"])).content
    assert json.loads(inside)["report"]["edition"] == "Internal edition"
    assert "Not known." in told(inside)  # that it is our own internal edition is nobody's business
    unpublished = QuarterSnapshot.objects.get(quarter=1).content_hash
    assert "Not known." in stranger.get(path, {"hash": unpublished}).content.decode()
    assert stranger.post(path, {}).status_code == 422


def test_whoever_asks_too_often_waits(publish, stranger):
    publish()
    path = reverse("public:report-verify")
    statuses = {stranger.get(path, {"hash": "0" * 64}).status_code for _ in range(60)}
    assert statuses == {200}
    refused = stranger.get(path, {"hash": "0" * 64})
    assert refused.status_code == 429
    assert "Too many questions from your address." in refused.content.decode()


@pytest.mark.parametrize("slug", ["test-plan", "nothing"])
@pytest.mark.parametrize("quarter", ["FY2027-Q9", "FY2031-Q1", "2027"])
def test_what_never_was_is_not_found(publish, stranger, slug, quarter):
    publish()
    assert stranger.get(reverse("public:report-detail", args=[slug, quarter])).status_code == 404
    assert stranger.get(url(Q2, "export", "exe")).status_code == 404


def test_a_public_page_costs_at_most_twelve_queries(publish, stranger, django_assert_max_num_queries):
    publish(Q1, "2026-10-07T12:00")
    publish(files=True)
    compare = reverse("public:report-compare", args=["test-plan"])
    for path in (url(), reverse("public:report-list"), url(Q2, "export", "csv"), compare):
        with django_assert_max_num_queries(12):
            stranger.get(path)


def test_a_long_report_is_read_part_by_part_and_no_address_of_one_reader_reaches_another(
    publish, stranger, monkeypatch
):
    publish()
    monkeypatch.setattr("reports.content.report.LONG", 0)
    entry = '<tr role="row" id="initiative-'
    first = stranger.get(f"{url()}?x=poison").content.decode()
    assert entry not in first
    assert "poison" not in stranger.get(url()).content.decode()
    assert 'href="?part=appendix#appendix"' in first
    assert entry in stranger.get(f"{url()}?part=appendix").content.decode()
    assert entry in stranger.get(f"{url()}?part=all").content.decode()
    assert stranger.get(f"{url()}?part=nonsense").content.decode() == stranger.get(url()).content.decode()
