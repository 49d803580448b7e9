"""Who may write which field through which door, and who may read which: as written in field_matrix.txt.

Pages: the fields of every form that a role is shown. API: the fields of every kind of row. Files: what the columns of
an import can say. A new field fails here until its line is written, and so until somebody has looked at it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.test import Client
from django.urls import resolve

from imports.kinds import KINDS
from initiatives.models import Initiative
from people.models import User
from planapp.api_urls import router
from tests.house.addresses import addresses
from tests.house.forms import forms_of
from tests.house.test_role_matrix import ROLES
from tests.house.test_urls_guarded import OPEN
from tests.house.world import World

TABLE = Path(__file__).with_name("field_matrix.txt")
NUMBER = re.compile(r"^under_\d+$")  # of the focus area or strategy that is asked about
Fields = dict[tuple[str, str], set[str]]  # (address that takes the form, field) → roles


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def of_pages(world: World) -> Fields:
    found: Fields = defaultdict(set)
    pages = [(address, address.path(world.values(address))) for address in addresses() if address.name not in OPEN]
    for role in ROLES:
        client = client_of(getattr(world.cast, role))
        for address, path in pages:
            if address.is_api:
                continue
            for form in forms_of(path, client.get(path)):
                name = resolve(form.action.partition("?")[0]).view_name
                if name == "gallery":
                    continue  # a sample, which leads nowhere
                for field in form.typed:
                    found[name, NUMBER.sub("under_…", field)].add(role)
    return found


def lines(world: World) -> Iterator[str]:
    yield f"{'# door':<8}{'address or kind':<46}{'field':<26}" + " ".join(ROLES)
    for (name, field), roles in sorted(of_pages(world).items()):
        yield line("write", name, field, roles)
    for kind, view, _ in router.registry:
        assert [name for name in ("create", "update", "partial_update", "destroy") if hasattr(view, name)] == [], kind
        for field in view.serializer_class().fields:
            yield line("read", f"api: {kind}", field, allowed(world, "people.read"))
    for kind in KINDS.values():
        for column in kind.fields:
            yield line("file", f"import: {kind.key}", column.key, allowed(world, "imports.import_plan", world.plan))


def allowed(world: World, permission: str, *about: object) -> set[str]:
    return {role for role in ROLES if getattr(world.cast, role).has_perm(permission, *about)}


def line(door: str, name: str, field: str, roles: set[str]) -> str:
    marks = " ".join(("yes" if role in roles else "-").ljust(len(role)) for role in ROLES)
    return f"{door:<8}{name:<46}{field:<26}{marks}".rstrip()


def test_every_field_is_for_whom_it_is_written(world):
    found, written = list(lines(world)), TABLE.read_text().splitlines()
    differing = sorted(set(found) ^ set(written))
    assert found == written, "as they are now, or were:\n" + "\n".join(differing)


def test_a_form_takes_no_field_that_it_did_not_show(world):
    """An owner sends what a plan manager's form of the same initiative holds."""
    path = f"/initiatives/{world.initiative.pk}/edit/"
    own, full = (
        next(form for form in forms_of(path, client_of(who).get(path)) if "summary" in form.typed)
        for who in (world.cast.owner, world.cast.admin)
    )
    more = set(full.typed) - set(own.typed)
    assert {"number", "owner"} <= more
    before = Initiative.objects.filter(pk=world.initiative.pk).values().get()
    sent = own.values | {name: ["9.9" if name == "number" else "Taken"] for name in more} | {"summary": ["Mine"]}
    sent |= {"owner": [str(world.cast.viewer.pk)], "drawn_with": [" ".join(full.typed)]}
    answer = client_of(world.cast.owner).post(path, sent)
    assert answer.status_code in {302, 422}
    after = Initiative.objects.filter(pk=world.initiative.pk).values().get()
    assert {name: after[name] for name in before if before[name] != after[name]}.keys() <= {
        "summary", "search_text", "version", "updated_at",
    }  # fmt: skip
