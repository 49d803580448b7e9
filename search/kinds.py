"""What can be found: for each kind of thing the rows that somebody may see, now and on a day, and how they are told.

Who may see what is part of the question (a condition on the rows), never a sieve over the answers.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat, TruncDate
from django.utils import timezone

from goals.models import Evidence, EvidenceVersion, Goal, GoalVersion, Strategy, StrategyVersion
from goals.rules import SIFTED, among_readable
from initiatives.models import (
    Comment,
    CommentVersion,
    Commitment,
    CommitmentVersion,
    Initiative,
    InitiativeVersion,
    Milestone,
    MilestoneVersion,
    StatusUpdate,
)
from people.models import Department, DepartmentVersion, User, UserVersion
from records.asof import AsOf

# What is told of each row found, in this order.
TOLD = (
    "kind", "id", "number", "title", "text", "parent_id", "parent_number", "parent_title", "plan_slug", "plan_title",
    "who", "day",
)  # fmt: skip
NOTHING, NO_ID, NO_DAY = Value(""), Cast(Value(None), BigIntegerField()), Cast(Value(None), DateField())


@dataclass(frozen=True)
class Kind:
    """A kind of thing. `rows` are live rows for the index, `then` what stood on a day; `plan` is the way to the plan.

    `most`: how many may be weighed against each other; 1,000 of all kinds together. `is_part`: it is a part of an
    initiative, and comes after what is a thing by itself.
    """

    key: str
    label: str
    plural: str
    most: int
    rows: Callable[[User], QuerySet[Any]]
    then: Callable[[User, AsOf], QuerySet[Any]]
    told: Callable[[User, AsOf, Collection[int]], QuerySet[Any]]
    plan: str = ""
    has_number: bool = False
    has_text: bool = False
    has_names: bool = True
    is_part: bool = False

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def model(self) -> Any:
        return MODELS[self.key]

    @property
    def key_then(self) -> str:
        """What its number is called in the rows of `then`."""
        return "pk" if self.model is StatusUpdate else "subject_id"


def of_plans(rows: QuerySet[Any], kind: Kind, plans: Collection[int]) -> QuerySet[Any]:
    """The rows of these plans; people and departments belong to none."""
    return rows.filter(**{f"{kind.plan}__in": plans}) if kind.plan else rows


def sees_everybody(user: User) -> bool:
    """Whoever manages people finds all of them, by e-mail too; others find who owns an initiative, by name."""
    return user.has_perm("people.change_person")


def _there(rows: QuerySet[Any], **more: Any) -> QuerySet[Any]:
    return rows.filter(deleted_at__isnull=True, **more)


def _of_initiatives(versions: QuerySet[Any], when: AsOf, link: str = "initiative") -> QuerySet[Any]:
    """Parts of initiatives that were there at that moment."""
    there = InitiativeVersion.objects.as_of(when).filter(subject=OuterRef(link))
    return versions.filter(Exists(there))


def _people(user: User) -> QuerySet[Any]:
    people = User.objects.all()
    if sees_everybody(user):
        return people
    owned = Initiative.objects.filter(among_readable(user), owner=OuterRef("pk"), deleted_at__isnull=True)
    return people.filter(Exists(owned))


def _people_then(user: User, when: AsOf) -> QuerySet[Any]:
    people: QuerySet[Any] = UserVersion.objects.as_of(when)
    owned = InitiativeVersion.objects.as_of(when).filter(among_readable(user), owner=OuterRef("subject"))
    return people if sees_everybody(user) else people.filter(Exists(owned))


def _updates_then(user: User, when: AsOf) -> QuerySet[Any]:
    """Updates that count: recorded by then, and by then not corrected."""
    later = StatusUpdate.objects.filter(when.recorded(), corrects=OuterRef("pk"))
    return _of_initiatives(StatusUpdate.objects.filter(when.recorded()), when).exclude(Exists(later))


def _as_of(rows: Any, when: AsOf, *links: str) -> Any:
    """With what the rows are linked to, as it was called then: `goal_then`, of `update__goal` too, and so on."""
    return rows.annotate(
        **{
            f"{link.rpartition('__')[2]}_then": FilteredRelation(
                f"{link}__versions", condition=when.q(f"{link}__versions")
            )
            for link in links
        }
    )


def _told(rows: Any, kind: str, key: str, **columns: Any) -> Any:
    texts = {name: NOTHING for name in TOLD if name not in {"kind", "id", "parent_id", "day"}}
    found = {"kind": Value(kind, CharField()), "id": F(key), "parent_id": NO_ID, "day": NO_DAY, **texts, **columns}
    return rows.order_by().values_list(*(found[name] for name in TOLD))


def _told_goals(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = GoalVersion.objects.as_of(when).filter(subject__in=ids)
    return _told(rows, "goal", "subject_id", number=F("number"), title=F("title"), text=F("text"), **_plan("plan"))


def _told_strategies(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(StrategyVersion.objects.as_of(when).filter(subject__in=ids), when, "goal")
    return _told(
        rows, "strategy", "subject_id", number=F("number"), title=F("title"), text=F("text"), **_parent("goal"),
        **_plan("goal__plan"),
    )  # fmt: skip


def _told_evidence(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = EvidenceVersion.objects.as_of(when).filter(subject__in=ids)
    return _told(rows, "evidence", "subject_id", title=F("text"), text=F("source"), **_plan("plan"))


def _told_initiatives(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(InitiativeVersion.objects.as_of(when).filter(subject__in=ids), when, "goal", "owner")
    return _told(
        rows, "initiative", "subject_id", number=F("number"), title=F("title"), text=F("summary"),
        who=F("owner_then__name"), **_parent("goal"), **_plan("plan"),
    )  # fmt: skip


def _told_milestones(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(MilestoneVersion.objects.as_of(when).filter(subject__in=ids), when, "initiative")
    return _told(
        rows, "milestone", "subject_id", title=F("title"), day=F("due_date"), **_parent("initiative"),
        **_plan("initiative__plan"),
    )  # fmt: skip


def _told_commitments(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(CommitmentVersion.objects.as_of(when).filter(subject__in=ids), when, "initiative", "department")
    return _told(
        rows, "commitment", "subject_id", title=F("what"), day=F("due_date"), who=F("department_then__name"),
        **_parent("initiative"), **_plan("initiative__plan"),
    )  # fmt: skip


def _told_updates(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(StatusUpdate.objects.filter(pk__in=ids), when, "initiative", "author")
    gap = Value("\n\n", TextField())
    return _told(
        rows, "update", "pk", text=Concat("happened", gap, "next_steps", gap, "help_needed"),
        day=TruncDate("recorded_at", tzinfo=timezone.get_default_timezone()), who=F("author_then__name"),
        **_parent("initiative"), **_plan("initiative__plan"),
    )  # fmt: skip


def _told_comments(user: User, when: AsOf, ids: Collection[int]) -> Any:
    """Each stands in the thread of an update, and is told by the initiative that this is about."""
    rows = _as_of(CommentVersion.objects.as_of(when).filter(subject__in=ids), when, "update__initiative", "author")
    return _told(
        rows, "comment", "subject_id", text=F("text"),
        day=TruncDate("recorded_at", tzinfo=timezone.get_default_timezone()), who=F("author_then__name"),
        **_parent("initiative") | {"parent_id": F("update_id")}, **_plan("update__initiative__plan"),
    )  # fmt: skip


def _told_departments(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = DepartmentVersion.objects.as_of(when).filter(subject__in=ids)
    return _told(rows, "department", "subject_id", number=F("abbreviation"), title=F("name"))


def _told_people(user: User, when: AsOf, ids: Collection[int]) -> Any:
    rows = _as_of(UserVersion.objects.as_of(when).filter(subject__in=ids), when, "department")
    text = F("email") if sees_everybody(user) else NOTHING
    return _told(rows, "person", "subject_id", title=F("name"), text=text, who=F("department_then__name"))


def _parent(link: str) -> dict[str, Any]:
    then = f"{link}_then__"
    return {"parent_id": F(f"{link}_id"), "parent_number": F(f"{then}number"), "parent_title": F(f"{then}title")}


def _plan(path: str) -> dict[str, Any]:
    return {"plan_slug": F(f"{path}__slug"), "plan_title": F(f"{path}__title")}


LIVE = Q(initiative__deleted_at__isnull=True)
CORRECTION = StatusUpdate.objects.filter(corrects=OuterRef("pk"))
KINDS = (
    Kind(
        "goal", "Focus area", "Focus areas", 40, lambda user: _there(Goal.objects.all()),
        lambda user, when: GoalVersion.objects.as_of(when), _told_goals, plan="plan", has_number=True, has_text=True,
    ),
    Kind(
        "strategy", "Strategy", "Strategies", 40, lambda user: _there(Strategy.objects.all(), goal__deleted_at=None),
        lambda user, when: StrategyVersion.objects.as_of(when), _told_strategies, plan="goal__plan", has_number=True,
        has_text=True,
    ),
    Kind(
        "initiative", "Initiative", "Initiatives", 280, lambda user: _there(Initiative.objects.all()),
        lambda user, when: InitiativeVersion.objects.as_of(when), _told_initiatives, plan="plan", has_number=True,
        has_text=True,
    ),
    Kind(
        "evidence", "Finding", "Findings", 40, lambda user: _there(Evidence.objects.all()),
        lambda user, when: EvidenceVersion.objects.as_of(when), _told_evidence, plan="plan", has_text=True,
    ),
    Kind(
        "department", "Department", "Departments", 40, lambda user: _there(Department.objects.all()),
        lambda user, when: DepartmentVersion.objects.as_of(when), _told_departments,
    ),
    Kind("person", "Person", "People", 80, _people, _people_then, _told_people, has_text=True),
    Kind(
        "milestone", "Milestone", "Milestones", 160, lambda user: _there(Milestone.objects.filter(LIVE)),
        lambda user, when: _of_initiatives(MilestoneVersion.objects.as_of(when), when), _told_milestones,
        plan="initiative__plan", is_part=True,
    ),
    Kind(
        "commitment", "Commitment", "Commitments", 120, lambda user: _there(Commitment.objects.filter(LIVE)),
        lambda user, when: _of_initiatives(CommitmentVersion.objects.as_of(when), when), _told_commitments,
        plan="initiative__plan", is_part=True,
    ),
    Kind(
        "update", "Update", "Updates", 160,
        lambda user: StatusUpdate.objects.filter(LIVE, ~Exists(CORRECTION)), _updates_then, _told_updates,
        plan="initiative__plan", has_names=False, has_text=True, is_part=True,
    ),
    Kind(
        "comment", "Comment", "Comments", 40,
        lambda user: _there(Comment.objects.filter(update__initiative__deleted_at__isnull=True)),
        lambda user, when: _of_initiatives(CommentVersion.objects.as_of(when), when, "update__initiative"),
        _told_comments, plan="update__initiative__plan", has_names=False, has_text=True, is_part=True,
    ),
)  # fmt: skip
MODELS = {
    "goal": Goal, "strategy": Strategy, "initiative": Initiative, "department": Department, "person": User,
    "milestone": Milestone, "commitment": Commitment, "update": StatusUpdate, "comment": Comment,
    "evidence": Evidence,
}  # fmt: skip

SIFTED.update({"search:search", "search:suggestions"})  # they look in the plans that somebody may read
