"""Right before mails go out: what of each still holds. One look for a batch, since every mail asks the same things."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth import get_user_model

from outbox.kinds import KINDS, Verdict
from outbox.models import Message


def check_again(messages: Sequence[Message], *, at: datetime) -> dict[int, Verdict]:
    """What still holds of each message at `at`, by its number. Gives each message its person as they are now."""
    people = get_user_model().objects.reachable().in_bulk([row.person_id for row in messages])
    accounts = {row.person_id for row in messages if KINDS[row.kind].is_about_account} - people.keys()
    held = get_user_model().objects.in_bulk(accounts) if accounts else {}
    verdicts: dict[int, Verdict] = {}
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        person = people.get(message.person_id)
        if person is None and KINDS[message.kind].is_about_account:
            person = held.get(message.person_id)
        if person is not None:
            message.person = person
            by_kind[message.kind].append(message)
        else:
            name = message.person.name
            reason = f"{name} cannot be reached: deactivated, without an address, or without a role."
            verdicts[message.pk] = Verdict(reason=reason)
    for kind, rows in by_kind.items():
        verdicts |= KINDS[kind].check(rows, at=at)
    return verdicts
