"""What browsers do by themselves: nothing typed is lost, and nothing is said that is not so."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from initiatives.models import Initiative, StatusDraft, StatusUpdate
from initiatives.services import update_initiative
from tests.build import act, build_plan, make_initiative
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WORDS = "Ducts are open from City Hall to Broad Street."


@pytest.fixture
def work(cast) -> Initiative:
    return make_initiative(build_plan("city-plan", title="City plan"), title="Fiber ring", owner=cast.owner)


def edit(visit, cast, work) -> Page:
    page: Page = visit(cast.manager, f"/initiatives/{work.pk}/edit/")
    page.get_by_label("Summary").fill(WORDS)
    return page


def send(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def refuse_posts(page: Page) -> None:
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())


def test_a_server_that_does_not_answer_loses_no_word_and_saves_once(visit, cast, work):
    page = edit(visit, cast, work)
    address = page.url
    refuse_posts(page)
    with page.expect_event("requestfailed"):
        send(page)
    page.unroute("**/*")
    page.goto(address)
    expect(page.get_by_text("The server did not answer when you sent this form.")).to_be_visible()
    assert page.get_by_label("Summary").input_value() == WORDS
    send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()
    work.refresh_from_db()
    assert (work.summary, work.version) == (WORDS, 2)
    page.goto(address)
    expect(page.get_by_text("The server did not answer")).to_have_count(0)


def test_an_answer_that_got_lost_is_not_saved_twice(visit, cast, work):
    page = edit(visit, cast, work)
    address = page.url

    def save_and_hang_up(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", save_and_hang_up)
    with page.expect_event("requestfailed"):
        send(page)
    page.unroute("**/*")
    page.goto(address)
    expect(page.get_by_text("it is never saved twice")).to_be_visible()
    send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()
    work.refresh_from_db()
    assert (work.summary, work.version) == (WORDS, 2)


def test_offline_nothing_is_sent_and_the_page_says_so(visit, cast, work):
    page = edit(visit, cast, work)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_text("You are offline. Nothing was sent. What you typed is still here.")).to_be_visible()
    assert page.get_by_label("Summary").input_value() == WORDS
    page.context.set_offline(False)
    send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()


def test_a_fragment_without_an_answer_does_not_claim_that_nothing_was_saved(visit, cast, work):
    page: Page = visit(cast.owner, f"/initiatives/{work.pk}/")
    page.get_by_role("link", name="Publish an update").first.click()
    page.get_by_label("On track", exact=True).check()
    page.get_by_label("What happened").fill(WORDS)
    refuse_posts(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("It may have been saved or not; sent again it is never saved twice.")).to_be_visible()
    assert page.get_by_label("What happened").input_value() == WORDS
    page.unroute("**/*")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(WORDS).first).to_be_visible()
    assert StatusUpdate.objects.filter(initiative=work).count() == 1


def test_reload_after_a_refusal_and_after_saving_has_one_effect(visit, cast, work):
    page = edit(visit, cast, work)
    page.get_by_label("Title", exact=True).fill("")
    send(page)
    expect(page.get_by_role("link", name="Fill in “Title”.")).to_be_visible()
    page.reload()
    assert page.get_by_label("Summary").input_value() == WORDS
    page.get_by_label("Title", exact=True).fill("Fiber ring")
    send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.reload()
    work.refresh_from_db()
    assert work.version == 2


def test_two_tabs_of_one_form_show_both_texts(visit, cast, work):
    first = edit(visit, cast, work)
    second = first.context.new_page()
    second.goto(first.url)
    second.get_by_label("Summary").fill("The other tab said this.")
    send(first)
    expect(first.get_by_text(WORDS)).to_be_visible()
    send(second)
    expect(second.get_by_text("Somebody else saved this in the meantime.")).to_be_visible()
    expect(second.get_by_role("cell", name=WORDS)).to_be_visible()
    assert second.get_by_label("Summary").input_value() == "The other tab said this."


def test_two_tabs_keep_a_draft_each_and_show_one_another(visit, cast, work):
    path = f"/initiatives/{work.pk}/status-updates/new/"
    first = visit(cast.owner, path)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("What happened").fill(WORDS)
    expect(first.get_by_text("Draft saved")).to_be_visible(timeout=10_000)
    second.get_by_label("What happened").fill("The other tab says this.")
    expect(second.get_by_text("You typed another text about this, in another tab")).to_be_visible(timeout=10_000)
    expect(second.get_by_text(WORDS)).to_be_visible()
    expect(second.get_by_label("What happened")).to_have_value("The other tab says this.")
    assert_well_made(first)
    first.get_by_label("What happened").fill(f"{WORDS} Two more follow.")
    expect(first.get_by_text("The other tab says this.")).to_be_visible(timeout=10_000)
    first.get_by_label("On track", exact=True).check()
    first.get_by_role("button", name="Publish").click()
    expect(first.get_by_text("Two more follow.").first).to_be_visible()
    second.reload()
    expect(second.get_by_label("What happened")).to_have_value("The other tab says this.")
    expect(second.get_by_text("You typed another text")).to_have_count(0)
    second.get_by_role("button", name="Discard it").click()
    expect(second.get_by_label("What happened")).to_have_value("")
    assert not StatusDraft.objects.exists()


def test_a_form_of_an_older_version_of_planapp_comes_back_with_what_is_new(visit, cast, work):
    update_initiative(initiative=work, fields={"audience": "internal"}, act=act(timezone.now(), cast.manager))
    page = edit(visit, cast, work)
    page.evaluate(
        """() => {
            const field = document.querySelector("main [name=audience]");
            const drawn = document.querySelector("main [name=drawn_with]");
            drawn.value = drawn.value.split(" ").filter((name) => name !== "audience").join(" ");
            field.closest(".field").remove();
        }"""
    )
    send(page)
    expect(page.get_by_text("planapp was updated while this page was open")).to_be_visible()
    assert page.get_by_label("Summary").input_value() == WORDS
    assert page.locator("main [name=audience]").input_value() == "internal"
    send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()
    work.refresh_from_db()
    assert (work.summary, work.audience) == (WORDS, "internal")


@pytest.mark.parametrize("is_kept", [True, False], ids=["cache on", "cache off"])
def test_back_to_a_form_that_was_sent_begins_a_new_one(launch, visit, cast, work, is_kept):
    """With the cache the old words stand there with a new key; without it the form is drawn anew. Both publish anew."""
    page = visit(cast.owner, f"/initiatives/{work.pk}/status-updates/new/")
    if is_kept:
        # The driver turns the cache for "Back" off; people's browsers have it on.
        browser = launch(ignore_default_args=["--disable-back-forward-cache"])
        address, state = page.url, page.context.storage_state()
        page = browser.new_context(storage_state=state).new_page()
        page.goto(address)
    for sentence in ("The first ducts are open.", "The second ducts are open."):
        page.get_by_label("On track", exact=True).check()
        page.get_by_label("What happened").fill(sentence)
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(sentence).first).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="How does it stand?").first).to_be_visible()
    said = set(StatusUpdate.objects.filter(initiative=work).values_list("happened", flat=True))
    assert said == {"The first ducts are open.", "The second ducts are open."}


def test_a_theme_is_there_at_once_where_nothing_may_move(visit, cast, work):
    """A transition on every element would hand an inherited colour on from frame to frame."""
    page = visit(cast.owner, f"/initiatives/{work.pk}/")
    page.emulate_media(reduced_motion="reduce", color_scheme="light")
    colours = page.evaluate("""() => {
      const leaves = [...document.querySelectorAll("main *")].filter((one) => !one.children.length);
      const texts = leaves.filter((one) => one.textContent.trim());
      const told = () => texts.map((one) => getComputedStyle(one).color);
      document.documentElement.dataset.theme = "dark";
      const at_once = told();
      return new Promise((done) => setTimeout(() => done([at_once, told()]), 300));
    }""")
    assert len(colours[0]) > 20
    assert colours[0] == colours[1]
