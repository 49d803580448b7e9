"""What a row of a file can describe, and what a column of it can say. Plain values; the rooms below own the rules."""

from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "line", "text", "number", "date", "end", "status", "percent", "person", "people", "department", "choice", "goal",
    "strategy", "initiative", "priorities", "progress", "share", "goals",
]  # fmt: skip


@dataclass(frozen=True)
class Field:
    """What one column can say. `says` are the headings that mean it, in lower case and without what names the level.

    `end`: a date of which the last day of a month, quarter or year is meant. `longest`: characters.
    """

    key: str
    label: str
    shape: Shape
    says: tuple[str, ...] = ()
    longest: int = 0
    is_needed: bool = False
    vocabulary: str = ""  # of a choice: which words it takes, see meaning/words.py


@dataclass(frozen=True)
class Kind:
    """What a row describes."""

    key: str
    label: str
    one: str
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        return FIELDS[self.key][key]


NUMBER = ("number", "no", "nr", "num", "id", "code", "key", "ref", "reference", "identifier", "#")
TITLE = ("", "title", "name", "heading")
TEXT = ("description", "desc", "text", "summary", "details", "detail", "abstract", "narrative", "scope", "about")
LEAD = ("lead", "owner", "lead person", "executive sponsor", "sponsor", "champion", "accountable", "responsible person")
DUE = (
    "due", "due date", "deadline", "end", "end date", "finish", "finish date", "target date", "completion date",
    "target completion", "target completion date", "projected completion", "projected completion date", "due by",
    "complete by", "expected completion", "expected completion date", "planned end", "planned end date", "timeline end",
)  # fmt: skip
START = (
    "start", "start date", "begin", "begin date", "launch", "launch date", "kickoff", "kick off", "kickoff date",
    "planned start", "planned start date", "project start", "project start date", "from", "beginning",
)  # fmt: skip
OWNER = (
    "owner", "initiative owner", "project owner", "person responsible", "responsible", "responsible person",
    "responsible party", "assigned to", "assignee", "point of contact", "poc", "contact", "lead", "lead person",
    "project lead", "project manager", "manager", "accountable", "accountable person", "lead staff", "staff lead",
)  # fmt: skip
DEPARTMENT = (
    "department", "dept", "lead department", "lead dept", "lead agency", "agency", "responsible department", "office",
    "division", "bureau", "organization", "organisation", "organization abbreviation", "organisation abbreviation",
    "organization name", "organisation name", "agency name", "department name", "unit", "owning department",
)  # fmt: skip
STATUS = ("status", "current status", "state", "progress status", "health", "rag", "rag status", "overall status")
PERCENT = (
    "percent", "percent complete", "percent done", "% complete", "% done", "%", "pct", "pct complete", "progress",
    "progress %", "completion", "completion %", "completion percentage", "percentage", "percentage complete",
    "complete %",
)  # fmt: skip
SOURCE = ("source", "source link", "link", "url", "website", "web page")

_number = Field("number", "Number", "number", NUMBER, 10)
_title = Field("title", "Title", "line", TITLE, 200, is_needed=True)
_text = Field("text", "Text", "text", TEXT, 20_000)
_lead = Field("lead", "Lead", "person", LEAD)
_goal = Field("goal", "Focus area", "goal")
_goal_title = Field("goal_title", "Title of the focus area", "line", longest=200)
_strategy = Field("strategy", "Strategy", "strategy")
_strategy_title = Field("strategy_title", "Title of the strategy", "line", longest=200)
_initiative = Field("initiative", "Initiative", "initiative", is_needed=True)

