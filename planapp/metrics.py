"""What /metrics tells Prometheus: how the installation stands, by its database, and how long requests take.

The first is the same whichever process answers, on whichever machine; the second is of all processes of the web server
that is asked. No label names a person.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Count
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from initiatives.selectors.my_work import active_plans
from initiatives.selectors.rollup import freshness
from jobs.files import troubles
from jobs.heartbeats import last_beats
from jobs.models import FileFinding
from outbox.models import Message
from outbox.selectors import health
from planapp.standing import queues
from records.asof import AsOf
from reports.snapshots.freezing import last_frozen, overdue_quarters
from web.timings import BOUNDS, timings

CONTENT_TYPE = CONTENT_TYPE_LATEST


def metrics(at: datetime) -> bytes:
    """The page in Prometheus' text format, as things stand at `at`."""
    registry = CollectorRegistry()
    registry.register(_Standing(at))
    return generate_latest(registry)


class _Standing(Collector):
    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        now = health(self.at)
        waits = (self.at - now.oldest_due_at).total_seconds() if now.oldest_due_at else 0
        yield _one("oldest_due_message_seconds", "How long the oldest message that is due has waited.", waits)
        yield _one("sending_held", "1 while a person holds all sending.", float(now.hold is not None))
        yield _one("quarters_overdue", "Quarters that are over and not frozen.", len(overdue_quarters(at=self.at)))
        states = Message.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
        yield _many("messages", "Messages by state.", "state", dict(states))
        beats = {str(name): moment.timestamp() for name, moment in last_beats().items()}
        frozen = last_frozen()
        if frozen is not None:
            beats["freeze"] = frozen.timestamp()
        yield _many("last_run_timestamp_seconds", "When each last ran, in seconds of Unix time.", "what", beats)
        waiting = {name: rows.filter(ended_at__isnull=True).count() for name, rows in queues().items()}
        yield _many("jobs_open", "Rows that wait or are worked on, by queue.", "queue", waiting)
        yield _many("files_refused", "Files that could not be had, since the cache was emptied.", "why", troubles())
        found = FileFinding.objects.values_list("kind").annotate(n=Count("pk")).order_by("kind")
        yield _many("files_found", "Objects missing, changed, or named by no row.", "what", dict(found))
        yield _requests()
        yield from self._plans(AsOf.now(self.at))

    def _plans(self, when: AsOf) -> Iterator[Metric]:
        plans = active_plans(when)
        counted = freshness(plans, when)
        stand = {plan.slug: counted.get(plan.subject_id, (0, 0)) for plan in plans}
        is_open = {slug: count for slug, (count, _) in stand.items()}
        is_stale = {slug: count for slug, (_, count) in stand.items()}
        yield _many("initiatives_open", "Open initiatives of active plans.", "plan", is_open)
        yield _many("initiatives_stale", "Of these, without a current update.", "plan", is_stale)
        fresh = {slug: 1 - stale / count for slug, (count, stale) in stand.items() if count}
        yield _many("plan_fresh_ratio", "Share of these with a current update, 0 to 1.", "plan", fresh)


def _requests() -> Metric:
    told = HistogramMetricFamily("planapp_request_seconds", "How long requests took, by view.", labels=["view"])
    for one in timings():
        bounds = [*map(str, BOUNDS[:-1]), "+Inf"]
        told.add_metric([one.view], list(zip(bounds, map(float, one.counts), strict=True)), one.seconds)
    return told


def _one(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"planapp_{name}", says, value=value)


def _many(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"planapp_{name}", says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
