"""Days are taken in every common way of writing them, in forms, in addresses and in pasted lists; one way is shown."""

import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from goals.models import Holiday
from planapp.checks import date_style_is_known
from records.days import show_days
from records.typed_days import days_and_rest, read_day
from reports.models import QuarterSnapshot
from reports.snapshots.integrity import first_finding
from tests.goals.test_views_structure import form_at, sent
from web.forms import Day, FilterForm

THANKSGIVING = date(2026, 11, 26)
FASHIONS = [
    "26 Nov 2026", "26 November 2026", "Nov 26, 2026", "November 26 2026", "11/26/2026", "11/26/26",
    "2026-11-26", "2026/11/26", "26.11.2026", "26/11/2026", "11-26-2026", "26-Nov-2026", "26-Nov-26",
    "Thu, Nov 26, 2026", "Thursday 26 November 2026", "26th of November 2026", "Nov. 26th, 2026",
    "2026-11-26T00:00:00Z", "11/26/2026 12:00 AM", " 26\u00a0Nov\u202f2026 ", "2026\u201111\u201126",
    "２０２６-11-26", "26NOV2026", "\u200e11/26/2026\u200e",
]  # fmt: skip


@pytest.mark.parametrize("text", FASHIONS)
def test_a_day_is_read_however_it_is_written(text):
    assert read_day(text) == THANKSGIVING

    class Form(forms.Form):
        day = Day(label="Day")

    assert Form({"day": text}).is_valid()
    assert 'value="26 Nov 2026"' in str(Form(initial={"day": THANKSGIVING})["day"])


@pytest.mark.parametrize(("text", "day"), [("11/12/2026", date(2026, 11, 12)), ("11.12.2026", date(2026, 12, 11))])
def test_what_can_be_read_twice_is_read_as_the_city_writes(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30 Feb 2026", "“30 Feb 2026” is no day of the calendar"),
        ("13/13/2026", "“13/13/2026” is no day of the calendar"),
        ("soon", "“Day” must be a real date, such as 26 Nov 2026, 11/26/2026 or 2026-11-26."),
        ("26 Nov", "“Day” must be a real date"),
        ("2026", "“Day” must be a real date"),
        ("26 Nov 1226", "is not a year a plan speaks of"),
        ("9" * 5000, "“Day” must be a real date"),
    ],
)
def test_what_is_none_is_said(text, sentence):
    class Form(FilterForm):
        day = Day(label="Day")

    assert sentence in str(Form({"day": text}).errors)


def test_every_page_takes_a_day_as_people_write_it_and_shows_none_in_the_browsers_fashion(world, sign_in):
    client = sign_in(world.cast.viewer)
    for text in ("30 Sep 2026", "9/30/2026", "Sep 30, 2026"):
        answer = client.get("/initiatives/", {"as_of": text})
        assert (answer.status_code, answer.context["when"].day) == (200, date(2026, 9, 30))
    admin = sign_in(world.cast.admin)
    for path in (
        reverse("initiatives:initiative-edit", args=[world.initiative.pk]),
        reverse("goals:plan-edit", args=[world.plan.slug]),
        reverse("initiatives:initiative-list"),
        reverse("people:audit-log"),
        reverse("reminders:preferences"),
    ):
        assert 'type="date"' not in admin.get(path).content.decode(), path


LISTS = {
    "2026-11-26\tThanksgiving Day\n2026-12-25\tChristmas": "a tab",
    "11/26/2026,Thanksgiving Day\r\n12/25/2026,Christmas": "US dates and commas",
    "Thanksgiving Day\tNov 26, 2026\nChristmas\tDec 25, 2026": "the name first",
    "26 Nov 2026; Thanksgiving Day\n25 Dec 2026; Christmas": "semicolons",
    "\u00a011/26/2026\u00a0\u00a0Thanksgiving Day\n\u00a0\n12/25/2026\u00a0Christmas\u00a0": "non-breaking blanks",
    '"Thanksgiving Day","Thursday, November 26, 2026"\n"Christmas","Friday, December 25, 2026"': "quoted",
    "2026-11-26 – Thanksgiving Day\n2026-12-25: Christmas": "dashes",
}


@pytest.mark.parametrize("text", LISTS, ids=LISTS.values())
def test_holidays_are_taken_as_a_spreadsheet_gives_them(plan, cast, sign_in, text):
    client, edit = sign_in(cast.manager), reverse("goals:plan-edit", args=[plan.slug])
    assert client.post(edit, sent(form_at(client, edit), holidays=text)).status_code == 302
    held = list(Holiday.objects.filter(plan=plan).values_list("day", "name"))
    assert held == [(THANKSGIVING, "Thanksgiving Day"), (date(2026, 12, 25), "Christmas")]


