"""What a new password must be; what becomes of one that is older and shorter."""

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from demo.load import PASSWORD as DEMO_PASSWORD
from people.hashers import LEAST_ALONE
from people.services import set_password
from sign_in.factors import add_app
from tests.build import act
from tests.conftest import NOW
from tests.sign_in.test_factors import SECRET, code_at

SHORT, EASY = "too short", "easy to guess"


def said(password: str, user=None) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("a quiet river at dawn", ""),
        ("correct horse battery staple", ""),
        ("vb7-Qm2x-Lz9w-Kt4r", ""),
        ("Grünkohl und Äpfel im März", ""),
        ("lamp 14 letters"[:14], SHORT),
        ("", SHORT),
        ("qwertyuiop12345", EASY),  # in the lists of leaked ones, as the next five
        ("1qaz2wsx3edc4rfv", EASY),
        ("123456789123456", EASY),
        ("iloveyouiloveyou", EASY),
        ("passwordpassword1", EASY),
        ("P@ssw0rdP@ssw0rd", EASY),
        ("aaaaaaaaaaaaaaaaaaaa", EASY),
        ("a" * 4000, EASY),
        ("a quiet river at dawn " * 100, ""),  # judged by its beginning, and at once
    ],
)
def test_what_a_password_must_be(password, why):
    assert (why in said(password)) if why else said(password) == ""


def test_words_of_the_place_and_of_the_person_count_as_known(settings, cast):
    cast.owner.name = "Xanthippa Quillfeather"
    settings.PASSWORD_WORDS, settings.SITE_URL = ["Passyunk"], "https://wissahickon.example.gov"
    for word in ("passyunkpassyunk26", "wissahickon2026", "xanthippaquillfeather"):
        assert EASY in said(word, cast.owner) or "too similar" in said(word, cast.owner), word
    settings.PASSWORD_WORDS, settings.SITE_URL = [], "https://other.example.gov"
    assert said("wissahickon2026") == ""
    assert said("xanthippaquillfeather") == ""


def test_beside_a_second_step_eight_characters_are_enough(cast):
    assert SHORT in said("vb7-Qm2x", cast.owner)
    add_app(user=cast.owner, secret=SECRET, code=code_at(0), act=act(NOW, cast.owner))
    assert said("vb7-Qm2x", cast.owner) == ""
    assert "at least 8" in said("vb7-Qm2", cast.owner)
    assert EASY in said("iloveyou", cast.owner)


def test_the_forms_say_what_is_wanted():
    assert f"At least {LEAST_ALONE} characters" in " ".join(password_validators_help_texts())


@pytest.mark.parametrize(("password", "is_told"), [("vb7-Qm2x-Lz9w-Kt4r", False), ("twelve chars", True)])
def test_an_older_shorter_one_locks_nobody_out_and_is_spoken_of(client, cast, password, is_told):
    set_password(user=cast.owner, password=password, act=act())
    form = {"username": cast.owner.email, "password": password}
    page = client.post(reverse("people:sign-in"), form, follow=True)
    assert page.context["user"] == cast.owner
    assert ("fewer than 15 characters" in page.content.decode()) is is_told


def test_the_accounts_of_a_demo_are_not_asked_for_a_longer_one(client, cast, settings):
    settings.DEMO = True
    set_password(user=cast.owner, password=DEMO_PASSWORD, act=act())
    form = {"username": cast.owner.email, "password": DEMO_PASSWORD}
    assert "fewer than" not in client.post(reverse("people:sign-in"), form, follow=True).content.decode()
