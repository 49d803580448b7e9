"""Digests written beside the least Django could do for the same mails: two small templates, and a signed link a line.

The limit knows every word beforehand. A hundred people, ten milestones due for each; what still holds was looked up for
all of them at once, and is not measured here.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.core.signing import Signer
from django.template import Context, Engine

from benchmarks.due import seed
from benchmarks.measure import Pair, taking_turns
from outbox.kinds import Verdict
from outbox.models import Message
from outbox.services.checking import check_again
from records.asof import local_day
from reminders.kinds import KINDS
from reminders.rendering import render_digest
from reminders.services import plan_messages

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
SIZES = (100,)
EACH = 10  # milestones due for one person
TEXT = """{% for line in lines %}
* {{ line.title }}
  {{ line.context }}
  {{ line.said }}: {{ line.link }}
{% endfor %}"""
HTML = """<!doctype html><html lang="en"><body>{% for line in lines %}<div><h3>{{ line.title }}</h3>
<p>{{ line.context }}</p><p><a href="{{ line.link }}">{{ line.said }}</a></p></div>{% endfor %}</body></html>"""

Found = tuple[Message, Verdict]


def run(size: int) -> list[Pair]:
    seed(at=AT, people=size, initiatives=size * EACH, milestones=size * EACH, due_every=1)
    plan_messages(at=AT)
    messages = list(Message.objects.select_related("person").order_by("pk"))
    verdicts = check_again(messages, at=AT)
    found = [(message, verdicts[message.pk]) for message in messages]
    assert len(found) == size
    assert all(len(verdict.content.wanted) == EACH for _, verdict in found)
    return [taking_turns(f"write {size:,} digests of {EACH}", lambda: ours(found), plain(found), rounds=5, aim=3.0)]


def ours(found: list[Found]) -> None:
    for message, verdict in found:
        render_digest(message, verdict.content.wanted, local_day(AT))


def plain(found: list[Found]) -> Callable[[], None]:
    engine, signer = Engine(), Signer(salt="bench")
    templates = [engine.from_string(TEXT), engine.from_string(HTML)]
    words = [
        [(item.pk, event.title, event.context, KINDS[item.kind].action) for item, event in verdict.content.wanted]
        for _, verdict in found
    ]

    def work() -> None:
        for rows in words:
            lines = [
                {"title": title, "context": context, "said": said, "link": signer.sign(str(pk))}
                for pk, title, context, said in rows
            ]
            for template in templates:
                template.render(Context({"lines": lines}))

    return work
