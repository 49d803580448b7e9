"""The cases of the quarterly report through every door that shows one: page, form, API and the public room."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.services import delete_initiative, update_initiative
from people.services import update_department, update_user
from reports import services
from reports.models import PublishedFile, ReportAct
from tests.build import act, at, report
from tests.public.test_pages import url
from tests.reports.conftest import Q1, Q2


def inside(quarter, more=""):
    return reverse("reports:report-detail", args=["test-plan", quarter.slug]) + more


def row(html: str, pk: int) -> str:
    """What an initiative's row of a report says, in words."""
    found = html.split(f'id="initiative-{pk}"')[1].split("</tr>")[0]
    return " ".join(re.sub("<[^>]+>", " ", found).split())


@pytest.fixture
def doors(publish, cast, stranger, sign_in):
    """Both quarters published; doors(quarter) → the report as the page inside and as the public page tell it."""
    publish(Q1, "2026-10-07T12:00")
    publish(Q2)

    def _doors(quarter):
        return [sign_in(cast.leader).get(inside(quarter)).content.decode(), Client().get(url(quarter)).content.decode()]

    return _doors


def test_b36_both_doors_show_the_quarters_end_while_the_live_page_shows_now(doors, story, cast, sign_in):
    for html in doors(Q1):
        told = row(html, story["worse"].pk)
        assert "On track" in told
        assert "Commas" in told  # September's text
        assert "Vendor left" not in told
    live = sign_in(cast.viewer).get(reverse("initiatives:initiative-detail", args=[story["worse"].pk]))
    assert "Vendor left" in live.content.decode()


def test_b42_names_stay_as_they_were_at_both_doors(doors, story, cast):
    by = act("2027-01-11T12:00", cast.admin, reason="Renamed")
    before = [row(html, story["better"].pk) for html in doors(Q2)]
    update_department(department=cast.streets, fields={"name": "Streets Authority"}, act=by)
    update_user(user=cast.owner, fields={"name": "Somebody else", "is_active": False}, act=by)
    update_initiative(initiative=story["better"], fields={"title": "Renamed", "owner": cast.leader}, act=by)
    assert [row(html, story["better"].pk) for html in doors(Q2)] == before
    assert "Owner Department of Streets" in before[1]


def test_b43_born_later_and_gone_later_at_both_doors(doors, story, cast):
    delete_initiative(initiative=story["silent"], act=act("2027-01-11T12:00", cast.manager, reason="Given up"))
    for html in doors(Q1):
        assert f'id="initiative-{story["new"].pk}"' not in html
        assert f'id="initiative-{story["silent"].pk}"' in html
    for html in doors(Q2):
        assert f'id="initiative-{story["new"].pk}"' in html


def test_b39_completing_again_and_reopening_what_is_open_are_refused_with_a_sentence(story, complete, cast, sign_in):
    path = inside(Q2)
    refused = sign_in(cast.admin).post(path + "reopen/", {"reason": "Why not"})
    assert (refused.status_code, "Only a completed report can be reopened" in refused.content.decode()) == (422, True)
    assert "Why not" in refused.content.decode()  # what was typed is still there, though its form is not
    complete()
    again = sign_in(cast.leader).post(path + "complete/", {})
    assert (again.status_code, "was completed by Leader" in again.content.decode()) == (422, True)
    late = sign_in(cast.leader).post(path + "summary/", {"text": "An hour of work"})
    assert (late.status_code, "An hour of work" in late.content.decode()) == (422, True)


def test_b40_acts_reason_people_and_sign_offs_are_on_the_page_of_the_next_revision(
    story, complete, revise, plan, cast, sign_in
):
    services.sign_off(
        plan=plan, quarter=Q2, initiative_id=story["better"].pk, act=act("2027-01-06T12:00", cast.manager)
    )
    revise(complete())
    html = " ".join(re.sub("<[^>]+>", " ", sign_in(cast.viewer).get(inside(Q2)).content.decode()).split())
    history = html[html.index("History and hashes") :]
    assert re.findall(r"(Summary written|Completed|Reopened[^L]*?) (Leader|Admin) ?,", history) == [
        ("Summary written", "Leader"), ("Completed", "Leader"), ("Reopened: The vendor was misnamed", "Admin"),
        ("Completed", "Leader"),
    ]  # fmt: skip
    assert "1.1 Gets better Manager , 6 Jan 2027" in html


