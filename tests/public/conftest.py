"""A published report to look at from outside."""

import pytest
from django.test import Client

from reports import services
from tests.build import act, at
from tests.reports.conftest import Q1, Q2, story

__all__ = ["story"]


@pytest.fixture
def complete(story, plan, cast):
    """complete(quarter) → a completed report, summary included; not published."""

    def _complete(quarter=Q2, when="2027-01-07T12:00"):
        of = {"plan": plan, "quarter": quarter}
        services.write_summary(**of, text="A **good** quarter.", act=act(when, cast.leader))
        services.complete_report(**of, act=act(when, cast.leader))
        return of

    return _complete


@pytest.fixture
def publish(complete, cast):
    """publish(quarter) → the same, published; with `files`, those are built."""

    def _publish(quarter=Q2, when="2027-01-07T12:00", *, files=False):
        of = complete(quarter, when)
        services.publish_report(**of, act=act(when, cast.leader))
        if files:
            services.build_published_files(at=at(when))
        return of

    return _publish


@pytest.fixture
def revise(story, cast):
    """revise(of) → the report reopened with a reason, mended, and completed as the next revision; not published."""

    def _revise(of):
        services.reopen_report(**of, act=act("2027-01-08T12:00", cast.admin, reason="The vendor was misnamed"))
        from initiatives.models import StatusUpdate  # noqa: PLC0415
        from initiatives.services import correct_status_update  # noqa: PLC0415

        correct_status_update(
            update=StatusUpdate.objects.get(initiative=story["worse"], happened="Vendor left"),
            words={"happened": "Vendor B left", "help_needed": "Money"},
            act=act("2027-01-09T12:00", cast.owner, reason="Wrong vendor"),
        )
        services.complete_report(**of, act=act("2027-01-10T12:00", cast.leader))

    return _revise


@pytest.fixture
def stranger(time_machine):
    """Somebody who never signed in."""
    time_machine.move_to(at("2027-01-12T15:00"))
    return Client()


__all__ += ["Q1", "Q2"]
