"""Views of the list that people keep: own ones and shared ones, who may change which, names, and what is refused."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from goals.services import update_plan
from initiatives.models import SavedView
from initiatives.services import delete_view, save_view, update_view
from people.services import update_user
from records.audit import StaleVersion
from records.models import AuditEvent
from tests.build import act, make_initiative
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")
LIST = reverse("initiatives:initiative-list")
NEW, VIEWS = reverse("initiatives:saved-view-create"), reverse("initiatives:saved-view-list")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def keep(owner, name, **more) -> SavedView:
    view = {"plan": None, "query": "status=on_track", "is_shared": False} | more
    return save_view(owner=owner, name=name, act=act(NOW, owner), **view)


def edit(view) -> str:
    return reverse("initiatives:saved-view-edit", args=[view.pk])


def test_the_list_is_saved_as_its_address_shows_it_and_opens_so_again(sign_in, cast, plan):
    make_initiative(plan, number="1.1", owner=cast.owner)
    client = sign_in(cast.viewer)
    query = f"?plan={plan.slug}&owner=none&col=due&col=status&group=owner&sort=-due&page=3&as_of=2026-09-01&other=1"
    assert client.post(NEW + query, {"name": "  Nobody’s  "}).status_code == 302
    view = SavedView.objects.get()
    assert (view.name, view.owner, view.plan, view.is_shared) == ("Nobody’s", cast.viewer, plan, False)
    assert view.query == "owner=none&col=due&col=status&group=owner&sort=-due"
    assert not AuditEvent.objects.filter(verb__startswith="saved_view").exists()
    update_plan(plan=plan, fields={"slug": "renamed"}, act=act(NOW))
    href = f"{LIST}?plan=renamed&amp;{view.query.replace('&', '&amp;')}"
    text = client.get(LIST).content.decode()
    assert f'href="{href}"' in text
    answer = client.get(href.replace("&amp;", "&"))
    assert (answer.context["page"].paginator.count, answer.context["sort"]) == (0, "-due")
    assert f'href="{href}" aria-current="true"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?status=purple", "“Status”: what this address asks for"),
        ("?owner=99999", "“Owner”: what this address asks for"),
        ("?plan=nowhere", "“Plan”: what this address asks for"),
        ("?q=" + "long%20" * 1_900, "This is more than a view can hold"),
    ],
)
def test_what_the_filters_of_the_list_do_not_understand_is_not_saved(sign_in, cast, plan, query, said):
    client = sign_in(cast.viewer)
    for answer in (client.get(NEW + query), client.post(NEW + query, {"name": "Odd"})):
        assert answer.status_code == 400
        assert said in answer.content.decode()
    assert not SavedView.objects.exists()


def test_each_sees_their_own_and_what_is_shared(sign_in, cast, plan):
    keep(cast.manager, "For all", is_shared=True)
    keep(cast.manager, "Mine alone")
    keep(cast.viewer, "The viewer’s")
    text = sign_in(cast.viewer).get(VIEWS).content.decode()
    assert "For all" in text
    assert "The viewer’s" in text
    assert "Mine alone" not in text
    assert text.index("The viewer’s") < text.index("For all")
    assert [one.name for one in sign_in(cast.leader).get(LIST).context["views"]] == ["For all"]


def test_who_may_change_which(sign_in, cast, plan):
    """Everybody their own; what is shared, plan managers too; nobody else's own."""
    own, shared, other = keep(cast.owner, "Own"), keep(cast.admin, "All", is_shared=True), keep(cast.viewer, "Other")
    may = {
        cast.owner: {own}, cast.viewer: {other}, cast.manager: {shared}, cast.admin: {shared}, cast.leader: set(),
        cast.stranger: set(),
    }  # fmt: skip
    for person, theirs in may.items():
        client = sign_in(person)
        for view in (own, shared, other):
            assert (person.name, view.name, client.get(edit(view)).status_code) == (
                person.name, view.name, 200 if view in theirs else 403
            )  # fmt: skip
            if view not in theirs:
                assert client.post(reverse("initiatives:saved-view-delete", args=[view.pk])).status_code == 403
    assert SavedView.objects.count() == 3


