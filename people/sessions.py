"""Sessions that know whose they are: one query gives the session, the person and their roles (settings.SESSION_ENGINE).

Django asks three times for them on every page. What ends a session stays Django's: its time, signing out, another
password, which the session's hash of it tells.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from people.models import Grant, Session, User
from people.signed_in import SINCE, idle_since
from records.statements import statement

A_WHILE = timedelta(minutes=1)  # a session in use is written to once in so long


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, each with a link to the person who is signed in."""

    person: User | None = None  # once the session was read
    last_seen_at: datetime | None = None  # the same

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def get_session_cookie_age(self) -> int:
        """Seconds left of a signed-in session. Django counts anew at each save, so a session in use would never end."""
        since = self.get(SINCE)
        if since is None:
            return settings.SESSION_COOKIE_AGE
        gone = (timezone.now() - datetime.fromisoformat(since)).total_seconds()
        return max(0, settings.SESSION_COOKIE_AGE - int(gone))

    def create_model_instance(self, data: Any) -> Session:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        # Saving is not using: a page that asks by itself may write into the session.
        row.last_seen_at = self.last_seen_at = self.last_seen_at or timezone.now()
        made: Session = row
        return made

    def _get_session_from_db(self) -> Session | None:
        """Django's own, with the person and, a row each, the roles held now."""
        now = timezone.now()
        rows = _sessions(self.session_key or "", now, idle_since(now))
        if not rows:
            self._session_key = None
            return None
        found: Session = rows[0]
        if found.user is not None:
            found.user.grants = frozenset(
                Grant(row.held_role, row.held_department, row.held_plan_access) for row in rows if row.held_role
            )
            self.person, self.last_seen_at = found.user, found.last_seen_at
        return found

    def see(self, now: datetime, *, at_least: timedelta = A_WHILE) -> None:
        """The person did something; written down where it was last written so long ago."""
        if self.person is not None and (self.last_seen_at is None or now - self.last_seen_at >= at_least):
            Session.objects.filter(session_key=self.session_key).update(last_seen_at=now)
            self.last_seen_at = now

    def seconds_left(self, now: datetime) -> int:
        """Until the session ends: because nothing is done, or because it is long enough."""
        idle = settings.SESSION_IDLE_MINUTES * 60
        used = int((now - (self.last_seen_at or now)).total_seconds())
        return min(self.get_session_cookie_age(), max(0, idle - used)) if idle else self.get_session_cookie_age()

    def signed_in(self, backends: list[str]) -> User | None:
        """The person, where all that Django checks holds; None leaves the question to Django."""
        key, backend, seal = (self.get(name) for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
        person = self.person
        if person is None or key != str(person.pk) or backend not in backends or not person.is_active or not seal:
            return None
        return person if constant_time_compare(seal, person.get_session_auth_hash()) else None


@statement
def _sessions(key: str, now: datetime, idle: datetime) -> QuerySet[Any]:
    """The session, once for each role that its person holds now."""
    now_held = Q(user__role_grants__recorded_until__isnull=True)
    in_use = Q(user=None) | Q(last_seen_at=None) | Q(last_seen_at__gt=idle)
    rows = Session.objects.filter(in_use, session_key=key, expire_date__gt=now).select_related("user")
    return rows.annotate(
        held=FilteredRelation("user__role_grants", condition=now_held),
        held_role=F("held__role"),
        held_department=F("held__department_id"),
        held_plan_access=F("held__plan_access_id"),
    )
