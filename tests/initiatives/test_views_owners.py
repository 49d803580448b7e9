"""The pages on which a new owner answers, and whoever runs the plan acts on it (rule R26)."""

import csv
import io

import pytest
from django.urls import reverse

from initiatives import services as work
from initiatives.models import OwnerAnswer
from tests.build import make_initiative
from tests.initiatives.owners import by, give, open_request

pytestmark = pytest.mark.usefixtures("stopped")


def to(name, request):
    return reverse(f"initiatives:owner-request-{name}", args=[request.pk])


def page(initiative):
    return reverse("initiatives:initiative-detail", args=[initiative.pk])


def test_the_page_says_who_was_asked_and_offers_each_what_they_can_do(sign_in, cast, initiative, asked):
    def shown(person):
        text = " ".join(sign_in(person).get(page(initiative)).content.decode().split())
        return "Owner not confirmed" in text, to("accept", asked) in text, to("agree", asked) in text

    assert shown(cast.contributor) == (True, True, False)
    assert shown(cast.viewer) == (True, False, False)
    work.decline_ownership(request=asked, proposed=cast.owner, act=by(cast.contributor, 1, "On <b>leave</b>."))
    text = sign_in(cast.manager).get(page(initiative)).content.decode()
    assert to("agree", asked) in text
    assert to("ask-again", asked) in text
    assert "On &lt;b&gt;leave&lt;/b&gt;." in text
    assert to("agree", asked) not in sign_in(cast.contributor).get(page(initiative)).content.decode()


def test_accepted_by_the_button_and_back_where_one_came_from(sign_in, cast, initiative, asked):
    client = sign_in(cast.contributor)
    answer = client.post(to("accept", asked), {"version": 1, "next": "/"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "You own it now" in answer.content.decode()
    client.post(to("accept", asked), {"version": 1})
    assert OwnerAnswer.objects.get().accepts
    assert "Owner not confirmed" not in client.get(page(initiative)).content.decode()


def test_declined_by_the_form_once_however_often_sent(sign_in, cast, asked):
    body = {"reason": "No time", "proposed": cast.owner.pk, "version": 1, "idempotency_key": "k"}
    for _ in range(2):
        assert sign_in(cast.contributor).post(to("decline", asked), body).status_code == 302
    answer = OwnerAnswer.objects.get()
    assert (answer.reason, answer.proposed) == ("No time", cast.owner)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": ""}, "“Reason”"),
        ({"reason": "x" * 2001}, "“Reason” can have at most"),
        ({"proposed": "999999"}, "“Somebody else you propose”"),
        ({"proposed": "nobody"}, "“Somebody else you propose”"),
    ],
)
def test_bad_input_names_the_field_and_loses_no_word(sign_in, cast, asked, wrong, sentence):
    body = {"reason": "Too much else", "proposed": "", "version": 1} | wrong
    answer = sign_in(cast.contributor).post(to("decline", asked), body)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (wrong.get("reason") or ("" if "reason" in wrong else "Too much else")) in answer.content.decode()
    assert not OwnerAnswer.objects.exists()


def test_oneself_is_not_offered(sign_in, cast, asked):
    form = sign_in(cast.contributor).get(to("decline", asked)).context["form"]
    assert cast.contributor not in form.fields["proposed"].queryset
    body = {"reason": "Me", "proposed": cast.contributor.pk, "version": 1}
    assert sign_in(cast.contributor).post(to("decline", asked), body).status_code == 422


def test_an_owner_named_meanwhile_gets_409_with_the_words_and_then_a_sentence(sign_in, cast, initiative, asked):
    give(initiative, cast.owner, cast.manager, 1)
    client, body = sign_in(cast.contributor), {"reason": "My own words", "proposed": "", "version": 1}
    answer = client.post(to("decline", asked), body)
    assert answer.status_code == 409
    assert "My own words" in answer.content.decode()
    answer = client.post(to("decline", asked), body | {"version": 2})
    assert answer.status_code == 422
    assert "not asked any more" in answer.content.decode()
    assert "My own words" in answer.content.decode()
    text = client.post(to("accept", asked), {"version": 1}, follow=True).content.decode()
    assert "Somebody else changed" in text
    assert not OwnerAnswer.objects.exists()


def test_two_tabs_the_second_is_told_what_the_first_answered(sign_in, cast, asked):
    client = sign_in(cast.contributor)
    client.post(to("decline", asked), {"reason": "First words", "proposed": "", "version": 1})
    answer = client.post(to("decline", asked), {"reason": "Other words", "proposed": "", "version": 1})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "First words" in text
    assert "Other words" in text
    assert OwnerAnswer.objects.get().reason == "First words"


