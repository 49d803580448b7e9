"""A summary that names what is internal is no summary for residents (public edition, rules B-45 and B-54)."""

from dataclasses import replace

import pytest

from reports.content.leak_check import named_in
from reports.services import write_summary
from tests.build import act, at
from tests.reports.conftest import Q2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We kept inside what had to be. **Kept  Inside** is late.", True),
        ("KEPT\nINSIDE", True),
        ("Item 2.2 waits.", True),
        ("It waits: (2.2).", True),
        ("12.2 and 2.20 and 2.2.1 and 2.2b are others", False),
        ("Kept insider, unkept inside", False),
        ("", False),
    ],
)
def test_a_name_or_a_number_is_found_as_a_word_of_its_own(story, content_of, text, names):
    internal = [row for row in content_of().rows.initiatives if row.visibility == "internal"]
    assert [row.number for row in named_in(text, internal)] == (["2.2"] if names else [])


def test_the_public_edition_leaves_such_a_summary_out_and_keeps_any_other(story, content_of):
    content = content_of()
    workflow = replace(
        content.workflow, summary="Kept inside is late.", summary_by="Leader", summary_at=at("2027-01-06T12:00")
    )
    public = replace(content, workflow=workflow).for_public().workflow
    assert (public.summary, public.summary_by, public.summary_at) == ("", "", None)
    clean = replace(content, workflow=replace(workflow, summary="Gets worse is late.")).for_public().workflow
    assert (clean.summary, clean.summary_by) == ("Gets worse is late.", "Leader")


def test_the_page_warns_whoever_writes_it(story, plan, cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-06T15:00"))
    write_summary(plan=plan, quarter=Q2, text="Kept inside is late.", act=act("2027-01-06T12:00", cast.leader))
    page = sign_in(cast.leader).get("/reports/test-plan/FY2027-Q2/").content.decode()
    assert page.count("The summary names what is internal: 2.2 Kept inside.") == 1
    public = sign_in(cast.leader).get("/reports/test-plan/FY2027-Q2/?edition=public").content.decode()
    assert "Kept inside" not in public