def test_days_in_one_line_are_days_each():
    assert days_and_rest("2026-11-26, 12/25/2026\t1 Jan 2027") == (
        [THANKSGIVING, date(2026, 12, 25), date(2027, 1, 1)],
        "",
    )


def test_the_wrong_line_is_named_and_shown_as_it_is(plan, cast, sign_in):
    client, edit = sign_in(cast.manager), reverse("goals:plan-edit", args=[plan.slug])
    answer = client.post(edit, sent(form_at(client, edit), holidays="11/26/2026 A\n\nThe day after\n2/30/2027 B"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Holidays: line 3, “The day after”, names no day" in text
    assert "Holidays: line 4, “2/30/2027 B”, names no day" in text
    assert "line 1" not in text


@pytest.mark.parametrize("text", ["30, 7, 1", "30\t7\t1", "30;7;1", "30\u00a07\u00a01", "30\n7\n1", " 30 , 7,1, "])
def test_numbers_of_days_are_split_at_anything(plan, cast, sign_in, text):
    client, edit = sign_in(cast.manager), reverse("goals:plan-edit", args=[plan.slug])
    assert client.post(edit, sent(form_at(client, edit), due_soon_days=text)).status_code == 302
    plan.refresh_from_db()
    assert plan.due_soon_days == [30, 7, 1]


def test_the_wrong_number_is_named(plan, cast, sign_in):
    client, edit = sign_in(cast.manager), reverse("goals:plan-edit", args=[plan.slug])
    answer = client.post(edit, sent(form_at(client, edit), due_soon_days="30, seven, 1"))
    assert "not “seven”" in answer.content.decode()


PRIVATE = re.compile(r"""%-?d\b|%[bB]\b|\|date:.[^"']*[MFjN]|\|date *\}|date_format\(""")


def test_one_place_says_how_a_day_is_shown():
    """records/days.py alone; a day as data (ISO) and the name of a weekday are no such wording."""
    root = settings.BASE_DIR
    rooms = {config.name for config in apps.get_app_configs() if Path(config.path).parent == root} | {"planapp"}
    files = [*root.glob("templates/**/*.html"), *root.glob("templates/**/*.txt")]
    files += [path for room in rooms for path in (root / room).glob("**/*.py")]
    texts = {str(path.relative_to(root)): path.read_text().replace("%Y-%m-%d", "") for path in files}
    texts = {name: re.sub(r"""\br?b"[^"]*\"""", "", text) for name, text in texts.items()}  # bytes are no words
    assert len(texts) > 300
    assert [name for name, text in texts.items() if PRIVATE.search(text)] == ["records/days.py"]


@pytest.fixture
def month_first():
    show_days("month first")
    yield
    show_days("day first")


@pytest.mark.usefixtures("month_first")
def test_a_city_that_writes_the_month_first_reads_it_everywhere(world, sign_in):
    """Pages, hints, refusals, the report and its files; no day is left in the other way."""
    client, snapshot = sign_in(world.cast.admin), QuarterSnapshot.objects.get()
    initiative = reverse("initiatives:initiative-detail", args=[world.initiative.pk])
    report = reverse("reports:report-detail", args=[world.plan.slug, snapshot.period.slug])
    export = reverse("reports:report-export", args=[world.plan.slug, snapshot.period.slug, "html"])
    pages = [initiative, f"{initiative}history/", f"{initiative}edit/", "/", report, export, f"{initiative}?as_of=soon"]
    texts = {}
    for path in pages:
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        texts[path] = body.decode()
    other = re.compile(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b")
    assert {path: found for path, text in texts.items() if (found := other.findall(text))} == {}
    assert "Sep 1, 2026" in texts[initiative]
    assert "Sep 30, 2026" in texts[report]
    assert "Sep 30, 2026" in texts[export]
    assert "Write it like Nov 26, 2026." in texts[pages[-1]]
    assert Day().help_text == "Such as Nov 26, 2026 or 11/26/2026."
    edit = client.post(f"{initiative}edit/", {"start_date": "tomorrow"}).content.decode()
    assert "such as Nov 26, 2026, 11/26/2026 or 2026-11-26" in edit
    assert Day().clean("Nov 26, 2026") == Day().clean("26 Nov 2026")


@pytest.mark.usefixtures("month_first")
def test_how_days_are_shown_changes_no_hash_of_a_closed_quarter(world):
    assert first_finding(QuarterSnapshot.objects.get()) is None


def test_a_way_of_showing_days_that_is_none_is_refused_at_the_start(settings):
    settings.DATE_STYLE = "year first"
    assert [error.id for error in date_style_is_known(None)] == ["planapp.E010"]
    settings.DATE_STYLE = "month first"
    assert date_style_is_known(None) == []
