"""What people say about a file: which one, what its sheets and columns are, what its words mean, and why."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.forms.new_plans import Ticks
from goals.models import Plan
from imports.kinds import KINDS
from imports.meaning import words
from imports.meaning.columns import guess_as
from imports.meaning.dates import Fashion
from imports.meaning.headings import columns_of
from imports.reading.sheets import MEGABYTE, MOST_BYTES, SEARCHED, CannotRead, Sheet, text_of
from imports.reading.structured import together
from people.models import Department, User
from records.texts import whole_number
from web.forms import Day, Hidden, PageForm

LEFT_OUT = ("", "Leave it out")
NO_KIND = "none"  # of a sheet that is left out
SAMPLES = 3
LONGEST_SAMPLE = 60


class Files(forms.ClearableFileInput):
    """A button that takes several files."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """One file, or several that are chosen together; cleaned to a list."""

    widget = Files(attrs={"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        several = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFiles, self).clean(one, initial) for one in several or [None]]


class FileForm(PageForm):
    """The file to bring in, or the files of a plan that is spread over several."""

    file = SeveralFiles(
        label="File",
        help_text=f"A spreadsheet (XLSX, CSV) or StratML, up to {MOST_BYTES // MEGABYTE} MB. Where the plan is spread "
        "over several CSV files, choose all of them together, or a ZIP with them. Nothing is changed before you have "
        "seen what would change.",
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Its name and what it holds; several as one archive."""
        files = self.cleaned_data["file"]
        if sum(file.size for file in files) > MOST_BYTES:
            what = "it is" if len(files) == 1 else "together they are"
            raise ValidationError(f"File: {what} larger than {MOST_BYTES // MEGABYTE} MB, the most that is taken.")
        try:
            return together([(file.name, file.read()) for file in files])
        except CannotRead as refused:
            raise ValidationError(f"File: {refused}") from None


