"""Sample activity as acts: each initiative lives one of a few stories, from the beginning of the window until now.

A story decides how the reported status goes, when the last update was and what becomes of the milestones. Everything
else (days, sentences, figures) comes from a random generator seeded for that initiative alone, so that changing one
initiative's story leaves the others as they were.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from demo.source import RealInitiative, sample
from demo.structure import created_at, initiatives, original_number
from demo.timeline import Timeline, World, office_hour, working_day
from goals.models import Sourced
from initiatives.models import Initiative, Status
from initiatives.services import (
    TypedInto,
    acknowledge_update,
    add_comment,
    add_milestone,
    complete_milestone,
    correct_status_update,
    hand_over,
    override_status,
    record_no_change,
    record_status_update,
    save_draft,
    update_initiative,
    update_milestone,
)
from people.models import User
from people.services import update_user
from records.asof import local_day
from records.audit import Act
from records.models import Channel

ON_TRACK, AT_RISK, OFF_TRACK = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
MOODS = {ON_TRACK: "good", AT_RISK: "worried", OFF_TRACK: "bad", Status.COMPLETED: "good"}

DOORS = (Channel.WEB, Channel.EMAIL_LINK)  # through which "no change" comes in


@dataclass(frozen=True)
class Story:
    """`arc` gives the status at a share (0 to 1) of the way; `last` the newest update's age in days, from and to."""

    arc: Callable[[float], str] = lambda share: ON_TRACK
    last: tuple[int, int] = (6, 52)
    repeats: float = 0.2  # how often an update says "no change"
    wobbles: float = 0.12  # how often an update in the middle says "at risk"
    is_quiet: bool = False  # nothing happened since the last update, so nothing fell due either
    counts_percent: bool = True


def _recovering(share: float) -> str:
    return AT_RISK if 0.35 < share < 0.75 else ON_TRACK


def _worsening(share: float) -> str:
    return ON_TRACK if share < 0.5 else AT_RISK if share < 0.8 else OFF_TRACK


STORIES = {
    "steady": Story(),
    "service": Story(repeats=0.7, wobbles=0, counts_percent=False),
    "recovered": Story(arc=_recovering),
    "at_risk": Story(arc=lambda share: ON_TRACK if share < 0.7 else AT_RISK),
    "off_track": Story(arc=_worsening, repeats=0),
    "slipped_twice": Story(arc=lambda share: ON_TRACK if share < 0.6 else AT_RISK, repeats=0),
    "on_hold": Story(arc=lambda share: ON_TRACK if share < 0.65 else Status.ON_HOLD, is_quiet=True, repeats=0),
    "finished": Story(arc=lambda share: ON_TRACK if share < 1 else Status.COMPLETED, last=(30, 200), repeats=0),
    "stale": Story(last=(100, 190), is_quiet=True),
    "needs_update": Story(last=(94, 94), is_quiet=True, repeats=0),
    "overdue": Story(last=(41, 41), repeats=0),
    "overridden": Story(last=(20, 30)),
    "due_this_week": Story(last=(24, 24), repeats=0),
    "owner_left": Story(last=(58, 58), is_quiet=True),
    "not_started": Story(
        arc=lambda share: Status.NOT_STARTED, last=(20, 50), is_quiet=True, repeats=0, counts_percent=False
    ),
    "corrected": Story(repeats=0, last=(12, 12)),
}


def sample_layer(timeline: Timeline, *, seed: int, scale: int) -> None:
    """What people have said and done on every initiative that is not over by its own source."""
    for row in initiatives(scale):
        name = sample()["initiatives"][original_number(row)][2]
        if name in STORIES:
            Teller(timeline, row, name, random.Random(f"{seed}/{row.number}")).tell()  # noqa: S311 - no secret


