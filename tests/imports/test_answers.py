"""What is answered to an import, refused at the service; and a worker whose import another one has taken over."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from imports.models import Import
from imports.services import PlanMoved, answer_columns, ask_to_apply, take_file, work_on_next, working
from initiatives.models import Initiative
from jobs.progress import Progress
from jobs.queue import LostLease, claim, take_back
from tests.build import act, make_initiative
from tests.conftest import NOW


@pytest.fixture
def job(plan, cast):
    """An import that waits for its columns to be confirmed."""
    data = b"Number,Initiative,Focus area\n1.8,Lend laptops,1\n"
    return worked(take_file(plan=plan, name="plan.csv", data=data, act=act(NOW, cast.manager)))


def worked(job):
    assert work_on_next(at=NOW, only=job)
    return Import.objects.get(pk=job.pk)


def answered(job, cast, columns, kind="initiative"):
    mapping = [dict(job.mapping[0], kind=kind, columns=columns)]
    return answer_columns(job=job, mapping=mapping, default_goal="", act=act(NOW, cast.manager))


@pytest.mark.parametrize(
    ("kind", "columns", "sentence"),
    [
        ("", {"0": "number"}, "Say of one sheet at least what its rows are."),
        ("initiative", {"0": "title", "1": "title"}, "plan: two columns cannot both be “Title”. Leave one out."),
        ("initiative", {"0": "", "1": ""}, "plan: say of one column at least what it is, or leave the sheet out."),
    ],
)
def test_columns_that_say_nothing_or_the_same_are_refused(job, cast, kind, columns, sentence):
    with pytest.raises(ValidationError) as refused:
        answered(job, cast, columns, kind)
    assert refused.value.messages == [sentence]


def test_an_import_that_was_applied_takes_no_other_answer(job, cast):
    job = worked(answered(job, cast, job.mapping[0]["columns"]))
    worked(ask_to_apply(job=job, digest=job.digest, act=act(NOW, cast.manager)))
    with pytest.raises(ValidationError, match="has moved on meanwhile"):
        answered(job, cast, job.mapping[0]["columns"])


def test_what_is_applied_is_what_was_previewed(job, cast):
    job = worked(answered(job, cast, job.mapping[0]["columns"]))
    with pytest.raises(PlanMoved):
        ask_to_apply(job=job, digest="of another preview", act=act(NOW, cast.manager))


def test_dates_are_moved_with_a_reason_alone(job, cast):
    make_initiative(job.plan, number="1.8", due_date=date(2026, 12, 1))
    data = b"Number,Initiative,Due date\n1.8,Lend laptops,2027-01-15\n"
    moving = worked(take_file(plan=job.plan, name="plan.csv", data=data, act=act(NOW, cast.manager)))
    moving = worked(answered(moving, cast, moving.mapping[0]["columns"]))
    with pytest.raises(ValidationError, match="say why due dates move"):
        ask_to_apply(job=moving, digest=moving.digest, act=act(NOW, cast.manager, reason=" "))
    ask_to_apply(job=moving, digest=moving.digest, act=act(NOW, cast.manager, reason="Frost."))
    assert worked(moving).state == "applied"


def taken_over(job):
    take_back(Import.objects.filter(pk=job.pk))


def taken_when_called(monkeypatch, job, owner, name):
    """Just after this was done, the import is another worker's."""
    before = getattr(owner, name)

    def then(*args, **more):
        told = before(*args, **more)
        taken_over(job)
        return told

    monkeypatch.setattr(owner, name, then)


def test_it_counts_no_further(job):
    (job,) = claim(Import.objects.filter(pk=job.pk), "working", lease=timedelta(minutes=5))
    progress = Progress(job)
    progress.begin("compare")
    taken_over(job)
    with pytest.raises(LostLease):
        progress.begin("apply")


def test_it_asks_nothing(plan, cast, monkeypatch, caplog):
    job = take_file(plan=plan, name="plan.csv", data=b"Number,Initiative\n1.8,Lend\n", act=act(NOW, cast.manager))
    taken_when_called(monkeypatch, job, Progress, "begin")
    job = worked(job)
    assert (job.state, job.mapping) == ("queued", [])
    assert "taken over by another worker" in caplog.text


def test_it_keeps_no_preview(job, cast, monkeypatch):
    job = answered(job, cast, job.mapping[0]["columns"])
    taken_when_called(monkeypatch, job, working, "compare")
    job = worked(job)
    assert (job.state, job.content.preview) == ("queued", b"")


def test_it_applies_nothing(job, cast, monkeypatch):
    job = worked(answered(job, cast, job.mapping[0]["columns"]))
    ask_to_apply(job=job, digest=job.digest, act=act(NOW, cast.manager))
    taken_when_called(monkeypatch, job, working, "apply_lines")
    job = worked(job)
    assert job.state == "working", "the other's claim was undone with the rest, in the one transaction of this test"
    assert not Initiative.objects.exists()
