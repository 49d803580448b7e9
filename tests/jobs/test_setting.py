"""FILES_URL: read once, refused where it would be unsafe, and without it nothing of a store is loaded."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured

from planapp.checks import object_storage_is_safe, refuse_unsafe_start
from planapp.env import object_storage


def options(url):
    return object_storage(url, "key", "secret")["OPTIONS"]


def test_what_it_says():
    found = options("s3://files/city/planapp/?endpoint=https://s3.example.gov&region=us-gov-west-1")
    assert (found["bucket_name"], found["location"]) == ("files", "city/planapp")
    assert (found["endpoint_url"], found["region_name"]) == ("https://s3.example.gov", "us-gov-west-1")
    plain = options("s3://files")
    assert (plain["location"], plain["endpoint_url"], plain["region_name"]) == ("planapp", None, "us-east-1")


@pytest.mark.parametrize(
    "url",
    [
        "https://files", "s3://", "s3:///city", "file:///srv", "s3://files?region=a&acl=public", "s3://k:s@files",
        "s3://files?endpoint=https://k:s@s3.example.gov", "s3://files?endpoint=https%3A%2F%2Fk%3As%40s3.example.gov",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="FILES_URL must be"):
        options(url)


@pytest.mark.parametrize(
    ("url", "key", "found"),
    [
        ("s3://files?endpoint=https://s3.example.gov", "key", []),
        ("s3://files", "key", []),
        ("s3://files?endpoint=http://127.0.0.1:9000", "key", []),
        ("s3://files?endpoint=http://s3.example.gov", "key", ["planapp.E014"]),
        ("s3://files", "", ["planapp.E013"]),
    ],
)
def test_no_start_without_keys_or_in_clear_text(settings, url, key, found):
    settings.FILES_URL, settings.FILES_ACCESS_KEY, settings.FILES_SECRET_KEY = url, key, "secret"
    settings.STORAGES = settings.STORAGES | {"files": object_storage(url, key, "secret")}
    settings.SECRET_KEY = "0123456789abcdefghij" * 4
    assert [one.id for one in object_storage_is_safe(None)] == found
    if found:
        with pytest.raises(ImproperlyConfigured, match="unsafe settings"):
            refuse_unsafe_start()


LOADED = """
import sys
import planapp.wsgi
from django.core.management import get_commands
import planapp.celery, jobs.files, jobs.leftovers, jobs.moving
from django.conf import settings
assert bool(settings.FILES_URL) is (sys.argv[1] == "True")
print(sorted(name for name in sys.modules if name.partition(".")[0] in {"boto3", "botocore", "storages", "s3transfer"}))
"""


@pytest.mark.parametrize("is_set", [True, False])
def test_nothing_of_a_store_is_loaded_before_somebody_asks_for_a_file(is_set, tmp_path):
    there = os.environ | {
        "SECRET_KEY": "0123456789abcdefghij" * 4, "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3",
        "DJANGO_SETTINGS_MODULE": "planapp.settings", "DATA_DIR": str(tmp_path), "FILES_ACCESS_KEY": "key",
        "FILES_SECRET_KEY": "secret", "FILES_URL": "s3://files" if is_set else "",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - own words
        [sys.executable, "-W", "ignore", "-c", LOADED, str(is_set)],
        env=there, cwd=site.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stderr, done.stdout.strip()) == ("", "[]")
