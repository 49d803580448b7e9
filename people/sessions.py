"""Sessions that know whose they are: one query gives the session, the person and their roles (settings.SESSION_ENGINE).

Django asks three times for them on every page. What ends a session stays Django's: its time, signing out, another
password, which the session's hash of it tells.
"""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from people.models import Grant, Session, User

# Written out: every page asks it, and to put it together takes longer than the answer.
ASKED = """
SELECT person.*, session.session_data, held.role AS held_role, held.department_id AS held_department
FROM people_session session
LEFT JOIN people_user person ON person.id = session.user_id
LEFT JOIN people_rolegrant held ON held.user_id = person.id AND held.recorded_until IS NULL
WHERE session.session_key = %s AND session.expire_date > %s
"""


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
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        rows: list[Any] = list(User.objects.raw(ASKED, [self.session_key, now]))
        if not rows:
            self._session_key = None
            return None
        person = rows[0]
        if person.pk is not None:
            person.grants = frozenset(Grant(row.held_role, row.held_department) for row in rows if row.held_role)
            self.person = person
        return Session(session_key=self.session_key or "", session_data=person.session_data, user_id=person.pk)

    def signed_in(self, backends: list[str]) -> User | None:
        """The person, where all that Django checks holds; None leaves the question to Django."""
        key, backend, seal = (self.get(name) for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
        person = self.person
        if person is None or key != str(person.pk) or backend not in backends or not person.is_active or not seal:
            return None
        return person if constant_time_compare(seal, person.get_session_auth_hash()) else None
