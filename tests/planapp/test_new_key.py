"""After SECRET_KEY was changed, with the older in SECRET_KEY_FALLBACKS, all that the older one signed goes on."""

import gc

import pytest
from django.core import signing
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from people.links import feed_token
from people.models import Session
from people.services import make_feed_address, set_password
from people.views.devices import SALT, cookie_name
from tests.build import act
from tests.conftest import NOW
from tests.house.doors import links
from tests.house.world import build_world
from web.typed_by import sign_writer, writer_of

OLDER, NEWER = "older-" + "o1d" * 20, "newer-" + "n3w" * 20


@pytest.fixture
def world(db, time_machine, use_keys):
    time_machine.move_to(NOW, tick=False)
    use_keys(OLDER)
    return build_world()


@pytest.fixture
def use_keys(settings, monkeypatch):
    """use_keys(key, fallbacks) → as in a process started with them: a signer reads settings when it is made."""
    signers = [one for one in gc.get_objects() if issubclass(type(one), Signer)]
    assert {"people.feed", "people.invitation", "reminders.item", "reminders.unsubscribe", "web.typed_by"} <= {
        s.salt for s in signers
    }

    def _use(key, fallbacks=()):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, list(fallbacks)
        for signer in signers:
            monkeypatch.setattr(signer, "key", key)
            monkeypatch.setattr(signer, "fallback_keys", list(fallbacks))

    return _use


OPEN = {"sign-in", "password reset", "public verify"}  # no link of a mail: nothing in their address is signed


def is_open(name: str, link: str) -> bool:
    """Whether the link still leads to a form, rather than to a page that says it is none of ours."""
    answer = Client().get(link, follow=True)
    return answer.status_code == 200 and b"<form" in answer.content


def test_links_of_mails_go_on_after_a_new_key(world, use_keys):
    made = {name: link for name, link in links(world).items() if name not in OPEN}
    assert len(made) > 10
    use_keys(NEWER, [OLDER])
    assert [name for name, link in made.items() if not is_open(name, link)] == []
    use_keys(NEWER)
    assert [name for name, link in made.items() if is_open(name, link)] == []


def test_the_address_of_a_feed_reader_goes_on(world, use_keys):
    make_feed_address(user=world.cast.viewer, seen=0, act=act(NOW, world.cast.viewer))
    world.cast.viewer.refresh_from_db()
    address = reverse("initiatives:private-feed", args=[feed_token(world.cast.viewer), world.plan.slug])
    use_keys(NEWER, [OLDER])
    assert Client().get(address).status_code == 200
    use_keys(NEWER)
    assert Client().get(address).status_code == 404


def test_a_link_of_before_still_answers(world, use_keys):
    link = links(world)["unsubscribe"]
    use_keys(NEWER, [OLDER])
    assert Client().post(link).status_code in {200, 302}


def test_who_is_signed_in_stays_so_and_moves_on_to_the_new_key(world, use_keys):
    client = Client()
    client.force_login(world.cast.manager)
    page = reverse("people:profile")
    use_keys(NEWER, [OLDER])
    assert client.get(page).status_code == 200
    assert Session.objects.filter(user=world.cast.manager).count() == 1
    use_keys(NEWER)  # the page above has sealed the session anew
    assert client.get(page).status_code == 200


def test_without_the_older_key_everybody_signs_in_again(world, use_keys):
    client = Client()
    client.force_login(world.cast.manager)
    use_keys(NEWER)
    assert client.get(reverse("people:profile")).status_code == 302


def test_a_new_password_ends_a_session_whatever_key_sealed_it(world, use_keys):
    client = Client()
    client.force_login(world.cast.manager)
    use_keys(NEWER, [OLDER])
    set_password(user=world.cast.manager, password="another-long-password", act=act(NOW))
    assert client.get(reverse("people:profile")).status_code == 302


def test_a_known_browser_stays_known(world, use_keys):
    client, cast = Client(), world.cast
    set_password(user=cast.manager, password="a-long-password-1", act=act(NOW))
    client.post(reverse("people:sign-in"), {"username": cast.manager.email, "password": "a-long-password-1"})
    held = client.cookies[cookie_name()].value
    use_keys(NEWER, [OLDER])
    again = Client()
    again.cookies[cookie_name()] = held
    again.post(reverse("people:sign-in"), {"username": cast.manager.email, "password": "a-long-password-1"})
    names = [signing.loads(one, salt=SALT)["name"] for one in (held, again.cookies[cookie_name()].value)]
    assert names[0] == names[1]


def test_words_typed_into_a_form_of_before_are_kept(world, use_keys):
    signed = sign_writer(world.cast.manager)
    use_keys(NEWER, [OLDER])
    assert writer_of(signed) == str(world.cast.manager.pk)
    use_keys(NEWER)
    assert writer_of(signed) == ""