def test_the_manager_agrees_or_asks_again_by_a_button(sign_in, cast, initiative, asked):
    work.decline_ownership(request=asked, proposed=cast.owner, act=by(cast.contributor, 1, "On leave."))
    client = sign_in(cast.manager)
    text = client.post(to("ask-again", asked), {"version": 2}, follow=True).content.decode()
    assert "is asked again" in text
    again = open_request(initiative)
    work.decline_ownership(request=again, proposed=cast.owner, act=by(cast.contributor, 2, "Still."))
    text = client.post(to("agree", again), {"version": 2}, follow=True).content.decode()
    assert "is the owner now, and is asked" in text
    initiative.refresh_from_db()
    assert initiative.owner == cast.owner
    text = client.post(to("agree", again), {"version": 2}, follow=True).content.decode()
    assert "Somebody else changed" in text


def test_my_work_asks_the_new_owner_and_tells_whoever_runs_the_plan(sign_in, cast, asked):
    answer = sign_in(cast.contributor).get("/")
    text = answer.content.decode()
    assert "You were named the owner" in text
    assert to("accept", asked) in text
    assert answer.context["work"].to_confirm.total == 1
    managers = {one["key"]: one for one in sign_in(cast.manager).get("/").context["attention"]}
    assert [row.number for row in managers["not_confirmed"]["rows"]] == ["1.1"]
    assert "You were named the owner" not in sign_in(cast.owner).get("/").content.decode()
    work.accept_ownership(request=asked, act=by(cast.contributor, 1))
    assert "You were named the owner" not in sign_in(cast.contributor).get("/").content.decode()
    managers = {one["key"]: one for one in sign_in(cast.manager).get("/").context["attention"]}
    assert managers["not_confirmed"]["count"] == 0


def test_the_list_can_be_narrowed_to_owners_who_are_not_confirmed_and_says_how_many(sign_in, cast, plan, asked):
    make_initiative(plan, number="1.2", owner=cast.owner)
    client, where = sign_in(cast.viewer), reverse("initiatives:initiative-list")

    def listed(query):
        page = client.get(f"{where}?{query}")
        return [row.number for row in page.context["page"].object_list], page.context["page"].paginator.count

    assert listed("unconfirmed=on") == (["1.1"], 1)
    assert listed(f"unconfirmed=on&owner={cast.owner.pk}") == ([], 0)
    assert listed("unconfirmed=on&as_of=2026-10-04") == ([], 0)
    assert "Owner not confirmed" in client.get(f"{where}?unconfirmed=on").content.decode()
    work.decline_ownership(request=asked, act=by(cast.contributor, 1, "No."))
    assert listed("unconfirmed=on") == (["1.1"], 1)
    work.update_initiative(initiative=asked.initiative, fields={"owner": cast.manager}, act=by(cast.manager, 2))
    assert listed("unconfirmed=on") == ([], 0)


def test_every_list_of_initiatives_marks_an_owner_who_has_not_accepted(sign_in, cast, plan, asked):
    work.update_initiative(initiative=asked.initiative, fields={"lead_department": cast.oit}, act=by(cast.manager, 1))
    make_initiative(plan, number="1.2", owner=cast.owner)
    make_initiative(plan, number="1.3")
    client, listed = sign_in(cast.viewer), reverse("initiatives:initiative-list")
    lists = (
        listed,
        reverse("initiatives:goal-detail", args=[plan.slug, asked.initiative.goal.number]),
        reverse("initiatives:department-detail", args=[cast.oit.abbreviation]),
    )
    mark = '<bdi>Contributor</bdi><br><span class="small muted">Not confirmed</span>'

    def file(query=""):
        export = reverse("initiatives:initiative-list-export", args=["csv"])
        sheet = b"".join(client.get(export + query).streaming_content)
        rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
        return {row["Number"].lstrip("'"): row.get("Owner confirmed") for row in rows}

    for where in lists:
        text = client.get(where).content.decode()
        assert (text.count(mark), text.count(">Not confirmed<")) == (1, 1), where
    assert mark not in client.get(f"{listed}?as_of=2026-10-04").content.decode()
    assert file() == {"1.1": "No", "1.2": "Yes", "1.3": ""}
    assert file("?col=status") == {"1.1": None, "1.2": None, "1.3": None}
    work.accept_ownership(request=asked, act=by(cast.contributor, 2))
    for where in lists:
        assert mark not in client.get(where).content.decode(), where
    assert file() == {"1.1": "Yes", "1.2": "Yes", "1.3": ""}


def test_what_was_retired_is_gone(sign_in, cast, initiative, asked):
    work.delete_initiative(initiative=initiative, act=by(cast.manager, 1))
    for name in ("accept", "decline", "agree", "ask-again"):
        assert sign_in(cast.contributor).get(to(name, asked)).status_code == 404


def test_the_history_tells_it_in_words(sign_in, cast, initiative, asked):
    work.decline_ownership(request=asked, proposed=cast.owner, act=by(cast.contributor, 1, "On leave."))
    work.ask_owner_again(request=asked, act=by(cast.manager, 2))
    work.accept_ownership(request=open_request(initiative), act=by(cast.contributor, 3))
    text = sign_in(cast.viewer).get(reverse("initiatives:initiative-history", args=[initiative.pk])).content.decode()
    for words in ("Owner declined", "On leave.", "Proposed as owner", "Owner asked again", "Owner accepted"):
        assert words in text, words