class ColumnsForm(PageForm):
    """What the rows and columns of each sheet are. The fields are made for the file."""

    default_goal = forms.CharField(
        required=False, max_length=200,
        help_text="For rows that name none: its number or its title. A new title adds one.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, sheets: Sequence[Sheet], mapping: Sequence[Mapping[str, Any]], goal_label: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheets, self.given = sheets, mapping
        self.fields["default_goal"].label = goal_label
        for index, (sheet, said) in enumerate(zip(sheets, mapping, strict=True)):
            self._add_sheet(index, sheet, self._said(index, sheet, said))

    def _said(self, index: int, sheet: Sheet, said: Mapping[str, Any]) -> dict[str, Any]:
        """The mapping to draw: as kept, or as it is after another kind or heading row was chosen."""
        kind, header = said["kind"], said["header"]
        if not self.is_bound:
            return dict(said)
        kind = str(self.data.get(f"kind_{index}", kind))
        typed = whole_number(str(self.data.get(f"header_{index}", header + 1)), SEARCHED)
        header = typed - 1 if typed else header
        if kind in KINDS and (kind, header) != (said["kind"], said["header"]):
            columns = guess_as(sheet, KINDS[kind], header, fashion=Fashion())
            return {"kind": kind, "header": header, "columns": {str(at): key for at, key in columns.items()}}
        return {**said, "kind": kind if kind in KINDS else "", "header": header}

    def _add_sheet(self, index: int, sheet: Sheet, said: Mapping[str, Any]) -> None:
        kinds = [(NO_KIND, "Leave the sheet out"), *((kind.key, kind.label) for kind in KINDS.values())]
        self.fields[f"kind_{index}"] = forms.ChoiceField(
            choices=kinds, label="Its rows are", initial=said["kind"] or NO_KIND
        )
        self.fields[f"header_{index}"] = forms.IntegerField(
            min_value=1, max_value=SEARCHED, label="Headings are in row", initial=said["header"] + 1
        )
        if said["kind"] not in KINDS:
            return
        fields = [LEFT_OUT, *((one.key, one.label) for one in KINDS[said["kind"]].fields)]
        for at, (heading, _) in enumerate(columns_of(sheet, said["header"])):
            self.fields[f"column_{index}_{at}"] = forms.ChoiceField(
                choices=fields, required=False, label=heading or f"Column {at + 1}",
                initial=said["columns"].get(str(at), ""),
            )  # fmt: skip

    @property
    def reads_any(self) -> bool:
        """Whether any sheet is read; where none is, there is nothing to show."""
        return any(name.startswith("column_") for name in self.fields)

    def drawn(self) -> list[dict[str, Any]]:
        """For the page: each sheet with its columns, and three values of each."""
        found = []
        for index, sheet in enumerate(self.sheets):
            header = (whole_number(str(self[f"header_{index}"].value()), SEARCHED) or 1) - 1
            columns = [
                {
                    "field": self[f"column_{index}_{at}"],
                    "samples": samples_of(cells),
                    "heading": heading or f"Column {at + 1}",
                }
                for at, (heading, cells) in enumerate(columns_of(sheet, header))
                if f"column_{index}_{at}" in self.fields
            ]
            used = sum(bool(self[f"column_{index}_{at}"].value()) for at in range(len(columns)))
            kind = KINDS.get(str(self[f"kind_{index}"].value()))
            found.append(
                {
                    "name": sheet.name, "rows": max(sheet.filled - 1, 0), "kind": self[f"kind_{index}"],
                    "header": self[f"header_{index}"], "columns": columns, "why": self.given[index].get("why", ""),
                    "says": f"{kind.label.lower()}, {used} of {len(columns)} columns" if kind else "left out",
                }
            )  # fmt: skip
        return found

    def mapping(self) -> list[dict[str, Any]]:
        """What was said, in the shape that is kept."""
        found = []
        for index, said in enumerate(self.given):
            kind = self.cleaned_data[f"kind_{index}"].replace(NO_KIND, "")
            prefix = f"column_{index}_"
            columns = {
                name.removeprefix(prefix): value
                for name, value in self.cleaned_data.items()
                if name.startswith(prefix) and value
            }
            header = self.cleaned_data[f"header_{index}"] - 1
            found.append({**said, "kind": kind, "columns": columns if kind else {}, "header": header})
        return found


def samples_of(cells: Sequence[Any]) -> list[str]:
    """The first different values of a column."""
    found: list[str] = []
    for cell in cells:
        text = " ".join(text_of(cell).split())
        text = text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…"
        if text and text not in found:
            found.append(text)
        if len(found) == SAMPLES:
            break
    return found


class WordsForm(PageForm):
    """What words of the file mean. Each is asked once for a plan."""

    WHAT = {
        "status": "Status", "progress": "State of a milestone", "horizon": "Horizon", "audience": "Audience",
        "visibility": "Visibility", "commitment": "State of a commitment", "person": "Person",
        "department": "Department", "date": "Date",
    }  # fmt: skip
    EMPTY = ("-", "Leave it empty")

    def __init__(
        self, *args: Any, user: User, plan: Plan, asked: Sequence[tuple[str, str, int]], **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        order = list(self.WHAT)
        self.asked = sorted(asked, key=lambda one: order.index(one[0]))  # words of one kind stand together
        people = departments = None
        for index, (what, text, count) in enumerate(self.asked):
            label = f"{self.WHAT[what]} “{text[:80]}”"
            hint = f"In {count} row{'s' if count != 1 else ''}."
            name = f"word_{index}"
            if what == "date":
                self.fields[name] = Day(
                    required=False, label=label, help_text=f"{hint} Leave it empty if there is no day."
                )
                continue
            if what == "person":
                known = User.objects.filter(user.knows(of=plan), is_active=True)
                people = people or [(str(one.pk), one.name) for one in known]
                choices = people
            elif what == "department":
                rows = Department.objects.filter(deleted_at__isnull=True)
                departments = departments or [(str(one.pk), one.name) for one in rows]
                choices = [("+", "Add it as a new department"), *departments]
            else:
                choices = list(words.LABELS[what].items())
            likely = words.likely(what, text)
            if what == "department" and not _resembling(text, departments or []):
                likely = "+"
            self.fields[name] = forms.ChoiceField(
                choices=[("", "Choose one"), self.EMPTY, *choices], required=False, label=label, help_text=hint,
                initial="-" if likely == "" else likely or "",
            )  # fmt: skip
            if what == "person":
                self._offer_invitation(index, text)

    def _offer_invitation(self, index: int, text: str) -> None:
        self.fields[f"mail_{index}"] = forms.EmailField(
            required=False, max_length=254, label=f"Or invite “{text[:80]}” at this e-mail address",
            initial=text if "@" in text else "",
            help_text="They get an account as contributor, and a mail to set a password, as soon as you go on.",
        )  # fmt: skip

    def invited(self) -> dict[str, str]:
        """Who is to be invited at which address; whoever is said to be somebody else is not."""
        found = {text: self.cleaned_data.get(f"mail_{index}") for index, (_, text, _) in enumerate(self.asked)}
        return {text: email for text, email in found.items() if email and ("person", text) not in self.meanings()}

    def meanings(self) -> dict[tuple[str, str], Any]:
        """The answers that were given; a word without one is asked again."""
        found: dict[tuple[str, str], Any] = {}
        for index, (what, text, _) in enumerate(self.asked):
            value = self.cleaned_data.get(f"word_{index}")
            if what == "date":
                found[what, text] = value.isoformat() if value else ""
            elif value:
                found[what, text] = "" if value == "-" else value
        return found


def _resembling(text: str, choices: Sequence[tuple[str, str]]) -> bool:
    """Whether a department that is there could be meant; one that resembles none is likely to be new."""
    names = [name.casefold() for _, name in choices]
    return bool(difflib.get_close_matches(text.casefold(), names, 1, 0.6))


class RowsForm(PageForm):
    """Rows with errors that are to be left out. `digest` names the preview in which their lines stand."""

    digest = forms.CharField(widget=Hidden, required=False, max_length=64)
    lines = Ticks(coerce=int, required=False, widget=forms.CheckboxSelectMultiple, label="Leave out")


class ApplyForm(PageForm):
    """Put what was shown into the plan. `digest` names what was shown."""

    digest = forms.CharField(widget=Hidden, required=False, max_length=64)
    reason = forms.CharField(
        max_length=2_000, required=False, label="Reason",
        help_text="Why this is brought in, such as “Quarterly sheet of the departments”. Kept in the history.",
    )  # fmt: skip
