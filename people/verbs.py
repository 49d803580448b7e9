"""What the log says of people and departments."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from records.verbs import FIELDS, register, register_page

register(
    "user", "Person", created="Person added", changed="Person edited", deactivated="Account deactivated",
    reactivated="Account reactivated", password_set="Password set",  # noqa: S106 - words, no password
    invited="Invitation sent", joined="Invitation accepted",
    sessions_ended="Signed out elsewhere", new_browser="Signed in with a new browser",
    feed_made="Private feed address made", feed_ended="Private feed address ended",
)  # fmt: skip
register("department", "Department", created="Department added", changed="Department edited")
register("role", "Role", granted="Role given", revoked="Role taken away")
FIELDS.update(
    {"abbreviation": "Abbreviation", "browser": "Browser", "department": "Department", "email": "E-mail",
     "is_active": "Active", "name": "Name", "parent": "Part of", "role": "Role"}
)  # fmt: skip


def _people(keys: Collection[int]) -> Mapping[int, str]:
    return {key: reverse("people:person-detail", args=[key]) for key in keys}


register_page("user", _people, needs="people.change_person")
