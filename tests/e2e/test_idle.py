"""The warning before a session ends because nothing was done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import Session
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def used(minutes: float) -> None:
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=minutes))


def test_a_dialog_warns_and_one_press_stays(visit, cast, settings):
    settings.SESSION_IDLE_MINUTES = 2
    page = visit(cast.owner, "/profile/", width=320)
    dialog = page.get_by_role("alertdialog")
    dialog.wait_for(timeout=30_000)
    assert "You are signed out in 2 minutes" in dialog.inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Stay signed in"
    assert_well_made(page)
    used(1)
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert Session.objects.get(user=cast.owner).last_seen_at > timezone.now() - timedelta(seconds=20)


def test_one_is_told_that_it_has_ended(visit, cast, settings):
    settings.SESSION_IDLE_MINUTES = 2
    page = visit(cast.owner, "/profile/")
    used(3)
    dialog = page.get_by_role("alertdialog", name="You were signed out")
    dialog.wait_for(timeout=30_000)
    assert "What you typed is still here" in dialog.inner_text()
