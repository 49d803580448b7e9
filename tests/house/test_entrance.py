"""What holds for every request and every answer, whatever page it is for: headers, limits, secrets kept out of logs."""

import logging
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from initiatives.models import StatusUpdate
from jobs.retention import apply_retention
from outbox.models import Message
from people.hashers import Argon2
from people.models import Session
from planapp import gunicorn
from planapp.checks import refuse_unsafe_start
from tests.house.addresses import addresses
from web.logs import HideSecrets, without_secrets
from web.request_checks import FORM_OVERHEAD
from web.typed_by import sign_writer

GOOD_KEY = "kP3v9Zr2mT8wQ5xL1nB7cF4dG6hJ0sYaEiUoRtWqXzVbNmKl-_PL"


def test_every_answer_carries_every_header_a_bad_host_and_a_static_file_too(cast, plan):
    client = Client(raise_request_exception=False)
    client.force_login(cast.viewer)
    answers = {path: client.get(path) for path in ["/", "/nowhere/", "/healthz", "/api/v1/plans/", "/sign-in/"]}
    answers["bad host"] = client.get("/", headers={"host": "evil.example"})
    answers["file"] = client.get("/static/js/app.js")
    assert answers["bad host"].status_code == 400
    for name, answer in answers.items():
        assert "default-src 'none'" in answer["Content-Security-Policy"], name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert "camera=()" in answer["Permissions-Policy"], name


def test_what_is_personal_is_kept_by_nobody(world):
    client = Client()
    client.force_login(world.cast.admin)
    paths = [address.path(world.values(address)) for address in addresses()]
    kept = {}
    for path in [*paths, "/people/audit-log/?format=csv", "/initiatives/?format=xlsx", "/api/v1/initiatives/"]:
        answer = client.get(path)
        if not path.startswith("/public/") and "no-store" not in answer["Cache-Control"]:
            kept[path] = answer["Cache-Control"]
    assert kept == {}


def test_the_public_pages_are_kept_for_a_minute(plan):
    assert "public" in Client().get("/public/")["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/initiatives/?plan=%00", "/initiatives/?q=a%00b", "/plans/%00/", "/api/v1/status-updates/?plan=%00",
        "/?as_of=%00",
    ],
)  # fmt: skip
def test_a_nul_in_an_address_is_refused_in_a_sentence(cast, plan, sign_in, path):
    answer = sign_in(cast.viewer).get(path)
    assert answer.status_code == 400
    assert "no text may hold" in answer.content.decode()


@pytest.mark.parametrize("field", ["happened", "submission", "idempotency_key", "next", "seen_update", "unknown"])
def test_a_nul_in_any_value_is_refused_and_what_was_typed_comes_back(initiative, cast, sign_in, field):
    path = reverse("initiatives:status-update-create", args=[initiative.pk])
    words = {"status": "on_track", "happened": "Forty sites are surveyed."}
    answer = sign_in(cast.owner).post(path, words | {field: words.get(field, "") + "\x00"})
    assert answer.status_code == 400
    assert "Forty sites are surveyed." in answer.content.decode()
    assert not StatusUpdate.objects.exists()


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin-1", "cp037"])
def test_letters_in_another_encoding_are_refused(cast, plan, sign_in, charset):
    answer = sign_in(cast.viewer).post(
        "/messages/test/", b"a=b", content_type=f"application/x-www-form-urlencoded; charset={charset}"
    )
    assert (answer.status_code, "UTF-8 only" in answer.content.decode()) == (400, True)


class NeverRead(BytesIO):
    """A body that fails the test when somebody reads it."""

    def read(self, *args):
        raise AssertionError("the body was read before it was refused")

    readline = read


@pytest.mark.parametrize("path", ["/public/verify/", "/sign-in/", "/password-reset/"])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(db, path):
    answer = Client().generic(
        "POST", path, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(150_000_000),
        **{"wsgi.input": NeverRead()},
    )  # fmt: skip
    assert (answer.status_code, "at most" in answer.content.decode()) == (413, True)


def test_the_largest_form_passes_and_one_byte_more_does_not(cast, plan, sign_in):
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + FORM_OVERHEAD
    client = sign_in(cast.viewer)
    kind = "application/octet-stream"
    assert client.generic("POST", "/messages/test/", b"x" * limit, content_type=kind).status_code != 413
    assert client.generic("POST", "/messages/test/", b"x" * (limit + 1), content_type=kind).status_code == 413


