"""A list of people as somebody pastes it: rows of a spreadsheet, or the line of addresses of a mail program.

One person a line, its parts in any order, or many addresses one after another. What cannot be told apart is refused
with the part that is meant: a guess would invite somebody under a wrong name, or into a wrong role.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from records.texts import folded, is_invisible, normalised

MOST_PEOPLE = 500  # of one list
LONGEST_NAME, LONGEST_EMAIL = 150, 254
MOST_WORDS = 12  # of a department's name before its role
NO_ADDRESS = "There is no e-mail address in this line."
TANGLED = (
    "Several e-mail addresses stand in this line, and which words belong to which cannot be told. Put each person on a "
    "line of their own."
)
HEADINGS = {
    "name": "name|full name|person|employee|employee name|display name|contact|contact name",
    "first": "first name|given name|first|firstname",
    "last": "last name|surname|family name|last|lastname",
    "email": "e-mail|email|e-mail address|email address|mail|mail address|work e-mail|work email",
    "department": "department|dept|dept.|office|agency|department or office|unit",
    "role": "role|roles|planapp role",
}
_FIELD = {word: name for name, words in HEADINGS.items() for word in words.split("|")}
Columns = tuple[str, list[tuple[str, str]]]  # the sign between them, and (heading, field) of each
_WORD = re.compile(r'[^\s<>,;:"()\[\]]+')  # an address holds none of these
_BLANKS = re.compile(r" {2,}")
_TO = re.compile(r"(?:to|cc|bcc)\s*:\s*", re.IGNORECASE)
_AFTER_A_NAME = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "pe", "aicp", "mba", "cpa"})
_AROUND = " \t,;'\"’‘“”<>()[]"


@dataclass(frozen=True)
class Entry:
    """What a line says of one person. Empty: it does not say. `problem`: why nobody can be taken from it."""

    line: int
    words: str
    name: str = ""
    email: str = ""
    department: int | None = None
    new_department: str = ""  # below a heading “Department”, and not here yet
    role: str = ""
    problem: str = ""
    twin_of: int = 0  # the line that says the same

    @property
    def shown_name(self) -> str:
        return self.name or named_after(self.email)


@dataclass
class PastedList:
    """All lines, in order. `left_out`: headings of columns that say nothing of a person here."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Vocabulary:
    """What words mean here, folded: departments by name and abbreviation (None: several are called so), and roles."""

    departments: Mapping[str, int | None]
    roles: Mapping[str, str]


class _Wrong(Exception):
    """What is wrong with one person's words."""


def named_after(email: str) -> str:
    """A name for somebody of whom only the address is known: pat.doe@… is Pat Doe."""
    parts = [part for part in re.split(r"[._]+", email.partition("@")[0]) if part]
    return " ".join(part[:1].upper() + part[1:] for part in parts) if len(parts) > 1 else "".join(parts)


def read_pasted(text: str, known: Vocabulary) -> PastedList:
    """Each person of the list, or what is wrong with their line; no more of them than show that there are too many."""
    found, columns, is_first = PastedList(), None, True  # columns: how the headings are parted, and what each says
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _plain(raw)
        if not line.strip(_AROUND):
            continue
        if is_first and "@" not in line and (columns := _columns(line)) is not None:
            found.left_out = [heading for heading, name in columns[1] if heading and not name]
        else:
            found.entries += _entries(number, line, known, columns)
        is_first = False
        if len(found.entries) > MOST_PEOPLE:
            break
    found.entries = _once(found.entries)
    return found


def _plain(raw: str) -> str:
    """Blanks of every kind are blanks, and what nobody sees is gone; tabs stay, for they part columns."""
    return "".join(
        sign if sign == "\t" or not is_invisible(sign) else " " if sign.isspace() else "" for sign in raw
    ).strip(" ")


def _columns(line: str) -> Columns | None:
    """The columns where a line names them; None where it does not."""
    cells, sign = _cells(line)
    found = [(cell, _FIELD.get(folded(cell).rstrip(" :"), "")) for cell in cells]
    return (sign, found) if "email" in [name for _, name in found] else None


