"""Hand the archive out, and say in the log to whom."""

from collections.abc import Iterator

from django.db import transaction

from goals.models import Plan
from records.audit import Act, record_event
from reports.files.archives.writing import archive_of


@transaction.atomic
def take_archive(*, plan: Plan, act: Act) -> Iterator[bytes]:
    """The archive in pieces, to be read after this has committed; its own taking is the last event in it."""
    record_event(verb="archive.taken", target=plan, act=act)
    return archive_of(plan, at=act.at)
