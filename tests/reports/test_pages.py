"""The list of quarters and the report's page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records.models import AuditEvent
from reports.models import QuarterSnapshot
from reports.services import freeze_quarter, write_summary
from reports.tasks import freeze_due_quarters
from tests.build import act, at, make_initiative, make_milestone, report
from tests.reports.conftest import AFTER_Q1, Q1, Q2


def url(quarter="FY2027-Q2", slug="test-plan"):
    return reverse("reports:report-detail", args=[slug, quarter])


@pytest.fixture
def reader(cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-05T15:00"))
    return sign_in(cast.viewer)


def test_the_list_tells_frozen_due_and_running_quarters(story, plan, reader):
    html = reader.get(reverse("reports:report-list")).content.decode()
    states = re.findall(r'data-label="State">([^<]+)<', html)
    assert states == [
        "Running: draft preview", "Open", "Open", "Over, not frozen yet", "Over, not frozen yet",
        "Over, not frozen yet", "Over, not frozen yet",
    ]  # fmt: skip


def test_an_empty_list_says_so(cast, reader):
    assert "There is no active plan" in reader.get(reverse("reports:report-list")).content.decode()


def test_a_report_says_what_changed_and_every_figure_leads_to_what_is_behind_it(story, reader):
    html = reader.get(url()).content.decode()
    anchors = set(re.findall(r'id="([^"]+)"', html))
    wanted = set(re.findall(r'href="#([^"]+)"', html)) - {"main"}
    icons = {name for name in wanted if name.startswith("i-")}
    assert wanted - icons <= anchors
    for key in ("change-moved-off_track", "change-slipped", "change-completed", "change-new"):
        assert f'href="#{key}"' in html
    assert len(re.findall(r'<tr role="row" id="initiative-', html)) == 7


def test_a_frozen_report_does_not_move_with_the_plan(story, plan, cast, reader):
    before = reader.get(url("FY2027-Q1")).content.decode()
    report(story["better"], "off_track", "2027-01-05T14:30", cast.owner, happened="Later")
    after = reader.get(url("FY2027-Q1")).content.decode()
    strip = re.compile(r"csrfmiddlewaretoken[^>]+|nonce=\S+")
    assert strip.sub("", after) == strip.sub("", before)


def test_a_running_quarter_is_a_marked_preview(story, reader):
    html = reader.get(url("FY2027-Q3")).content.decode()
    assert "Draft preview." in html
    assert "As of 5 Jan 2027. Draft preview." in " ".join(html.split())


def test_a_quarter_over_but_not_frozen_is_previewed_as_of_its_end(plan, initiative, cast, sign_in, time_machine):
    time_machine.move_to(at(AFTER_Q1))
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="September")
    report(initiative, "off_track", "2026-10-03T12:00", cast.owner, happened="October")
    html = sign_in(cast.viewer).get(url("FY2027-Q1")).content.decode()
    assert "Draft preview." in html
    assert "September" in html
    assert "October" not in html


@pytest.mark.parametrize("quarter", ["FY2027-Q5", "FY2025-Q4", "FY2028-Q1", "2027"])
def test_a_quarter_that_cannot_be_reported_is_not_found(story, reader, quarter):
    assert reader.get(url(quarter)).status_code == 404


def test_an_unknown_plan_or_revision_is_not_found(story, reader):
    assert reader.get(url(slug="nothing")).status_code == 404
    assert reader.get(url() + "?revision=2").status_code == 404


def test_strangers_and_people_without_a_role_see_nothing(story, cast, client, sign_in):
    assert client.get(url()).status_code == 302
    assert client.get(reverse("reports:report-list")).status_code == 302
    assert sign_in(cast.stranger).get(url()).status_code == 403


@pytest.mark.parametrize("quarter", ["FY2027-Q2", "FY2027-Q3"])
def test_a_page_costs_at_most_twelve_queries_whatever_it_holds(
    story, plan, reader, quarter, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        reader.get(url(quarter))
    for number in range(20, 25):
        make_milestone(make_initiative(plan, number=f"1.{number}", when="2027-01-05T14:10"), None, "2027-01-05T14:20")
    with django_assert_max_num_queries(len(few)):
        reader.get(url(quarter))
    with django_assert_max_num_queries(12):
        reader.get(reverse("reports:report-list"))


def test_a_sample_plan_is_marked_on_page_and_list(cast, sign_in, time_machine):
    from tests.build import build_plan  # noqa: PLC0415 - one use

    time_machine.move_to(at(AFTER_Q1))
    plan = build_plan("sample", sample_note="Invented for the demonstration.")
    make_initiative(plan)
    freeze_quarter(plan=plan, quarter=Q1, act=act(AFTER_Q1))
    reader = sign_in(cast.viewer)
    for page in (url("FY2027-Q1", "sample"), reverse("reports:report-list")):
        assert "Invented for the demonstration." in reader.get(page).content.decode()


def test_reading_writes_no_history(story, reader):
    before = AuditEvent.objects.count()
    reader.get(url())
    assert AuditEvent.objects.count() == before


def test_the_first_screen_tells_the_story_and_links_to_what_is_behind_it(story, reader):
    html = reader.get(url()).content.decode()
    told = re.findall(r'<a href="#(change-[^"]+)"><span class="figure">(\d+)</span> <span>([^<]+)<', html)
    assert told == [
        ("change-moved-off_track", "1", "moved to off track"),
        ("change-moved-no_current_update", "1", "moved to no current update"),
        ("change-moved-cancelled", "1", "moved to cancelled"),
        ("change-moved-on_track", "1", "moved to on track"),
        ("change-slipped", "1", "date slipped by 41 days"),
        ("change-completed", "1", "completed"),
        ("change-new", "1", "new"),
    ]
    for anchor, count, _ in told:
        behind = html[html.index(f'id="{anchor}"') :]
        assert behind[: behind.index("</section>")].count("<li") == int(count), anchor
    first = html[html.index('id="glance-attention"') : html.index("In this report")]
    assert first.count("<li>") == 4  # of these, at most five stand here
    assert 'href="#attention">All 4<' in first
    headings = re.findall(r"<h2[^>]*>([^<]+)<", html)
    assert len(headings) == len(set(headings)) > 5  # the first view has its own words: no heading stands twice


def test_what_one_signed_off_is_said_and_not_asked_again(story, plan, cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-06T15:00"))
    leader = sign_in(cast.leader)
    path = reverse("reports:report-sign-off", args=["test-plan", "FY2027-Q2", story["better"].pk])
    assert path in leader.get(url()).content.decode()
    answer = leader.post(path)
    assert answer["Location"] == f"{url()}#initiative-{story['better'].pk}"
    html = leader.get(url()).content.decode()
    assert path not in html
    assert "Signed off: Leader, 6 Jan 2027" in html
    assert "1 of 7 initiatives signed off" in html
    assert path in sign_in(cast.manager).get(url()).content.decode()  # another person answers for oneself


def test_a_long_report_shows_headings_first_and_each_part_when_it_is_opened(story, reader, monkeypatch):
    whole = reader.get(url()).content.decode()
    monkeypatch.setattr("reports.content.report.LONG", 0)
    entry = '<tr role="row" id="initiative-'
    first = reader.get(url()).content.decode()
    parts = re.findall(r'hx-get="([^"]+)"', first)
    assert entry not in first
    assert len(parts) >= 7
    assert parts == re.findall(r'<a href="(\?part=\w+)#', first)  # without scripts
    for part in parts:
        opened = reader.get(url() + part).content.decode()
        fetched = reader.get(url() + part, headers={"HX-Request": "true"}).content.decode()
        key = part.partition("=")[2]
        assert fetched.lstrip().startswith(f'<div id="{key}"')
        assert fetched.strip() in opened
        assert fetched.strip() in whole
        assert (entry in fetched) == (key == "appendix")
    assert reader.get(f"{url()}?part=all").content.decode().count(entry) == whole.count(entry) == 7


def test_a_part_of_an_edition_is_of_that_edition(story, reader, monkeypatch):
    monkeypatch.setattr("reports.content.report.LONG", 0)
    html = reader.get(f"{url()}?edition=public&other=1").content.decode()
    assert 'hx-get="?edition=public&amp;part=appendix"' in html
    assert "Kept inside" not in reader.get(f"{url()}?edition=public&part=appendix").content.decode()


def screen(html: str) -> str:
    """The first screen: what moved, how it stands, what needs somebody."""
    return html[html.index('id="story"') : html.index("In this report")]


def test_the_first_view_of_a_long_report_reads_no_frozen_row_again(story, reader, monkeypatch):
    whole = reader.get(url()).content.decode()
    monkeypatch.setattr("reports.content.report.LONG", 0)
    first = reader.get(url()).content.decode()
    with CaptureQueriesContext(connection) as asked:
        again = reader.get(url()).content.decode()
    token = re.compile(r'value="\w{64}"')  # of the forms, new for each page
    assert token.sub("", again) == token.sub("", first)
    assert screen(first) == screen(whole)
    assert not re.findall("reports_snapshot(?:initiative|milestone|commitment|heading)", str(asked.captured_queries))


def test_what_people_do_with_a_long_report_shows_in_its_first_view(
    story, plan, cast, sign_in, time_machine, monkeypatch
):
    monkeypatch.setattr("reports.content.report.LONG", 0)
    time_machine.move_to(at("2027-01-06T15:00"))
    leader = sign_in(cast.leader)
    assert "0 of 7 initiatives signed off" in leader.get(url()).content.decode()
    leader.post(reverse("reports:report-sign-off", args=["test-plan", "FY2027-Q2", story["better"].pk]))
    assert "1 of 7 initiatives signed off" in leader.get(url()).content.decode()
    text = "We kept Kept inside inside."
    write_summary(plan=plan, quarter=Q2, text=text, act=act("2027-01-06T15:00", cast.leader))
    html = leader.get(url()).content.decode()
    assert text in html
    assert "The summary names what is internal: 2.2 Kept inside." in html


def test_whoever_first_reads_a_quarter_that_was_just_frozen_finds_its_first_view_made(story, reader, monkeypatch):
    monkeypatch.setattr("reports.content.report.LONG", 0)
    snapshot = QuarterSnapshot.objects.latest("as_of_day")
    monkeypatch.setattr("reports.services.freeze_due_quarters", lambda at: [snapshot])
    freeze_due_quarters()
    with CaptureQueriesContext(connection) as asked:
        reader.get(url())
    assert "reports_snapshotinitiative" not in str(asked.captured_queries)