def _entries(number: int, line: str, known: Vocabulary, columns: Columns | None) -> list[Entry]:
    line = _TO.sub("", line, count=1) if _TO.match(line) else line
    made = []
    try:
        if columns is not None and len(columns[1]) > 1:
            return [_checked(_in_columns(Entry(number, line), *columns, known))]
        for part in _people(line)[: MOST_PEOPLE + 1]:
            made.append(_one(Entry(number, part), known))
    except _Wrong as wrong:
        return [Entry(number, line, problem=str(wrong))]
    return [_checked(one) for one in made]


def _people(line: str) -> list[str]:
    """The words of each person in a line."""
    count = len(_addresses(line))
    if count == 0:
        raise _Wrong(NO_ADDRESS)
    if count == 1:
        return [line]
    parts = [part for part in re.split("\t" if "\t" in line else ";", line) if part.strip(_AROUND)]
    return [one for part in parts for one in _one_after_another(part)]


def _one_after_another(line: str) -> list[str]:
    """Addresses with commas or blanks between them: bare ones, or each in brackets after its name."""
    found, begin, addresses = [], 0, _addresses(line)
    if len(addresses) == 1:
        return [line.strip(" ,")]
    for start, end in addresses:
        before = line[begin:start].strip(" ,\"'")
        if before and not before.endswith("<"):
            raise _Wrong(TANGLED)
        end += line[end : end + 1] == ">"
        found.append(line[begin:end].strip(" ,"))
        begin = end
    if line[begin:].strip(_AROUND):
        raise _Wrong(TANGLED)
    return found


def _addresses(text: str) -> list[tuple[int, int]]:
    """Where the words with an @ stand, without quotation marks and stops around them."""
    found = []
    for word in _WORD.finditer(text):
        if "@" in word.group():
            kept = word.group().strip("'’‘“”.")
            start = word.start() + word.group().index(kept)
            found.append((start, start + len(kept)))
    return found


def _cells(line: str, sign: str = "") -> tuple[list[str], str]:
    """The parts of a line, and what parts them."""
    if "\t" in (sign or line):
        return [cell.strip(' "') for cell in line.split("\t")], "\t"
    sign = sign or (";" if ";" in re.sub('"[^"]*"', "", line) else ",")
    if sign == "," and "," not in line and _BLANKS.search(line):
        return _BLANKS.split(line), "\t"
    cells = next(csv.reader([line], delimiter=sign, skipinitialspace=True), [])
    return [cell.strip() for cell in cells], sign


def _one(entry: Entry, known: Vocabulary) -> Entry:
    """A line without headings: what is no address, no department and no role is the name."""
    cells, sign = _cells(entry.words)
    at = next(index for index, cell in enumerate(cells) if "@" in cell)
    entry, inner = _address_in(entry, cells[at], known)
    unknown: list[tuple[int, str]] = []
    for index, cell in enumerate(cells):
        if index != at and cell.strip(_AROUND):
            told = _told(entry, cell, known)
            if told is None:
                unknown.append((index, cell.strip(_AROUND)))
            else:
                entry = told
    if inner and sign == "," and [index for index, _ in unknown] == [at - 1]:
        return replace(entry, name=_turned(f"{unknown[0][1]}, {inner}"))  # Doe, Pat <pat@…>
    names = [inner] * bool(inner) + [words for _, words in unknown]
    if len(names) > 1:
        raise _Wrong(
            f"“{names[1][:60]}” is no department and no role that there is here. A name stands in one part, such as "
            "“Pat Doe”."
        )
    return replace(entry, name=_turned(names[0]) if names else "")


def _address_in(entry: Entry, cell: str, known: Vocabulary) -> tuple[Entry, str]:
    """The address of a cell, and the name that stands beside it in the same cell."""
    found = _addresses(cell)
    if len(found) != 1:
        raise _Wrong(TANGLED)
    start, end = found[0]
    entry = replace(entry, email=cell[start:end].lower())
    before = re.sub(r"mailto:$", "", cell[:start].rstrip(), flags=re.IGNORECASE).rstrip(" <[\"'")
    after = cell[end:].strip(_AROUND + ".")
    name, _, office = before.rpartition("(")
    if name and before.endswith(")") and (told := _told(entry, office, known)):
        entry, before = told, name  # Pat Doe (Streets) <pat@…>
    before = before.strip(_AROUND if "(" not in before else " \t,;'\"’‘“”")
    told = _told_in_a_row(entry, after, known) if after else entry
    if told is None:
        if before:
            raise _Wrong(f"“{after[:60]}” is no department and no role that there is here.")
        return entry, after
    return told, before