def test_b44_no_door_changes_a_completed_report(story, complete, cast, stranger, sign_in):
    complete()
    before = sign_in(cast.viewer).get(inside(Q2)).content.decode().split("<main")[1]
    manager = sign_in(cast.manager)
    for name, words in (("summary", {"text": "Other words"}), (f"sign-off/{story['better'].pk}", {})):
        assert manager.post(f"{inside(Q2)}{name}/", words).status_code == 422, name
    for method in ("put", "patch", "delete"):
        assert getattr(manager, method)(inside(Q2)).status_code == 405, method
        assert getattr(stranger, method)(url(Q2)).status_code == 405, method
    report(story["better"], "off_track", "2027-01-11T12:00", cast.owner, happened="Later")
    assert sign_in(cast.viewer).get(inside(Q2)).content.decode().split("<main")[1] == before


def test_b46_residents_compare_two_published_quarters(doors, story):
    html = Client().get(reverse("public:report-compare", args=["test-plan"])).content.decode()
    told = dict(re.findall(r'<a href="#(\w+)"><span class="figure">(\d+)<', html))
    # Better: 1.1 and the completed 1.3; worse: 1.2 and the silent 2.1; the internal 2.2 is told nowhere.
    assert told == {
        "better": "2", "worse": "2", "changed": "1", "new": "1", "gone": "0", "slipped": "1", "all": "0",
    }  # fmt: skip


def test_a_completed_report_keeps_what_it_was_compared_with(publish, revise, plan, story, cast, stranger, sign_in):
    """A later revision of the quarter before does not change what this report said had moved."""
    of = publish(Q1, "2026-10-07T12:00")
    publish(Q2)
    first = Client().get(url(Q2)).content
    services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason="Wrong text"))
    services.complete_report(**of, act=act("2027-01-09T12:00", cast.leader))
    services.publish_report(**of, act=act("2027-01-09T13:00", cast.leader))
    assert Client().get(url(Q2)).content == first
    assert at("2027-01-09T13:00") > at("2027-01-07T12:00")


@pytest.mark.parametrize("longest", [0, 100], ids=["long", "short"])
@pytest.mark.parametrize("published_first", [False, True])
def test_r13_what_was_made_internal_before_publishing_is_in_no_edition(
    complete, publish, story, plan, cast, stranger, sign_in, published_first, longest, monkeypatch
):
    monkeypatch.setattr("reports.content.report.LONG", longest)
    title = story["worse"].title
    if published_first:
        publish()
    else:
        complete()
    update_initiative(
        initiative=story["worse"], fields={"visibility": "internal"}, act=act("2027-01-07T13:00", cast.manager)
    )
    inside_page = sign_in(cast.leader).get("/reports/test-plan/FY2027-Q2/").content.decode()
    assert ("Left out, because it was made internal" in inside_page) is not published_first
    if not published_first:
        preview = sign_in(cast.leader).get("/reports/test-plan/FY2027-Q2/?edition=public").content.decode()
        assert title not in preview
        services.publish_report(plan=plan, quarter=Q2, act=act("2027-01-07T14:00", cast.leader))
    said = ReportAct.objects.filter(kind="published").last()
    assert (story["worse"].pk in said.withheld) is not published_first
    services.build_published_files(at=at("2027-01-07T15:00"))
    outside = stranger.get("/public/test-plan/FY2027-Q2/").content.decode()
    assert (title in outside) is published_first, "what residents could read stays as it was published"
    assert "Left out" not in outside
    file = PublishedFile.objects.get(format="json", snapshot__quarter=2)
    assert (title in bytes(file.content).decode()) is published_first