def test_no_log_line_holds_the_key_of_an_address():
    lines = [
        ("/answer/3:abcDEF:xyz/", "/answer/…/"),
        ("/answer/3:abcDEF:xyz/new-link/", "/answer/…/new-link/"),
        ("/unsubscribe/abc:def/", "/unsubscribe/…/"),
        ("/invitation/7:abc/", "/invitation/…/"),
        ("/invitation/7:abc/new-link/", "/invitation/…/new-link/"),
        ("/feeds/7.1:abc/city-plan/activity.atom?what=goal", "/feeds/…/activity.atom?what=goal"),
        ("/password-reset/MQ/c8a-1f2/", "/password-reset/…/"),
        ("/password-reset/sent/", "/password-reset/sent/"),
        ("GET /answer/k1?next=/ HTTP/1.1", "GET /answer/…?next=/ HTTP/1.1"),
    ]
    assert [without_secrets(before) for before, _ in lines] == [after for _, after in lines]
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Gone: %s", ("/answer/3:abc/",), None)
    assert HideSecrets().filter(record)
    assert record.getMessage() == "Gone: /answer/…/"
    assert all("secrets" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def test_every_address_with_a_key_is_one_that_logs_hide():
    keyed = [address for address in addresses() if "token" in address.parts]
    assert len(keyed) >= 4
    for address in keyed:
        path = address.path(dict.fromkeys(address.parts, "SECRETKEY"))
        assert "SECRETKEY" not in without_secrets(path), address.name


def test_the_access_log_of_the_web_server_hides_them_too():
    log = gunicorn.AccessLog.__new__(gunicorn.AccessLog)
    answer = type("Answer", (), {"status": "200 OK", "sent": 1, "headers": []})()
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": "/answer/KEY/?a=1", "SERVER_PROTOCOL": "HTTP/1.1",
        "PATH_INFO": "/answer/KEY/", "HTTP_REFERER": "https://planapp.example/password-reset/MQ/KEY/",
    }  # fmt: skip
    assert "KEY" not in str(log.atoms(answer, [], environ, timedelta(seconds=1)))


def test_sessions_that_ended_are_swept(db):
    for days in (-1, 1):
        ends = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=f"s{days}", session_data="", expire_date=ends)
    apply_retention(at=timezone.now())
    assert list(Session.objects.values_list("session_key", flat=True)) == ["s1"]


def test_one_try_at_a_password_costs_twenty_megabytes_at_most():
    kept = Argon2().encode("a long and unusual word", Argon2().salt())
    assert int(re.search(r"m=(\d+)", kept)[1]) * 1024 <= 20_000_000
    assert Argon2().verify("a long and unusual word", kept)


SAFE = {
    "SECRET_KEY": GOOD_KEY, "SITE_URL": "https://plan.example.gov", "ALLOWED_HOSTS": ["plan.example.gov"],
    "DEMO": False, "DEMO_FOR_OTHERS": False, "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "REDIS_URL": "redis://redis.example.gov:6379/0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("unsafe", "says"),
    [
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY is easy to guess"),
        ({"SITE_URL": "http://plan.example.gov"}, "SITE_URL must begin with https://"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS must name hosts"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "EMAIL_URL is console"),
        ({"REDIS_URL": ""}, "REDIS_URL is empty"),
        ({"DEBUG": True}, "DEBUG is on"),
        ({"DEMO": True}, "Say DEMO_FOR_OTHERS=true as well"),
    ],
)
def test_unsafe_settings_do_not_start_and_say_why(settings, unsafe, says):
    for name, value in (SAFE | unsafe).items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(says)):
        refuse_unsafe_start()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"DEMO": True, "DEMO_FOR_OTHERS": True},
        {"DEMO": True, "SITE_URL": "http://localhost:8000", "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"]},
        {"SITE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ["127.0.0.1"], "REDIS_URL": ""},
    ],
)
def test_safe_settings_a_demo_and_a_trial_on_this_machine_start(settings, change):
    for name, value in (SAFE | change).items():
        setattr(settings, name, value)
    refuse_unsafe_start()


@pytest.mark.parametrize("writer", ["", "1", "{owner}", "{owner}:x:y", "{owner}:1wGxyz:AAAA", "old"])
def test_nothing_that_strangers_send_is_stored(initiative, cast, writer, time_machine):
    if writer == "old":
        time_machine.move_to("2026-01-05T12:00:00Z")
        writer = sign_writer(cast.owner)
    time_machine.move_to("2026-10-05T14:00:00Z")
    path = reverse("initiatives:status-update-create", args=[initiative.pk])
    client = Client()
    words = {"typed_by": writer.format(owner=cast.owner.pk), "happened": "x" * 200_000}
    assert client.post(path, words).status_code == 302
    assert not Session.objects.exists()
    assert "sessionid" not in client.cookies


def test_one_asks_for_a_few_mails_to_oneself_an_hour(cast, plan, sign_in, time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z")
    client = sign_in(cast.viewer)
    answers = [client.post("/messages/test/", follow=True).content.decode() for _ in range(7)]
    assert Message.objects.filter(kind="test").count() == 5
    assert ["within an hour" in answer for answer in answers] == [False] * 5 + [True] * 2
    time_machine.move_to("2026-10-05T15:00:01Z")
    client.post("/messages/test/")
    assert Message.objects.filter(kind="test").count() == 6
