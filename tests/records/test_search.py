"""Search folds both sides the same way: whatever letters somebody pastes, they find what was kept in others."""

import itertools

import pytest
from django.apps import apps

from initiatives.models import Initiative, InitiativeVersion
from initiatives.services import update_initiative
from people.models import Department, User
from people.services import create_department, create_user, update_user
from records.texts import Searched
from tests.build import act, make_initiative
from tests.rooms import HEIGHT

# Each row is one word in several spellings; any of them finds any other.
SPELLINGS = [
    ("Mayor's", "Mayor’s", "MAYORʼS", "mayor‘s", "Mayor＇s", "Mayor`s"),
    ("José", "Jose\u0301", "JOSÉ", "jose", "ＪＯＳÉ"),
    ("co-operate", "co‐operate", "co‑operate", "co–operate", "co—operate", "co−operate", "CO－OPERATE"),
    ("broadband", "broad\u00adband", "broad\u200bband", "\u2066broadband\u2069", "BROADBAND\ufeff"),
    ("Wi-Fi zone", "Wi‑Fi\u00a0zone", "wi-fi\u2003ZONE", "Wi-Fi\tzone", "wi‑fi\u202fzone"),
    ("Straße", "STRASSE", "strasse"),
    ("Sørensen", "Sorensen", "SØRENSEN"),
    ("Łódź", "lodz", "ŁÓDZ\u0301"),
    ("“quoted”", '"quoted"', "„quoted”"),
    ("ﬁber", "fiber"),
    ("İzmir", "izmir", "IZMIR"),
    ("한국", "한국"),
]


@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda row: row[-1])
def test_any_spelling_finds_any_other_in_every_search(plan, cast, sign_in, spellings):
    client = sign_in(cast.admin)
    for number, (kept, asked) in enumerate(itertools.permutations(spellings, 2)):
        row = make_initiative(plan, number=f"1.{number}", title=f"The {kept} work")
        person = create_user(email=f"p{number}@test.example", name=f"Pat {kept} Person", act=act())
        listed = client.get("/initiatives/", {"q": asked}).context["page"].object_list
        assert row.pk in [one.id for one in listed], (kept, asked)
        assert person in client.get("/people/", {"q": asked}).context["page"].object_list, (kept, asked)
        if number > 5:
            break


def test_owner_and_department_are_found_by_folded_words_as_of_a_day_too(plan, cast, sign_in):
    office = create_department(name="L’Enfant Office", abbreviation="L–E", act=act())
    row = make_initiative(plan, number="1.9", owner=cast.owner, lead_department=office)
    update_user(user=cast.owner, fields={"name": "Zoë Ångström"}, act=act("2026-09-01T12:00"))
    client = sign_in(cast.viewer)

    def found(q, **more):
        return [one.id for one in client.get("/initiatives/", {"q": q, **more}).context["page"].object_list]

    assert found("zoe angstrom l'enfant l-e 1.9") == [row.pk]
    assert found("ANGSTROM", as_of="2026-08-01") == []
    assert found("angstrom", as_of="2026-09-02") == [row.pk]


def test_what_is_kept_follows_every_change_and_each_version_keeps_its_own(plan, cast):
    row = make_initiative(plan, number="1.1", title="Déjà vu")
    update_initiative(initiative=row, fields={"title": "Ganz Neu"}, act=act("2026-09-01T12:00"))
    update_initiative(initiative=row, fields={"due_date": None, "summary": "– Ünder"}, act=act("2026-09-02T12:00"))
    row.refresh_from_db()
    assert row.search_text == "ganz neu\n- under"
    versions = InitiativeVersion.objects.filter(subject=row).order_by("recorded_from")
    assert [one.search_text for one in versions] == ["deja vu", "ganz neu", "ganz neu\n- under"]


def test_every_row_that_is_searched_keeps_its_folded_text(plan, cast):
    """However a row of the cast was made, its column says what its fields fold to."""
    make_initiative(plan, number="1.1", title="Déjà vu")
    seen = 0
    for model in [one for one in apps.get_models() if issubclass(one, Searched)]:
        assert model.__module__.split(".")[0] in HEIGHT
        for row in model._default_manager.all():
            seen += 1
            kept = row.search_text
            row.set_search_text()
            assert kept == row.search_text
    assert seen > 20
    assert all(row.search_text for row in (*User.objects.all(), *Department.objects.all(), *Initiative.objects.all()))


def test_a_pasted_title_is_taken_whole_and_what_is_cut_is_said(plan, cast, sign_in):
    client = sign_in(cast.admin)
    title = (
        "Bring fiber to every recreation center and library of the City, beginning with those that have waited the "
        "longest for it, by 2027"
    )
    assert len(title) >= 129
    row = make_initiative(plan, number="1.1", title=title)
    answer = client.get("/initiatives/", {"q": title})
    assert [one.id for one in answer.context["page"].object_list] == [row.pk]
    assert "longer than can be looked for" not in answer.content.decode()
    assert client.get("/initiatives/", {"q": f"{title} ninth word counts"}).context["page"].paginator.count == 0
    for path in ("/initiatives/", "/people/", "/messages/"):
        name = "who" if path == "/messages/" else "q"
        for text in ("word " * 41, "x" * 10_000, "\u200b" * 500 + "a " * 500):
            answer = client.get(path, {name: text})
            assert answer.status_code == 200
            assert "longer than can be looked for at once" in answer.content.decode(), (path, text[:9])


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "--", "a' OR 1=1", "*", "\u200b", "()", "😀"])
def test_signs_are_words_like_others(plan, cast, sign_in, text):
    make_initiative(plan, number="1.1", title="Plain")
    answer = sign_in(cast.viewer).get("/initiatives/", {"q": text})
    assert answer.status_code == 200
    assert answer.context["page"].paginator.count == (1 if text == "\u200b" else 0)