def test_only_plan_managers_share(sign_in, cast, plan):
    client = sign_in(cast.viewer)
    assert "is_shared" not in client.get(NEW).context["form"].fields
    client.post(NEW, {"name": "Mine", "is_shared": "on"})
    assert not SavedView.objects.get().is_shared
    sign_in(cast.manager).post(NEW, {"name": "Ours", "is_shared": "on"})
    assert SavedView.objects.get(name="Ours").is_shared
    assert AuditEvent.objects.get(verb="saved_view.shared").target_label == "Ours"


def test_rename_share_and_delete(sign_in, cast, plan):
    view = keep(cast.manager, "First")
    client = sign_in(cast.manager)
    client.post(edit(view), {"name": "Second", "is_shared": "on", "version": 1})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.version) == ("Second", True, 2)
    stale = client.post(edit(view), {"name": "Third", "is_shared": "on", "version": 1})
    assert (stale.status_code, "Third" in stale.content.decode()) == (409, True)
    client.post(edit(view), {"name": "Second", "version": 2})
    client.post(reverse("initiatives:saved-view-delete", args=[view.pk]))
    assert not SavedView.objects.exists()
    verbs = AuditEvent.objects.filter(target_type="savedview").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["saved_view.shared", "saved_view.unshared"]


def test_an_owner_who_may_not_share_renames_without_ending_the_sharing(sign_in, cast, plan):
    view = keep(cast.owner, "Old", is_shared=True)
    sign_in(cast.owner).post(edit(view), {"name": "New", "version": 1})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("New", True)


def test_the_shared_view_of_somebody_who_left_stays_and_managers_keep_it(sign_in, cast, plan):
    view = keep(cast.owner, "Left behind", is_shared=True)
    keep(cast.owner, "Own and gone")
    update_user(user=cast.owner, fields={"is_active": False}, act=act(NOW))
    text = sign_in(cast.manager).get(VIEWS).content.decode()
    assert "who has left" in text
    assert "Own and gone" not in text
    assert sign_in(cast.manager).get(edit(view)).status_code == 200


def test_two_with_the_same_name_are_refused(sign_in, cast, plan):
    keep(cast.viewer, "Late ones")
    answer = sign_in(cast.viewer).post(NEW, {"name": "LATE  ones"})
    assert answer.status_code == 422
    assert "You have a view called “LATE  ones” already" in answer.content.decode()
    keep(cast.manager, "Late ones", is_shared=True)  # somebody else's own is no matter
    with pytest.raises(ValidationError, match="There is a shared view called “late ones”"):
        keep(cast.admin, "late ones", is_shared=True)
    keep(cast.admin, "Mine")
    with pytest.raises(ValidationError, match="You have a view called"):  # not: there is a shared one
        keep(cast.admin, "mine", is_shared=True)
    other = keep(cast.viewer, "Others")
    with pytest.raises(ValidationError, match="You have a view called"):
        update_view(view=other, name="late ones", is_shared=False, seen_version=None, act=act(NOW))


def test_no_name_and_a_version_not_seen_are_refused(cast, plan):
    with pytest.raises(ValidationError, match="name"):
        keep(cast.viewer, " \u200b ")
    view = keep(cast.viewer, "A")
    with pytest.raises(StaleVersion):
        update_view(view=view, name="B", is_shared=False, seen_version=7, act=act(NOW))
    delete_view(view=view, act=act(NOW))
    delete_view(view=view, act=act(NOW))


def test_a_view_of_a_plan_that_was_retired_is_offered_to_nobody(sign_in, cast, plan):
    keep(cast.manager, "Of the plan", plan=plan, is_shared=True)
    type(plan).objects.filter(pk=plan.pk).update(deleted_at=NOW)
    assert sign_in(cast.viewer).get(LIST).context["views"] == []
