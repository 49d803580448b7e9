"""What is known of an initiative, and how it is judged: effective status, better or worse, needs attention, slipped.

Plain values in, plain values out; pages, mails, API, snapshots, reports and files all judge by this module. What has to
filter, sort and count in the database is said once more in SQL (selectors/status.py, selectors/attention.py), and tests
compare the two over every combination. `InitiativeColumns` is the one list of what pages, API, snapshots and reports
share of an initiative.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Generic, NamedTuple, Protocol, TypeVar

from web.shares import percent
from web.spans import in_words

OFF_TRACK = "off_track"
NO_CURRENT_UPDATE = "no_current_update"
AT_RISK = "at_risk"
NOT_STARTED = "not_started"
ON_TRACK = "on_track"
ON_HOLD = "on_hold"
COMPLETED = "completed"
CANCELLED = "cancelled"

# Best first, then waiting, then ended, then unknown: bars, legends and tables of numbers.
BAR_ORDER = (COMPLETED, ON_TRACK, AT_RISK, OFF_TRACK, ON_HOLD, NOT_STARTED, CANCELLED, NO_CURRENT_UPDATE)
SEVERITY = (OFF_TRACK, NO_CURRENT_UPDATE, AT_RISK)  # what asks for attention by itself, the worst first
CLOSED = frozenset({COMPLETED, CANCELLED})
SILENT = CLOSED | {ON_HOLD}  # nobody is reminded, and no date is late
DECIDED = frozenset({ON_HOLD, CANCELLED})  # a decision, neither good nor bad
# From worse to better. Silence is better than off track only where it ends: whoever falls silent stands worse.
RANK = {status: rank for rank, status in enumerate((*SEVERITY, NOT_STARTED, ON_TRACK, COMPLETED))}

UNCHANGED, BETTER, WORSE, CHANGED, NEW, GONE = "unchanged", "better", "worse", "changed", "new", "gone"
LONGEST = 160  # characters of a person's own words inside a reason


@dataclass(frozen=True)
class InitiativeColumns:
    """An initiative as it stood. Days are local days, instants in plan time; labels and names are those of the moment.

    A text that is missing is "". `review_date` stands last: frozen rows hold it only where it is set (docs/adr/0012).
    """

    number: str
    sort_key: str
    title: str
    summary: str
    basis: str
    source: str
    goal_number: str
    goal_title: str
    strategy_number: str
    strategy_title: str
    owner_name: str
    department_abbreviation: str
    department_name: str
    horizon: str
    audience: str
    visibility: str
    start_date: date
    due_date: date | None
    baseline_due_date: date | None
    slip_count: int
    effective_status: str
    effective_label: str
    reported_status: str
    reported_label: str
    override_status: str
    override_label: str
    override_reason: str
    is_stale: bool
    percent: int | None
    last_updated_at: datetime | None
    author_name: str
    happened: str
    next_steps: str
    help_needed: str
    milestones_total: int
    milestones_met: int
    milestones_overdue: int
    next_milestone_due: date | None
    review_date: date | None

    @property
    def is_open(self) -> bool:
        return self.effective_status not in CLOSED

    @property
    def shows_lateness(self) -> bool:
        """Whether "41 days late" belongs beside its due date: what is closed or on hold is silent."""
        return self.effective_status not in SILENT

    @property
    def differs(self) -> bool:
        """Whether what is shown is not what was reported, so that both must be shown."""
        return bool(self.reported_status) and self.effective_status != self.reported_status

    @property
    def last_updated_day(self) -> date | None:
        return self.last_updated_at.date() if self.last_updated_at else None

    @property
    def progress_percent(self) -> int | None:
        """Milestones met of those not cancelled; None without milestones (rule B-09)."""
        return percent(self.milestones_met, self.milestones_total)

    @property
    def slip_days(self) -> int:
        """Between the due date first agreed and the present one."""
        return slip_days(self.baseline_due_date, self.due_date)


class Reason(NamedTuple):
    """Why an initiative needs attention: `words` without a full stop, and the beginning of what a person wrote."""

    words: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.words}: {self.detail}" if self.detail else f"{self.words}."


def update_due(last_update: date | None, start: date, expected_days: int) -> date:
    """The last local day on which nothing is stale: from the next on, the last update is too old (rule G5)."""
    return (last_update or start) + timedelta(days=expected_days)


def decided(*, reported: str, override: str, has_late_milestone: bool, is_stale: bool) -> str:
    """The effective status: the first rule that applies (docs/adr/0003)."""
    if reported in SILENT:
        return reported
    if override:
        return override
    if has_late_milestone:
        return OFF_TRACK
    return NO_CURRENT_UPDATE if is_stale else reported or NOT_STARTED


def verdict(before: str, after: str) -> str:
    """What a change of effective status amounts to: UNCHANGED, BETTER, WORSE, or CHANGED where a decision made it.

    To fall silent is worse, whatever it was: nobody knows any more.
    """
    if before == after:
        return UNCHANGED
    if before in DECIDED or after in DECIDED:
        return CHANGED
    return WORSE if after == NO_CURRENT_UPDATE or RANK[after] < RANK[before] else BETTER


def asks_for_attention(status: str, *, is_loud: bool, is_review_due: bool) -> bool:
    """Whether there is any reason, by effective status. Loud: silent for too long, past its end, nobody's, or in need
    of help. This is what the database counts by; `reasons` says why.
    """
    if status == ON_HOLD:
        return is_review_due
    return status not in CLOSED and (is_loud or status in {OFF_TRACK, AT_RISK})


def needs_attention(row: InitiativeColumns, day: date) -> bool:
    return next(_reasons(row, day), None) is not None


def reasons(row: InitiativeColumns, day: date) -> tuple[Reason, ...]:
    """Every reason why it needs attention on a day; none for what is closed.

    On hold needs none until the day set for its review has passed.
    """
    return tuple(_reasons(row, day))


def sentences(row: InitiativeColumns, day: date) -> tuple[str, ...]:
    """The reasons on a page that has no other place for what a person wrote."""
    return tuple(reason.sentence for reason in _reasons(row, day))


def _reasons(row: InitiativeColumns, day: date) -> Iterator[Reason]:
    if row.effective_status in CLOSED:
        return
    if row.effective_status == ON_HOLD:
        if row.review_date and row.review_date < day:
            yield Reason(f"Its review while on hold was due {in_words((day - row.review_date).days)} ago")
        return
    yield from _of_status(row)
    if row.due_date and row.due_date < day:
        yield Reason(f"Its due date passed {in_words((day - row.due_date).days)} ago")
    if row.is_stale and row.last_updated_day:
        yield Reason(f"Last update {in_words((day - row.last_updated_day).days)} ago")
    elif row.is_stale:
        yield Reason(f"No update since it began {in_words((day - row.start_date).days)} ago")
    if not row.owner_name:
        yield Reason("Nobody owns it")
    if row.help_needed:
        yield Reason("Asks for help", shortened(row.help_needed))


def severity(row: InitiativeColumns) -> int:
    """Sorts what is worst first."""
    return SEVERITY.index(row.effective_status) if row.effective_status in SEVERITY else len(SEVERITY)


def _of_status(row: InitiativeColumns) -> Iterator[Reason]:
    """Off track or at risk, by whom or by what. A calm override answers for late milestones."""
    if row.effective_status not in {OFF_TRACK, AT_RISK}:
        return
    if row.override_status:
        reason = shortened(row.override_reason).rstrip(".")
        yield Reason(f"Set to {row.override_label.lower()} by hand" + (f": {reason}" if reason else ""))
    elif not row.milestones_overdue:
        yield Reason(f"Reported {row.effective_label.lower()}", shortened(row.happened))
    if row.milestones_overdue:
        late = "is" if row.milestones_overdue == 1 else "are"
        yield Reason(f"{counted(row.milestones_overdue, 'milestone')} {late} late")


class _Due:
    """What has a date and, as long as it is open, can be late."""

    due_date: date | None

    @property
    def is_open(self) -> bool:
        raise NotImplementedError

    def is_late(self, day: date) -> bool:
        return self.is_open and self.due_date is not None and self.due_date < day


class MilestoneJudgement(_Due):
    """How a milestone stands, judged by its own dates."""

    baseline_due_date: date | None
    completed_date: date | None
    is_cancelled: bool

    @property
    def is_open(self) -> bool:
        return self.completed_date is None and not self.is_cancelled

    @property
    def slip_days(self) -> int:
        return slip_days(self.baseline_due_date, self.due_date)


NOT_PROMISED = frozenset({"declined", "withdrawn"})


class CommitmentJudgement(_Due):
    """How a commitment stands, judged by its state and its date."""

    state: str

    @property
    def is_open(self) -> bool:
        return self.state in {"proposed", "accepted"}


class Compared(Protocol):
    """As much of an initiative as a comparison reads."""

    @property
    def sort_key(self) -> str: ...
    @property
    def effective_status(self) -> str: ...
    @property
    def due_date(self) -> date | None: ...


R = TypeVar("R", bound=Compared)


@dataclass(frozen=True)
class Pair(Generic[R]):
    """One initiative at two moments; `before` or `after` is None where it was not in the plan."""

    before: R | None
    after: R | None
    verdict: str

    @property
    def row(self) -> R:
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair has at least one side
        return found


def compared(before: Mapping[int, R], after: Mapping[int, R]) -> list[Pair[R]]:
    """Every initiative of either moment with its verdict, in the plan's order. Keys: the initiatives' ids."""
    keys = sorted({**before, **after}.items(), key=lambda item: (item[1].sort_key, item[0]))
    return [_pair(before.get(key), after.get(key)) for key, _ in keys]


def _pair(before: R | None, after: R | None) -> Pair[R]:
    if before is None:
        return Pair(before, after, NEW)
    if after is None:
        return Pair(before, after, GONE)
    return Pair(before, after, verdict(before.effective_status, after.effective_status))


def slip_days(agreed: date | None, due: date | None) -> int:
    """Calendar days a date lies after the one agreed before; 0 where it did not move later."""
    return max(0, (due - agreed).days) if agreed is not None and due is not None else 0


def slip_words(days: Iterable[int]) -> str:
    """What follows the count of slipped dates: "dates slipped by a median of 41 days"."""
    slips = list(days)
    if not slips:
        return "dates slipped"
    by = counted(round(median(slips)), "day")
    return f"date slipped by {by}" if len(slips) == 1 else f"dates slipped by a median of {by}"


def counted(count: int, noun: str, nouns: str = "") -> str:
    """ "1 day", "2,001 days", and where adding an s will not do, with `nouns`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def shortened(text: str) -> str:
    """One line of what somebody wrote, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"
