"""Sessions that know whose they are: one query gives the session, the person and their roles (settings.SESSION_ENGINE).

Django asks three times for them on every page. What ends a session stays Django's: its time, signing out, another
password, which the session's hash of it tells.
"""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from people.models import Grant, Session, User


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, each with a link to the person who is signed in."""

    person: User | None = None  # once the session was read

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Any) -> Session:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        made: Session = row
        return made

    def _get_session_from_db(self) -> Session | None:
        """Django's own, with the person and, a row each, the roles held now."""
        held = FilteredRelation("user__role_grants", condition=Q(user__role_grants__recorded_until__isnull=True))
        found = Session.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now())
        rows = list(
            found.select_related("user")
            .annotate(held=held)
            .annotate(role=F("held__role"), department_id=F("held__department_id"))
        )
        if not rows:
            self._session_key = None
            return None
        session = rows[0]
        if session.user is not None:
            session.user.grants = frozenset(Grant(row.role, row.department_id) for row in rows if row.role)
            self.person = session.user
        return session

    def signed_in(self, backends: list[str]) -> User | None:
        """The person, where all that Django checks holds; None leaves the question to Django."""
        key, backend, seal = (self.get(name) for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
        person = self.person
        if person is None or key != str(person.pk) or backend not in backends or not person.is_active or not seal:
            return None
        return person if constant_time_compare(seal, person.get_session_auth_hash()) else None