class Teller:
    """Puts the life of one initiative on the timeline."""

    def __init__(self, timeline: Timeline, row: RealInitiative, name: str, rng: random.Random) -> None:
        theme, owner, _, _ = sample()["initiatives"][original_number(row)]
        self.timeline, self.row, self.name, self.rng, self.owner = timeline, row, name, rng, owner
        self.story = STORIES[name]
        self.theme = sample()["themes"][theme]
        self.created = created_at(timeline, row)
        self.lead = sample()["goal_leads"][row.goal_number]
        self.sentences = {mood: _endless(self.theme[mood], rng) for mood in ("good", "worried", "bad", "next", "help")}
        first = local_day(self.created)
        self.done: list[tuple[datetime, str]] = []  # milestones met, for the updates to speak of
        self.last_day = max(timeline.days_ago(rng.randint(*self.story.last)), first)

    def tell(self) -> None:
        self._milestones()
        self._updates()
        special = getattr(self, f"_{self.name}", None)
        if special is not None:
            special()

    # ------------------------------------------------------------------------------------------------------ updates

    def _updates(self) -> None:
        days = self._days_of_updates()
        first, last = self.rng.randint(1, 4) * 5, self.rng.randint(12, 18) * 5
        before = ""
        for index, day in enumerate(days):
            share = index / (len(days) - 1) if len(days) > 1 else 1.0
            status = self.story.arc(share)
            if status == ON_TRACK and 0 < share < 1 and self.rng.random() < self.story.wobbles:
                status = AT_RISK
            percent = round((first + (last - first) * share) / 5) * 5 if self.story.counts_percent else None
            at = office_hour(day, self.rng)
            key = f"{self.row.number}/{index}"
            if status == before and self.rng.random() < self.story.repeats:
                self.timeline.add(at, partial(self._say_no_change, key, self.rng.choice(DOORS)))
            else:
                words = self._words(status, 100 if status == Status.COMPLETED else percent, at)
                self.timeline.add(at, partial(self._say, key, words))
            if self.rng.random() < 0.8:
                soon = office_hour(working_day(day + timedelta(days=self.rng.randint(1, 4))), self.rng)
                self.timeline.add(soon, partial(self._acknowledge, key))
            before = status

    def _days_of_updates(self) -> list[date]:
        days = []
        day = local_day(self.created) + timedelta(days=self.rng.randint(8, 30))
        while day < self.last_day - timedelta(days=25):
            days.append(day)
            forgotten = self.rng.random() < 0.1
            day += timedelta(days=self.rng.randint(96, 125) if forgotten else self.rng.randint(35, 78))
        return [*days, self.last_day]

    def _words(self, status: str, percent: int | None, at: datetime) -> dict[str, object]:
        words: dict[str, object] = {"status": status, "percent": percent}
        if status == Status.ON_HOLD:
            return words | {"happened": self.rng.choice(sample()["hold_reasons"])}
        if status == Status.NOT_STARTED:
            return words | {"happened": self.rng.choice(sample()["not_started"])}
        mood = MOODS[Status(status)]
        happened = [next(self.sentences[mood])]
        if mood != "good" or self.rng.random() < 0.4:
            happened.append(next(self.sentences["good"]))
        if status == Status.COMPLETED:
            return words | {"happened": f"Finished. {happened[0]} Day-to-day care goes on as a service."}
        happened += [f"“{title}” is done." for met, title in self.done if met < at]
        self.done = [(met, title) for met, title in self.done if met >= at]
        words |= {"happened": " ".join(happened), "next_steps": next(self.sentences["next"])}
        if mood != "good" or self.rng.random() < 0.15:
            words["help_needed"] = next(self.sentences["help"])
        return words

    def _say(self, key: str, words: dict[str, object], world: World, at: datetime) -> None:
        world.updates[key] = record_status_update(
            initiative=self._initiative(world), words=words, act=self._act(world, at)
        )

    def _say_no_change(self, key: str, channel: str, world: World, at: datetime) -> None:
        world.updates[key] = record_no_change(
            initiative=self._initiative(world), act=Act(by=world.people[self.owner], at=at, channel=channel)
        )

    def _acknowledge(self, key: str, world: World, at: datetime) -> None:
        acknowledge_update(update=world.updates[key], act=Act(by=world.people[self.lead], at=at))

    # --------------------------------------------------------------------------------------------------- milestones

    def _milestones(self) -> None:
        titles = self.theme["milestones"]
        chosen = sorted(self.rng.sample(range(len(titles)), min(len(titles), self.rng.randint(4, 5))))
        first = local_day(self.created) + timedelta(days=45)
        end = (
            self.last_day - timedelta(days=4) if self.name == "finished" else self.timeline.today + timedelta(days=170)
        )
        step = max((end - first) // max(len(chosen) - 1, 1), timedelta(days=1))
        for place, index in enumerate(chosen):
            due = working_day(first + step * place + timedelta(days=self.rng.randint(-8, 8)))
            self._milestone(f"{self.row.number}/sample {place}", titles[index], due)

    def _milestone(self, key: str, title: str, due: date) -> None:
        today = self.timeline.today
        is_over = due <= (self.last_day if self.story.is_quiet else today)
        if not is_over and due <= today + timedelta(days=9):
            due = working_day(today + timedelta(days=self.rng.randint(16, 60)))  # nothing falls due by accident
        agreed = due
        if is_over and self.name == "steady" and self.rng.random() < 0.2:
            agreed = due - timedelta(days=self.rng.randint(14, 45))
        self._plan_milestone(key, title, agreed)
        if agreed != due:
            self._move(key, agreed - timedelta(days=self.rng.randint(2, 9)), due)
        if is_over:
            early_or_late = self.rng.randint(4, 24) if self.rng.random() < 0.2 else self.rng.randint(-9, 2)
            day = min(due + timedelta(days=early_or_late), self.timeline.days_ago(1))
            at = self._not_before_creation(day)
            self.timeline.add(at, partial(self._complete, key))
            self.done.append((at, title))

    def _plan_milestone(self, key: str, title: str, due: date) -> None:
        at = self.created + timedelta(days=3, hours=1)
        self.timeline.add(min(at, self.timeline.now - timedelta(hours=2)), partial(self._add, key, title, due))

    def _move(self, key: str, day: date, due: date) -> None:
        reason = self.rng.choice(sample()["slip_reasons"])
        self.timeline.add(self._not_before_creation(day), partial(self._put_off, key, due, reason))

    def _not_before_creation(self, day: date) -> datetime:
        return max(office_hour(day, self.rng), self.created + timedelta(days=3, hours=2))

    def _add(self, key: str, title: str, due: date, world: World, at: datetime) -> None:
        fields = {"title": title, "due_date": due, "basis": Sourced.Basis.SAMPLE}
        world.milestones[key] = add_milestone(
            initiative=self._initiative(world), fields=fields, act=self._act(world, at)
        )

    def _complete(self, key: str, world: World, at: datetime) -> None:
        complete_milestone(milestone=world.milestones[key], act=self._act(world, at))

    def _put_off(self, key: str, due: date, reason: str, world: World, at: datetime) -> None:
        act = self._act(world, at, reason)
        update_milestone(milestone=world.milestones[key], fields={"due_date": due}, act=act)

    # ------------------------------------------------------------------------------------------------ special turns

    def _overdue(self) -> None:
        """A milestone nine days past its date, and the owner has begun to write why."""
        self._plan_milestone(f"{self.row.number}/late", "Pilot group of applicants finished", self.timeline.days_ago(9))
        self.timeline.add(self.timeline.now - timedelta(hours=20), self._draft)

    def _overridden(self) -> None:
        self._plan_milestone(f"{self.row.number}/late", "All refuse trucks send data", self.timeline.days_ago(16))
        self.timeline.add(office_hour(self.timeline.days_ago(8), self.rng), self._override)

    def _due_this_week(self) -> None:
        day = working_day(self.timeline.today + timedelta(days=2))
        self._plan_milestone(f"{self.row.number}/soon", "Accessibility statement published", day)

    def _slipped_twice(self) -> None:
        key = f"{self.row.number}/slips"
        dues = [working_day(self.timeline.today + timedelta(days=days)) for days in (-75, -20, 48)]
        self._plan_milestone(key, "Everything handed over to daily use", dues[0])
        self._move(key, dues[0] - timedelta(days=6), dues[1])
        self._move(key, dues[1] - timedelta(days=4), dues[2])
        self.timeline.add(office_hour(dues[1] - timedelta(days=3), self.rng), self._move_initiative)

    def _owner_left(self) -> None:
        self.timeline.add(office_hour(self.timeline.days_ago(23), self.rng), self._leave)

    def _corrected(self) -> None:
        at = office_hour(self.last_day, self.rng) + timedelta(hours=26)
        self.timeline.add(at, self._correct)

    def _at_risk(self) -> None:
        """Whoever leads the focus area asks about the newest update, and the owner answers."""
        rng = random.Random(f"comments on {self.row.number}")  # noqa: S311 - no secret
        asked, answered = rng.choice(sample()["comments"])
        day = working_day(self.last_day + timedelta(days=1))
        said = [(self.lead, asked, day), (self.owner, answered, working_day(day + timedelta(days=1)))]
        for (by, text, on), (other, _, _) in zip(said, reversed(said), strict=True):
            self.timeline.add(office_hour(on, rng), partial(self._comment, by, text, other))

    _off_track = _at_risk

    def _comment(self, by: str, text: str, to: str, world: World, at: datetime) -> None:
        update = self._initiative(world).status_updates.latest("recorded_at")
        act = Act(by=world.people[by], at=at)
        add_comment(update=update, text=text, mentioned=world.people[to], act=act)

    def _draft(self, world: World, at: datetime) -> None:
        content = {
            "status": AT_RISK,
            "percent": "55",
            "happened": "The pilot group is two businesses short. Invitations went out again through the Commerce ",
            "next_steps": "",
            "help_needed": "",
        }
        author, form = world.people[self.owner], TypedInto("sample")
        save_draft(initiative=self._initiative(world), author=author, typed_into=form, content=content, at=at)

    def _override(self, world: World, at: datetime) -> None:
        act = Act(by=world.people["manager"], at=at, reason=sample()["override_reason"])
        override_status(initiative=self._initiative(world), status=AT_RISK, act=act)

    def _move_initiative(self, world: World, at: datetime) -> None:
        row = self._initiative(world)
        row.refresh_from_db()
        if row.due_date is not None:
            later = {"due_date": row.due_date + timedelta(days=62)}
            act = self._act(world, at, self.rng.choice(sample()["slip_reasons"]))
            update_initiative(initiative=row, fields=later, act=act)

    def _leave(self, world: World, at: datetime) -> None:
        act = Act(by=world.people["manager"], at=at, reason="The owner changed to another City department.")
        leaver = world.people[self.owner]
        hand_over(leaver=leaver, to=None, act=act)
        update_user(user=leaver, fields={"is_active": False}, act=act)

    def _correct(self, world: World, at: datetime) -> None:
        update = self._initiative(world).status_updates.latest("recorded_at")
        words = {"happened": f"{update.happened} (Two managers agreed, not three.)"}
        correct_status_update(update=update, words=words, act=self._act(world, at, "A number was wrong."))

    def _initiative(self, world: World) -> Initiative:
        return world.initiatives[self.row.number]

    def _act(self, world: World, at: datetime, reason: str = "") -> Act:
        by: User = world.people[self.owner]
        return Act(by=by, at=at, reason=reason)


def _endless(sentences: list[str], rng: random.Random) -> Iterator[str]:
    """The sentences in a shuffled order, over and over."""
    order = rng.sample(sentences, len(sentences))
    while True:
        yield from order
