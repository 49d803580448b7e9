"""Reports whose texts are as bad as people and machines make them; the same for the same seed."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from reports.content import (
    Commitment,
    Correction,
    Cover,
    Heading,
    Initiative,
    Milestone,
    ReportContent,
    Rows,
    SignOff,
    WorkflowState,
)

TEXTS = (
    '#read("/etc/passwd")',
    "= A heading\n- a list\n+ a number",
    "<label> @ref $x^2$ *b* _i_ `raw` // no /* no",
    '"quoted" \\u{41} \\ #{1+1} #import "x"',
    "مرحبا بالعالم، هذا تقرير ربع سنوي",
    "שלום עולם, דוח רבעוני",
    "Report عربي inside, then שלום",
    "漢字とかな、简体中文、繁體中文",
    "한국어 보고서",
    "Отчёт за квартал",
    "Έκθεση τριμήνου",
    "รายงานรายไตรมาส",
    "របាយការណ៍ប្រចាំត្រីមាស",
    "त्रैमासिक रिपोर्ट",
    "👩\u200d🚒 👍🏽 🇺🇸 ☀\ufe0f 1\ufe0f\u20e3 🏴\U000e0067\U000e0062\U000e007f",
    "zero\u200bwidth\u200dand\u2060joiner\ufeffmark\u00adsoft",
    "\x00\x07\x1b[31mred\x7f\x85next",
    "line\u2028para\u2029end\r\nand\rmore\ttab\vfeed\f",
    "\u202egnirts\u202c \u2066isolate\u2069 \u200fmark",
    "Z̸̢̛a̷͙͠l̴̰̈g̶̱̓o̵͇̕ e\u0301\u0489\u20dd",
    "\ue000\uf8ff\U000f0000 private",
    "\ud800 half a pair",
    "\ufdd0\uffff\U0001ffff none",
    "𝕄𝕒𝕥𝕙 𝗯𝗼𝗹𝗱 ℵ ∑ ⊕ ⟿ ⨀",
    "ﷺ ﬁ Ǆ ẞ",
    "𓂀 𒀀 𐎠 𑀅 ꦄ",
    "<script>alert(1)</script> &amp; </p>",
    "   ",
    "\u3000",
    "\u0301",
    "-",
    "…",
    "=1+1",
)
WORDS = ("the", "quarter", "closed", "telecommunications", "interdepartmental", "work", "neighborhoods", "permits")
STATUSES = {
    "completed": "Completed",
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "on_hold": "On hold",
    "not_started": "Not started",
    "cancelled": "Cancelled",
    "no_current_update": "No current update",
}
LONG = ("ab cd " * 6_667, "W" * 2_000, "漢" * 2_000, "\n".join(["x" * 30] * 1_300))


class Hostile:
    """Draws texts, days and rows for one seed."""

    def __init__(self, seed):
        self.seed = seed
        self.pick = random.Random(seed)
        self.long = list(LONG) if seed % 3 == 0 else []

    def text(self, most=60):
        kind = self.pick.randrange(10)
        if kind < 6:
            return self.pick.choice(TEXTS)
        if kind < 8:
            return " ".join(self.pick.choice(WORDS) for _ in range(self.pick.randrange(1, most)))
        if kind == 8:
            return self.pick.choice("Wiм漢ع") * self.pick.randrange(1, 120)
        letters = [self.pick.choice("abcABC012-_/?=&.%") for _ in range(self.pick.randrange(10, 200))]
        return "https://example.gov/" + "".join(letters)

    def day(self):
        return date(2026, 7, 1) + timedelta(days=self.pick.randrange(-400, 400))

    def maybe(self, value, other=None):
        return value if self.pick.random() < 0.8 else other

    def goals(self):
        count = self.pick.randrange(2, 20)
        return [
            Heading(n, "goal", str(n), str(n), f"{n:03}", self.text(), self.text(), self.text())
            for n in range(1, count)
        ]

    def priorities(self):
        count = self.pick.randrange(0, 9)
        return [Heading(100 + n, "priority", "", "", f"{n:03}", self.text(), "", "") for n in range(count)]

    def initiative(self, n, goal, priorities):
        status = self.pick.choice(list(STATUSES))
        by_hand = n % 5 == 0
        said_at = datetime(2026, 9, 20, 12, tzinfo=UTC) - timedelta(days=self.pick.randrange(120))
        return Initiative(
            source_id=n,
            number=f"{goal.number}.{n}",
            sort_key=f"{n:04}",
            title=self.text(),
            summary=self.text(),
            basis="",
            source="",
            goal_number=goal.number if n % 7 else "gone",
            goal_title=goal.title,
            strategy_number="",
            strategy_title="",
            owner_name=self.maybe(self.text(6), ""),
            department_abbreviation="X",
            department_name=self.text(8),
            priorities="\n".join(row.title for row in priorities if self.pick.random() < 0.4),
            horizon="short",
            horizon_label="Short",
            audience="public",
            audience_label="Public",
            visibility="internal" if n % 2 else "public",
            visibility_label="Internal",
            start_date=self.day(),
            due_date=self.maybe(self.day()),
            baseline_due_date=self.maybe(self.day()),
            slip_count=self.pick.randrange(4),
            effective_status=status,
            effective_label=STATUSES[status],
            reported_status="on_track",
            reported_label="On track",
            override_status="at_risk" if by_hand else "",
            override_label="At risk" if by_hand else "",
            override_reason=self.text() if by_hand else "",
            is_stale=status == "no_current_update",
            percent=self.maybe(self.pick.randrange(101)),
            update_id=n,
            last_updated_at=self.maybe(said_at),
            author_name=self.text(5),
            happened=self.long.pop() if self.long else self.text(400),
            next_steps=self.text(),
            help_needed=self.maybe(self.text(), ""),
            milestones_total=3,
            milestones_met=self.pick.randrange(3),
            milestones_overdue=self.pick.randrange(2),
            next_milestone_due=None,
            review_date=None,
        )

    def milestone(self, n, rows):
        return Milestone(
            source_id=n,
            initiative_id=self.pick.choice(rows).source_id,
            title=self.text(),
            due_date=self.maybe(self.day()),
            due_text="",
            baseline_due_date=self.maybe(self.day()),
            slip_count=self.pick.randrange(3),
            completed_date=self.maybe(self.day()),
            is_cancelled=False,
            owner_name=self.text(5),
            department_abbreviation="",
            department_name="",
            order=n,
            basis="",
            source="",
        )

    def commitment(self, n, rows):
        return Commitment(
            source_id=n,
            initiative_id=self.pick.choice(rows).source_id,
            department_abbreviation="X",
            department_name=self.text(6),
            what=self.text(),
            due_date=self.maybe(self.day()),
            baseline_due_date=self.maybe(self.day()),
            slip_count=0,
            state="accepted",
            state_label="Accepted",
            accepted_at=None,
            accepted_by_name="",
            delivered_at=None,
            delivered_by_name="",
        )

    def correction(self, n, row):
        return Correction(
            initiative_id=row.source_id,
            number=row.number,
            title=row.title,
            corrected_update_id=n,
            update_id=n,
            field="happened",
            before=self.text(300),
            after=self.text(300),
            reason=self.text(),
            author_name=self.text(),
            recorded_at=datetime(2026, 10, 9, tzinfo=UTC),
        )

    def cover(self):
        return Cover(
            plan_title=self.text(30),
            plan_slug="hostile",
            plan_mission="",
            plan_start_date=date(2024, 7, 1),
            plan_end_date=date(2027, 6, 30),
            plan_source="",
            goal_label="Focus area",
            expected_update_days=90,
            sample_note=self.text() if self.seed % 2 else "",
            fiscal_year=2027,
            quarter=1,
            start_month=7,
            as_of_day=date(2026, 9, 30),
        )

    def workflow(self, rows):
        is_draft = self.seed % 5 == 0
        lists = "- a\n  - b\n    - c\n\n1. one\n2. **two** *three*"
        links = "[link](https://example.gov) [no](javascript:alert(1)) ![i](x)"
        return WorkflowState(
            state="preview" if is_draft else "open",
            summary="\n\n".join(
                ["# One", self.text(), "> quote", lists, links, "| a | b |\n|-|-|\n| c | d |", self.text()]
            ),
            summary_by=self.text(4),
            summary_at=datetime(2026, 10, 7, tzinfo=UTC),
            built_at=datetime(2026, 10, 1, 0, 10, self.seed % 60, tzinfo=UTC),
            content_hash="" if is_draft else f"{self.seed:064x}",
            chain_hash="" if is_draft else f"{self.seed + 1:064x}",
            sign_offs=tuple(
                SignOff(row.source_id, self.text(4), datetime(2026, 10, 8, tzinfo=UTC), 1) for row in rows[::3]
            ),
        )


def hostile_report(seed, *, initiatives=None):
    """Up to a dozen initiatives; every third report has a 40,000-character text and words of 2,000 characters."""
    draw = Hostile(seed)
    goals, priorities, cover = draw.goals(), draw.priorities(), draw.cover()
    count = draw.pick.randrange(0, 13) if initiatives is None else initiatives
    rows = [draw.initiative(n, draw.pick.choice(goals), priorities) for n in range(1, 1 + count)]
    told = Rows(
        cover=cover,
        headings=(*goals, *priorities),
        initiatives=tuple(rows),
        milestones=tuple(draw.milestone(n, rows) for n in range(draw.pick.randrange(40) if rows else 0)),
        commitments=tuple(draw.commitment(n, rows) for n in range(draw.pick.randrange(12) if rows else 0)),
        corrections=tuple(draw.correction(n, row) for n, row in enumerate(rows[:3])) if seed % 4 == 0 else (),
    )
    return ReportContent(
        rows=told,
        workflow=draw.workflow(rows),
        before=Rows(replace(cover, fiscal_year=2026, quarter=4), told.headings, tuple(rows[1:])) if seed % 2 else None,
    )