def _told_in_a_row(entry: Entry, words: str, known: Vocabulary) -> Entry | None:
    """A department, a role, or both with a blank between them."""
    several = words.split()
    for cut in range(min(len(several), MOST_WORDS)):
        parts = [" ".join(part) for part in (several[:cut], several[cut:]) if part]
        told: Entry | None = entry
        for part in parts:
            told = told and _told(told, part, known)
        if told is not None:
            return told
    return None


def _told(entry: Entry, cell: str, known: Vocabulary) -> Entry | None:
    """With the department or the role that a cell names; None where it names neither."""
    word = folded(cell.strip(_AROUND))
    if word in known.roles:
        if entry.role not in {"", known.roles[word]}:
            raise _Wrong(f"“{cell}”: a second role. Give one here, and more on the person's page.")
        return replace(entry, role=known.roles[word])
    if word not in known.departments:
        return None
    key = known.departments[word]
    if key is None:
        raise _Wrong(f"“{cell}”: several departments are called so. Write the abbreviation.")
    if entry.department not in {None, key}:
        raise _Wrong(f"“{cell}”: a second department. A person has one.")
    return replace(entry, department=key)


def _in_columns(entry: Entry, sign: str, columns: Sequence[tuple[str, str]], known: Vocabulary) -> Entry:
    """A line below headings: each cell is what its heading says."""
    cells = _cells(entry.words, sign)[0]
    extra = [cell for cell in cells[len(columns) :] if cell.strip(_AROUND)]
    if extra:
        return replace(entry, problem=f"“{extra[0][:60]}” stands below no heading.")
    said = {name: cell.strip(" \"'") for (_, name), cell in zip(columns, cells, strict=False) if name and cell}
    heading = next(heading for heading, name in columns if name == "email")
    try:
        if not said.get("email"):
            raise _Wrong(f"There is no e-mail address below “{heading}”.")
        if "@" not in said["email"]:
            raise _Wrong(f"“{said['email'][:60]}” below “{heading}” is no e-mail address, such as name@phila.gov.")
        entry, inner = _address_in(entry, said["email"], known)
        for name, what in (("department", "department"), ("role", "role")):
            if said.get(name):
                told = _told(entry, said[name], known)
                if name == "department" and told is None and entry.department is None:
                    entry = replace(entry, new_department=" ".join(said[name].split()))
                    continue
                if told is None or getattr(told, name) in {None, ""}:
                    raise _Wrong(f"“{said[name][:60]}” is no {what} that there is here.")
                entry = told
    except _Wrong as wrong:
        return replace(entry, problem=str(wrong))
    parts = " ".join(said[name] for name in ("first", "last") if said.get(name))
    return replace(entry, name=_turned(said.get("name") or parts or inner))


def _turned(name: str) -> str:
    """“Doe, Pat” as it is said: Pat Doe."""
    last, comma, first = (part.strip() for part in name.partition(","))
    if not comma or not first or "," in first or folded(first).replace(".", "") in _AFTER_A_NAME:
        return name
    return f"{first} {last}"


def _checked(entry: Entry) -> Entry:
    """What a person is kept with: an address that can be one, and a name that fits."""
    if entry.problem:
        return entry
    email, name = normalised(entry.email, one_line=True), " ".join(normalised(entry.name, one_line=True).split())
    problem = ""
    try:
        validate_email(email)
    except ValidationError:
        problem = f"“{email[:80]}” is no e-mail address, such as name@phila.gov."
    if len(email) > LONGEST_EMAIL:
        problem = f"“{email[:40]}…”: an e-mail address has at most {LONGEST_EMAIL} characters."
    elif len(name) > LONGEST_NAME:
        problem = f"“{name[:40]}…”: a name has at most {LONGEST_NAME} characters."
    return replace(entry, email=email, name=name, problem=problem)


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Who stands in the list twice with the same words counts once; with other words it is somebody's mistake."""
    first: dict[str, Entry] = {}
    found = []
    for one in entries:
        twin = first.setdefault(one.email, one) if not one.problem else one
        if twin is not one:
            other = any(
                getattr(one, name) not in {"", None, getattr(twin, name)}
                for name in ("name", "department", "new_department", "role")
            )
            problem = f"{one.email} stands in line {twin.line} already, with other words." if other else ""
            one = replace(one, twin_of=twin.line, problem=problem)
        found.append(one)
    return found
