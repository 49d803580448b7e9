"""The form that takes a list of people as it is pasted, and what becomes of each line of it."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from people.abbreviations import abbreviation_for
from people.forms.people import DEPARTMENTS
from people.models import Department, User
from people.pasting import MOST_PEOPLE, Entry, Vocabulary, read_pasted
from people.roles import Role
from people.selectors import people_at
from people.services import Newcomer
from records.texts import folded
from web.forms import Hidden, LongText, PageForm

ADDS = "Add departments that are not here yet"
ALSO_CALLED = {"liaison": Role.LIAISON, "admin": Role.ADMINISTRATOR}


@dataclass
class Sorted:
    """Who would be invited, who is here, whose account was deactivated, which lines are wrong, who stands twice."""

    new: list[tuple[Entry, Newcomer]] = field(default_factory=list)
    here: list[tuple[Entry, User]] = field(default_factory=list)
    away: list[tuple[Entry, User]] = field(default_factory=list)
    wrong: list[Entry] = field(default_factory=list)
    twice: list[Entry] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # headings

    @property
    def digest(self) -> str:
        """Names exactly what was shown."""
        told = [
            [(one.email, one.name, one.department and (one.department.pk or one.department.name), one.role)
             for _, one in self.new],
            [person.pk for _, person in self.here], [person.pk for _, person in self.away],
        ]  # fmt: skip
        return hashlib.sha256(repr(told).encode()).hexdigest()


class InviteManyForm(PageForm):
    """A pasted list, and what holds for everybody of whom it says nothing else."""

    pasted = LongText(
        rows=12, max_length=100_000, label="People",
        help_text="A person a line: name, e-mail, department and role in any order, with tabs, commas or semicolons "
        "between them, as they come out of a spreadsheet; a row of headings may stand on top. Or addresses out of a "
        "mail program, such as “Doe, Pat &lt;name@phila.gov&gt;; …”.",
    )  # fmt: skip
    department = forms.ModelChoiceField(
        DEPARTMENTS, required=False, empty_label="None", help_text="Of everybody whose line names none."
    )
    role = forms.ChoiceField(
        required=False, initial=Role.CONTRIBUTOR,
        help_text="Of everybody whose line names none. A liaison reports for the department of their line.",
    )  # fmt: skip
    adds = forms.BooleanField(
        required=False, label=ADDS,
        help_text="Those below a heading “Department”. Each gets an abbreviation, which can be changed later.",
    )  # fmt: skip
    seen = forms.CharField(widget=Hidden, required=False, max_length=64)

    def __init__(self, *args: Any, gives: Collection[str], **kwargs: Any) -> None:
        """`gives`: the roles that whoever fills it in may give."""
        super().__init__(*args, **kwargs)
        self.gives = gives
        role: Any = self.fields["role"]
        offered = [(key, label) for key, label in Role.choices if key in gives]
        role.choices = [*offered, ("", "No role yet: they can sign in but read nothing")]
        self.sorted = Sorted()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self._sort(cleaned)
        found = self.sorted
        total = len(found.new) + len(found.here) + len(found.away) + len(found.wrong) + len(found.twice)
        if total > MOST_PEOPLE:
            self.sorted = Sorted()
            raise ValidationError({"pasted": f"These are more than {MOST_PEOPLE} people. Paste them in parts."})
        if not total:
            raise ValidationError({"pasted": "There is no e-mail address in what was pasted."})
        if found.wrong:
            count = len(found.wrong)
            said = "1 line is" if count == 1 else f"{count} lines are"
            raise ValidationError(
                {"pasted": f"{said} not right; see above. Mend or remove what is meant, and look again."}
            )
        return cleaned

    def show(self) -> None:
        """What is drawn was shown."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data[self.add_prefix("seen")] = self.sorted.digest
        self.data = data

    def _sort(self, cleaned: dict[str, Any]) -> None:
        departments = list(DEPARTMENTS.all())
        by_key = {row.pk: row for row in departments}
        read = read_pasted(cleaned["pasted"], _vocabulary(departments))
        people = people_at(one.email for one in read.entries if one.email)
        found, coming = Sorted(left_out=read.left_out), _Coming(departments)
        for one in read.entries:
            person = people.get(one.email)
            newcomer = Newcomer(
                email=one.email, name=one.shown_name,
                department=by_key[one.department] if one.department
                else coming.called(one.new_department) if one.new_department else cleaned["department"],
                role=one.role or cleaned["role"],
            )  # fmt: skip
            if one.problem:
                found.wrong.append(one)
            elif one.twin_of:
                found.twice.append(one)
            elif one.new_department and not cleaned["adds"]:
                said = f"“{one.new_department[:60]}” is no department that there is here. Mend it, or tick “{ADDS}”."
                found.wrong.append(Entry(one.line, one.words, problem=said))
            elif person is not None:
                (found.here if person.is_active else found.away).append((one, person))
            elif problem := self._refusal(newcomer):
                found.wrong.append(Entry(one.line, one.words, problem=problem))
            else:
                found.new.append((one, newcomer))
        self.sorted = found

    def _refusal(self, newcomer: Newcomer) -> str:
        if newcomer.role and newcomer.role not in self.gives:
            return f"{Role(newcomer.role).label}: you cannot give this role. Ask an administrator."
        if newcomer.role == Role.LIAISON and newcomer.department is None:
            return "A liaison needs a department. Write it in the line, or choose one for all."
        return ""


class _Coming:
    """Departments that the list adds, each once."""

    def __init__(self, departments: Collection[Department]) -> None:
        self.taken = {folded(row.abbreviation) for row in departments}
        self.rows: dict[str, Department] = {}

    def called(self, name: str) -> Department:
        """The one of this name, not stored yet."""
        if folded(name) not in self.rows:
            short = abbreviation_for(name, self.taken)
            self.taken.add(folded(short))
            self.rows[folded(name)] = Department(name=name, abbreviation=short)
        return self.rows[folded(name)]


def _vocabulary(departments: Collection[Department]) -> Vocabulary:
    """Abbreviations are unique; a name that several have means none of them."""
    by_name: dict[str, int | None] = {}
    for row in departments:
        word = folded(row.name)
        by_name[word] = None if word in by_name else row.pk
    roles = {folded(label): str(key) for key, label in Role.choices} | {key: str(key) for key in Role.values}
    return Vocabulary(
        departments=by_name | {folded(row.abbreviation): row.pk for row in departments},
        roles=roles | {word: str(role) for word, role in ALSO_CALLED.items()},
    )
