"""What the page frame needs on every page: which section is open, whether this is the demo, as of which day."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from goals.models import Plan
from goals.rules import readable
from records.statements import statement
from web.requests import KEPT, token_of

PRODUCT = "planapp"

# Section of the main navigation by URL namespace; inside "initiatives" the name's first words decide.
_BY_NAMESPACE = {
    "goals": "plan",
    "reports": "reports",
    "people": "people",
    "reminders": "messages",
    "imports": "plan",
    "search": "search",
}
_OF_A_PLAN = {"goals", "initiatives", "imports", "reports"}
_PUBLIC = {"report-verify": "verify"}
_BY_PREFIX = {
    "current-plan": "plan", "plan": "plan", "goal": "plan", "structure": "plan", "department": "departments",
    "my-work": "my-work", "feed": "",  # one's own, as the profile is
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """Read by templates/base.html. Asks nothing of the database until a template looks at one of the last two."""

    request: HttpRequest = field(repr=False)
    product: str = PRODUCT

    @property
    def demo(self) -> bool:
        return bool(getattr(settings, "DEMO", False))

    @property
    def idle(self) -> tuple[int, int] | None:
        """Seconds that are left of a session that ends when nothing is done, and of one just used; None without one."""
        session: Any = self.request.session
        if not settings.SESSION_IDLE_MINUTES or not hasattr(session, "seconds_left"):
            return None
        return session.seconds_left(timezone.now()), settings.SESSION_IDLE_MINUTES * 60

    @property
    def has_kept_words(self) -> bool:
        """Whether words from before a sign-in wait in the session."""
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and self.request.session.get(KEPT))

    @property
    def as_of(self) -> date | None:
        """The day the page speaks for, where a view set `request.as_of_day`."""
        day: date | None = getattr(self.request, "as_of_day", None)
        return day

    @cached_property
    def nav(self) -> str:
        match = self.request.resolver_match
        if match is None:
            return ""
        name = match.url_name or ""
        if match.namespace == "people" and not name.startswith(("person", "people")):
            return "departments" if name.startswith("department") else ""
        if match.namespace == "public":
            return _PUBLIC.get(name, "published")
        if match.namespace in _BY_NAMESPACE:
            return _BY_NAMESPACE[match.namespace]
        for prefix, section in _BY_PREFIX.items():
            if name == prefix or name.startswith(f"{prefix}-"):
                return section
        return "initiatives" if match.namespace == "initiatives" else ""

    @cached_property
    def plans(self) -> list[Plan]:
        """On the pages of a plan: this one, then the others; empty where nobody could want another.

        One query, on these pages alone; everywhere else the person's own menu leads to all plans.
        """
        match, user = self.request.resolver_match, getattr(self.request, "user", None)
        slug = match.kwargs.get("slug") if match is not None and match.namespace in _OF_A_PLAN else None
        if not slug or not user or not user.has_perm("people.read"):
            return []
        only = readable(user)
        found = [plan for plan in _plans() if only is None or plan.pk in only]
        found.sort(key=lambda plan: plan.slug != slug)
        may_want = len(found) > 1 or user.has_perm("goals.change_plan")
        return found if may_want and found and found[0].slug == slug else []

    @cached_property
    def can_manage_people(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.has_perm("people.view_people"))

    @cached_property
    def can_see_operations(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.has_perm("planapp.view_operations"))

    @cached_property
    def can_change_plan(self) -> bool:
        """Empty pages lead on whoever may, and tell all others who can."""
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.has_perm("goals.change_plan"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The token stands in for Django's own, which would be masked anew for each template."""
    return {"frame": Frame(request), "csrf_token": SimpleLazyObject(lambda: token_of(request))}


@statement
def _plans() -> QuerySet[Plan]:
    return Plan.objects.filter(deleted_at__isnull=True).only("slug", "title").order_by("-start_date", "title")
