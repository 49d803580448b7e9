"""What was said to one another about updates, as it stood: a thread for each update and what corrects it.

A correction counts from the moment of the update that it corrects (`stated_at`), and so shares its thread.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import JSONObject

from initiatives.models import CommentVersion, InitiativeVersion, StatusUpdate
from people.models import RoleGrant, User
from people.roles import SPEAKING
from records.asof import AsOf


@dataclass(frozen=True)
class CommentRow:
    """A comment as it stood, with the names of the moment. `version` is the live row's, for forms."""

    id: int
    version: int
    author_id: int
    author: str | None
    mentioned: str | None
    text: str
    recorded_at: datetime
    changed_at: datetime

    @property
    def is_changed(self) -> bool:
        return self.changed_at > self.recorded_at


def thread_of(update: StatusUpdate, when: AsOf) -> list[CommentRow]:
    """Every comment on an update and its corrections that stood then, in the order in which they were said."""
    rows = _named(when).filter(update__initiative=update.initiative_id, update__stated_at=update.stated_at)
    return [CommentRow(*row) for row in rows.order_by("recorded_at", "subject_id").values_list(*COLUMNS)]


@dataclass(frozen=True)
class CommentSaid:
    """A comment by itself, as it stood, with the names of the moment: about which update, by whom and for whom."""

    id: int
    initiative_id: int
    update_id: int
    author_id: int
    author_name: str | None
    mentioned_id: int | None
    mentioned_name: str | None
    text: str
    recorded_at: datetime
    changed_at: datetime


def comments(when: AsOf) -> QuerySet[Any]:
    """Every comment that stood then, of initiatives that were there; filter by the field names of `CommentSaid`."""
    there = InitiativeVersion.objects.as_of(when).filter(subject=OuterRef("update__initiative"))
    rows: QuerySet[Any] = (
        _named(when).filter(Exists(there)).annotate(initiative_id=F("update__initiative_id")).order_by("subject_id")
    )
    return rows


def read_comments(rows: QuerySet[Any]) -> list[CommentSaid]:
    columns = (
        "subject_id", "initiative_id", "update_id", "author_id", "author_name", "mentioned_id", "mentioned_name",
        "text", "recorded_at", "recorded_from",
    )  # fmt: skip
    return [CommentSaid(*row) for row in rows.values_list(*columns)]


def glance(when: AsOf) -> Subquery:
    """What a row of updates tells of its thread, without another query, for `read_glance`.

    One value of several parts: with a subquery for each the database looked the thread up four times a row.
    """
    rows = CommentVersion.objects.as_of(when).annotate(
        author_then=FilteredRelation("author__versions", condition=when.q("author__versions"))
    )
    thread = rows.filter(update__initiative=OuterRef("initiative"), update__stated_at=OuterRef("stated_at"))
    latest = thread.order_by("-recorded_at", "-subject_id").values(
        glance=JSONObject(
            comments=Window(Count("pk")), comment_by="author_then__name", comment_at="recorded_at", comment_text="text"
        )
    )
    return Subquery(latest[:1])


def read_glance(told: dict[str, Any] | None) -> dict[str, Any]:
    """How many comments there are and the latest one; nothing where nobody said anything."""
    if not told:
        return {}
    said = datetime.fromisoformat(told["comment_at"])  # SQLite keeps instants without their zone, which is UTC
    return told | {"comment_at": said if said.tzinfo else said.replace(tzinfo=UTC)}


def newest_of(update: StatusUpdate, when: AsOf) -> StatusUpdate | None:
    """What an update says after its corrections that were recorded by then; None where it was not there yet."""
    same = StatusUpdate.objects.filter(when.recorded(), initiative=update.initiative_id, stated_at=update.stated_at)
    return same.select_related("initiative__plan", "initiative__goal", "author").order_by("-recorded_at").first()


def who_can_be_told(plan_access: int | None) -> QuerySet[User]:
    """People whom a comment can be for: those who can be reached, and can answer in this plan."""
    there = Q(plan_access__isnull=True) | Q(plan_access__isnull=False, plan_access=plan_access)
    speaks = RoleGrant.objects.filter(there, user=OuterRef("pk"), recorded_until__isnull=True, role__in=SPEAKING)
    return User.objects.reachable().filter(Exists(speaks))


COLUMNS = (
    "subject_id", "live_version", "author_id", "author_name", "mentioned_name", "text", "recorded_at", "recorded_from",
)  # fmt: skip


def _named(when: AsOf) -> QuerySet[Any]:
    named: QuerySet[Any] = CommentVersion.objects.as_of(when).annotate(
        author_then=FilteredRelation("author__versions", condition=when.q("author__versions")),
        mentioned_then=FilteredRelation("mentioned__versions", condition=when.q("mentioned__versions")),
        author_name=F("author_then__name"),
        mentioned_name=F("mentioned_then__name"),
        live_version=F("subject__version"),
    )
    return named