PLAN = Kind(
    "plan", "The plan itself", "the plan",
    (
        Field("title", "Title", "line", longest=200, is_needed=True),
        Field("mission", "Mission", "text", longest=20_000),
        Field("introduction", "Introduction in plain words", "text", longest=20_000),
        Field("start_date", "Start date", "date"),
        Field("end_date", "End date", "end"),
    ),
)  # fmt: skip
PRIORITY = Kind(
    "priority", "Priorities", "priority",
    (
        Field("title", "Name", "line", TITLE, 100, is_needed=True),
        Field("meaning", "Meaning", "line", ("meaning", *TEXT), 300),
    ),
)  # fmt: skip
GOAL = Kind("goal", "Focus areas", "focus area", (_number, _title, _text, _lead))
STRATEGY = Kind("strategy", "Strategies", "strategy", (_goal, _goal_title, _number, _title, _text, _lead))
INITIATIVE = Kind(
    "initiative", "Initiatives", "initiative",
    (
        _goal,
        _goal_title,
        _strategy,
        _strategy_title,
        Field("number", "Number", "number", NUMBER, 20),
        _title,
        Field("summary", "Summary", "text", TEXT, 20_000),
        Field("owner", "Owner", "person", OWNER),
        Field("contributors", "Contributors", "people", (
            "contributors", "contributor", "team", "team members", "supporting staff", "support", "partners staff")),
        Field("lead_department", "Lead department", "department", DEPARTMENT),
        Field("start_date", "Start date", "date", START),
        Field("due_date", "Due date", "end", DUE),
        Field("horizon", "Horizon", "choice", (
            "horizon", "time frame", "timeframe", "term", "phase"), vocabulary="horizon"),
        Field("audience", "Audience", "choice", ("audience", "facing"), vocabulary="audience"),
        Field("visibility", "Visibility", "choice", (
            "visibility", "public", "publish", "is public"), vocabulary="visibility"),
        Field("priorities", "Priorities it serves", "priorities", (
            "priorities", "mayor priority", "mayors priority", "mayor s priority", "mayoral priority",
            "priorities it serves")),
        Field("source", "Source", "line", SOURCE, 500),
        Field("status", "Status", "status", STATUS),
        Field("percent", "Percent done", "percent", PERCENT),
        Field("happened", "What happened", "text", (
            "what happened", "update", "status update", "latest update", "progress update", "progress notes", "notes",
            "comment", "comments", "status notes", "accomplishments", "progress to date"), 10_000),
        Field("next_steps", "What is next", "text", ("what is next", "next steps", "next step", "next"), 10_000),
        Field("help_needed", "What help is needed", "text", (
            "what help is needed", "help needed", "help", "barriers", "issues", "risks", "challenges",
            "roadblocks"), 10_000),
        Field("review_date", "Review while on hold by", "end", ("review date", "review while on hold by")),
    ),
)  # fmt: skip
MILESTONE = Kind(
    "milestone", "Milestones", "milestone",
    (
        _initiative,
        Field("title", "Milestone", "line", TITLE, 300, is_needed=True),
        Field("due_date", "Due date", "end", DUE),
        Field("owner", "Owner", "person", OWNER),
        Field("department", "Department", "department", DEPARTMENT),
        Field("state", "State", "progress", STATUS),
        Field("completed_date", "Completed on", "date", (
            "completed on", "completed", "completed date", "date completed", "completion", "actual date", "done on")),
        Field("source", "Source", "line", SOURCE, 500),
    ),
)  # fmt: skip
COMMITMENT = Kind(
    "commitment", "Commitments", "commitment",
    (
        _initiative,
        Field("department", "Department", "department", DEPARTMENT, is_needed=True),
        Field("what", "What", "line", ("what", *TITLE, *TEXT), 500, is_needed=True),
        Field("due_date", "Due date", "end", DUE),
        Field("state", "State", "choice", STATUS, vocabulary="commitment"),
    ),
)  # fmt: skip
EVIDENCE = Kind(
    "evidence", "Why this plan", "finding",
    (
        Field("text", "Finding", "line", ("finding", "evidence", "survey finding"), 1_000, is_needed=True),
        Field("share", "Share of people, in percent", "share", ("share", "share of people", *PERCENT)),
        Field("goals", "Focus areas it bears on", "goals", ("focus areas", "bears on")),
        Field("source", "Where it was found", "line", ("source", "where it was found"), 500),
        Field("link", "Link to it", "line", ("link", "url", "website", "web page", "source link"), 500),
    ),
)  # fmt: skip

KINDS = {kind.key: kind for kind in (PLAN, PRIORITY, GOAL, STRATEGY, INITIATIVE, MILESTONE, COMMITMENT, EVIDENCE)}
FIELDS = {kind.key: {one.key: one for one in kind.fields} for kind in KINDS.values()}

# Of an initiative: what a column says of how it stands, which becomes a status update of its own.
SAID = ("status", "percent", "happened", "next_steps", "help_needed", "review_date")
