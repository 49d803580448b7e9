"""What every page draws around itself is put together once for each answer."""

import re

import pytest
from django.middleware.csrf import rotate_token
from django.test import Client, RequestFactory

from tests.build import make_initiative
from web.requests import token_of

pytestmark = pytest.mark.django_db


def test_all_forms_of_an_answer_have_one_token_and_the_next_answer_another(cast, plan):
    page = f"/initiatives/{make_initiative(plan).pk}/"
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.manager)
    tokens = [
        set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(page).content.decode())) for _ in "12"
    ]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    sent = client.post("/sign-out/", {"csrfmiddlewaretoken": tokens[0].pop()})
    assert sent.status_code == 302


def test_another_secret_gives_another_token():
    request = RequestFactory().get("/")
    first = token_of(request)
    assert token_of(request) == first
    rotate_token(request)
    assert token_of(request) != first
