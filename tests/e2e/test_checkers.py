"""Two more checkers look at every kind of page: IBM's accessibility checker, and the Nu HTML checker of the W3C.

Each has its own idea of what is wrong, so each finds what the others pass over. `make e2e` fetches both where npm is.
"""

import json
import re
import shutil
import subprocess

import pytest
from django.core.management import call_command

from tests.e2e import exceptions
from tests.e2e.every_page import PEOPLE, each_page, pages_of, somebody
from tests.e2e.ibm import ENGINE, FETCHED, findings

pytestmark = [pytest.mark.e2e, pytest.mark.sweep, pytest.mark.django_db(transaction=True)]
NU = FETCHED / "vnu-jar/build/dist/vnu.jar"
OPEN_PAGES = ["/sign-in/", "/password-reset/", "/public/"]


@pytest.mark.skipif(not ENGINE.exists(), reason="IBM's checker is not here: install npm, then `make e2e` fetches it")
@pytest.mark.parametrize("width", [1280, 320])
def test_ibm_finds_nothing(transactional_db, visit, live_server, width):
    call_command("load_demo", verbosity=0)
    selectors = [kept.where for kept in exceptions.IBM]
    faults, used, looked_at, pages = [], set(), set(), 0
    for where, page in each_page(visit, live_server.url, width=width):
        pages += 1
        for one in findings(page, selectors):
            fitting = [
                kept for kept, fits in zip(exceptions.IBM, one.matches, strict=True) if fits and kept.rule == one.rule
            ]
            if one.verdict == "FAIL" and not fitting:
                faults.append(f"{where} {one}")
            elif one.verdict != "FAIL" and one.rule not in exceptions.IBM_LOOKED_AT:
                faults.append(f"{where} to be looked at: {one}")
            used.update(fitting)
            looked_at.add(one.rule)
    assert not faults, "\n".join(faults)
    assert pages > 45
    unused = [kept for kept in exceptions.IBM if kept not in used and kept.width in {None, width}]
    assert unused == []
    assert sorted(set(exceptions.IBM_LOOKED_AT) - looked_at) == []


@pytest.mark.skipif(not NU.exists(), reason="the Nu HTML checker is not here: install npm, then `make e2e` fetches it")
@pytest.mark.skipif(shutil.which("java") is None, reason="the Nu HTML checker needs Java 17 or later")
def test_nu_finds_nothing(transactional_db, tmp_path):
    call_command("load_demo", verbosity=0)
    people = [somebody(word) for word in PEOPLE]
    found = [page for start in OPEN_PAGES for page in pages_of(None, start)]
    found += [page for person in people for page in pages_of(person)]
    pages = {page.kind: page for page in reversed(found)}  # of each kind the first that was found
    files = {}
    for number, page in enumerate(pages.values()):
        (tmp_path / f"{number}.html").write_text(page.html, encoding="utf-8")
        files[f"{number}.html"] = page.path
    command = ["java", "-jar", str(NU), "--format", "json", "--exit-zero-always", str(tmp_path)]
    asked = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    faults, used = [], set()
    for one in json.loads(asked.stderr)["messages"]:
        fitting = {kept for kept in exceptions.NU if re.search(kept.where, one["message"])}
        used |= fitting
        if not fitting and (one["type"] == "error" or one.get("subType") == "warning"):
            place = files[one["url"].rsplit("/", 1)[-1]]
            faults.append(f"{place} {one['message']} {one.get('extract', '')}")
    assert not faults, "\n".join(faults)
    assert len(files) > 50
    assert [kept for kept in exceptions.NU if kept not in used] == []
