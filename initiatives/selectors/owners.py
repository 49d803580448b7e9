"""Owners who were asked and have not accepted: derived from what was asked and answered, never kept (docs/adr/0024)."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, QuerySet

from goals.models import Plan
from initiatives.models import SILENT, OwnerAnswer, OwnerRequest
from records.asof import AsOf
from records.statements import Keys, statement


@dataclass(frozen=True)
class AskedOwner:
    """What the owner of an initiative was asked, and answered, as recorded by then, by the names of then."""

    id: int
    initiative_id: int
    initiative_number: str
    initiative_title: str
    person_id: int
    person_name: str
    asked_at: datetime | None
    asked_by_name: str
    accepts: bool | None = None
    answered_at: datetime | None = None
    reason: str | None = None
    proposed_name: str | None = None

    @property
    def what(self) -> str:
        return f"{self.initiative_number} {self.initiative_title}"

    @property
    def version(self) -> int:
        """As `OwnerRequest.version`, of one that is open."""
        return 1 if self.accepts is None else 2

    @property
    def is_waiting(self) -> bool:
        return self.accepts is None

    @property
    def has_declined(self) -> bool:
        return self.accepts is False


def not_confirmed(when: AsOf, initiative: str = "subject_id") -> Exists:
    """The condition on rows with an initiative: its owner was named by somebody else and has not accepted."""
    return Exists(asked_without_acceptance(when).filter(initiative=OuterRef(initiative)))


def asked_without_acceptance(when: AsOf) -> QuerySet[Any]:
    """What owners were asked by then and had not accepted, one row for an initiative at most."""
    accepted = OwnerAnswer.objects.filter(when.recorded(), request=OuterRef("pk"), accepts=True)
    rows: QuerySet[Any] = OwnerRequest.objects.as_of(when).filter(~Exists(accepted))
    return rows


def asked_owner(initiative_id: int, when: AsOf) -> AskedOwner | None:
    """What is asked of the owner of an initiative, None where nobody was: one query."""
    return next((AskedOwner(*row) for row in _of_initiative(initiative_id, when)), None)


@statement
def _of_initiative(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    return _columns(_requests(when).filter(initiative=initiative_id))


def asked_of(person_id: int, when: AsOf, only: Keys | None = None) -> list[AskedOwner]:
    """What waits for this person's answer in plans that are running, `only` in these, the longest first. One query."""
    return [AskedOwner(*row) for row in _of_person(person_id, when, only)]


@statement
def _of_person(person_id: int, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    waiting = _requests(when).filter(person=person_id, answer_then__isnull=True)
    live = waiting.filter(initiative_then__plan__state=Plan.State.ACTIVE)
    if only is not None:
        live = live.filter(initiative_then__plan__among=only)
    return _columns(live.exclude(initiative_then__reported_status__in=SILENT).order_by("recorded_from", "pk"))


def _requests(when: AsOf) -> QuerySet[Any]:
    """Requests that were open then, of initiatives that were there."""
    rows: QuerySet[Any] = OwnerRequest.objects.as_of(when).annotate(
        initiative_then=FilteredRelation("initiative__versions", condition=when.q("initiative__versions")),
        person_then=FilteredRelation("person__versions", condition=when.q("person__versions")),
        asker_then=FilteredRelation("asked_by__versions", condition=when.q("asked_by__versions")),
        answer_then=FilteredRelation("answer", condition=when.recorded("answer__recorded_at")),
        proposed_then=FilteredRelation("answer__proposed__versions", condition=when.q("answer__proposed__versions")),
    )
    known: QuerySet[Any] = rows.filter(initiative_then__isnull=False).annotate(
        initiative_number=F("initiative_then__number"),
        initiative_title=F("initiative_then__title"),
        person_name=F("person_then__name"),
        asked_at=F("recorded_from"),
        asked_by_name=F("asker_then__name"),
        accepts=F("answer_then__accepts"),
        answered_at=F("answer_then__recorded_at"),
        reason=F("answer_then__reason"),
        proposed_name=F("proposed_then__name"),
    )
    return known


def _columns(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.values_list(*(field.name for field in fields(AskedOwner)))
    return found
