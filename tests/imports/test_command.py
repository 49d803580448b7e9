"""`manage.py import_plan`: the same path as in the browser."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from imports.models import Import
from imports.services import take_file
from initiatives.models import Initiative
from records.audit import Act
from records.models import AuditEvent
from tests.imports.files import csv_file

ROWS = (("Number", "Initiative", "Focus area", "Status"), ("1.1", "Lend laptops", "1", "On track"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_bytes(csv_file(*ROWS))
    return path


def test_a_dry_run_says_what_would_change_and_changes_nothing(plan, file, capsys):
    call_command("import_plan", file, "--plan", plan.slug, "--dry-run")
    said = capsys.readouterr().out
    assert "Created: 1" in said
    assert "Nothing was changed." in said
    assert not Initiative.objects.exists()
    assert Import.objects.get().state == "dropped"


def test_it_applies_once_however_often_it_runs(plan, cast, file, capsys):
    for _ in range(2):
        call_command("import_plan", file, "--plan", plan.slug, "--by", cast.manager.email)
    assert "Unchanged: 1" in capsys.readouterr().out
    (event,) = AuditEvent.objects.filter(verb="initiative.created")
    assert (event.channel, event.actor_id) == ("import", cast.manager.pk)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((*ROWS, ("1.2", "More", "1", "Swimmingly")), "errors"),
        ((("a", "b"), ("1", "2")), "looks like part of a plan"),
    ],
)
def test_what_cannot_be_applied_ends_with_a_sentence(plan, tmp_path, rows, said):
    path = tmp_path / "plan.csv"
    path.write_bytes(csv_file(*rows))
    with pytest.raises(CommandError, match=said):
        call_command("import_plan", path, "--plan", plan.slug)
    assert not Initiative.objects.exists()


@pytest.mark.parametrize("more", [["--plan", "none"], ["--by", "nobody@test.example"], ["--by", "viewer@test.example"]])
def test_a_plan_or_person_that_is_not_there_is_named(plan, cast, file, more):
    with pytest.raises(CommandError, match=more[1]):
        call_command("import_plan", file, *more)


def test_what_waits_is_worked_on_by_hand(plan, cast, file, capsys):
    take_file(plan=plan, name="plan.csv", data=file.read_bytes(), act=Act(by=cast.manager, at=timezone.now()))
    call_command("work_on_imports")
    assert capsys.readouterr().out == "1 done.\n"
    assert Import.objects.get().state == "asking"
