"""Object storage on this machine, and a published report with a file on request and one that was brought."""

import pytest

from imports.services import take_file
from reports.exporters import FORMATS
from reports.files import bundles, publishing
from reports.models import QuarterSnapshot
from reports.services import build_next_export, build_published_files, complete_report, publish_report, request_export
from tests.build import act
from tests.object_storage import Bucket, s3_server, use
from tests.reports.conftest import Q1, tell

WHEN = "2027-02-01T12:00"
SHEET = b"Number,Initiative,Focus area\n1.8,Lend laptops,1\n"


@pytest.fixture(scope="session")
def s3():
    with s3_server() as address:
        yield address


@pytest.fixture
def bucket(s3):
    return Bucket(s3)


@pytest.fixture
def in_storage(settings, bucket):
    use(settings, bucket.url)
    return bucket


@pytest.fixture(params=["database", "storage"])
def either(request, settings):
    """Whatever a file is for, it is the same wherever it lies."""
    if request.param == "storage":
        use(settings, Bucket(request.getfixturevalue("s3")).url)
    return request.param


@pytest.fixture
def two_formats(monkeypatch):
    """Of a published report: a PDF takes seconds, and its bytes are bytes like any other."""
    few = {key: FORMATS[key] for key in ("csv", "json")}
    monkeypatch.setattr(publishing, "FORMATS", few)
    monkeypatch.setattr(bundles, "FORMATS", few)


@pytest.fixture
def files(plan, cast, two_formats):
    """files() → makes what holds bytes, where settings say: published files, one on request, one to import."""

    def make():
        tell(plan, cast)
        complete_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
        publish_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
        build_published_files(at=act(WHEN).at)
        job = asked(plan, cast)
        build_next_export(at=act(WHEN).at)
        brought = take_file(plan=plan, name="plan.csv", data=SHEET, act=act(WHEN, cast.manager))
        job.refresh_from_db()
        return job, brought

    return make


def asked(plan, cast, key="k1"):
    snapshot = QuarterSnapshot.objects.order_by("pk").filter(fiscal_year=2027, quarter=1).first()
    return request_export(
        plan=plan, quarter=Q1, snapshot=snapshot, format_key="csv", is_public=False, key=key,
        act=act(WHEN, cast.leader),
    )  # fmt: skip


@pytest.fixture
def story_frozen(plan, cast):
    """Two frozen quarters, and no file of them."""
    return tell(plan, cast)
