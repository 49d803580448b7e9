"""Loads the demo into an empty database."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from demo.closing import closed_quarters
from demo.promises import promises
from demo.stories import sample_layer
from demo.structure import SLUG, real_layer
from demo.timeline import Timeline, World
from goals.models import Plan
from people.models import User

PASSWORD = "planapp-demo"  # noqa: S105 - public on purpose: the sign-in page of the demo shows it


def is_loaded() -> bool:
    """Whether this database already holds the demo plan."""
    return Plan.objects.filter(slug=SLUG).exists()


@transaction.atomic
def load_demo(*, seed: int, scale: int, now: datetime) -> World:
    """The OIT plan with sample activity up to `now`; the same for the same seed and now.

    Raises ValidationError when the database already holds a plan or people.
    """
    other = Plan.objects.first()
    if other is not None:
        raise ValidationError(f"This database already holds “{other}”. The demo loads only into an empty database.")
    if User.objects.exists():
        raise ValidationError("This database already holds people. The demo loads only into an empty database.")
    timeline = Timeline(now=now)
    real_layer(timeline, scale=scale)
    sample_layer(timeline, seed=seed, scale=scale)
    promises(timeline, seed=seed)
    closed_quarters(timeline)
    world = World(password=make_password(PASSWORD))
    timeline.replay(world)
    return world
