"""What a report says, as plain values: every page and every file of a report is drawn from one `ReportContent`.

Knows neither Django nor the database. rows.py: what a snapshot holds; canonical.py: its one exact form and hash;
changes.py: what moved between two quarters; report.py: the whole, with its figures; sections.py: its outline, in the
words that every page and file shares, made of the blocks of outline.py.
"""

from reports.content.canonical import FORMAT, LineHash, chain_hash, content_hash, lines
from reports.content.changes import Change, ChangeItem, Comparison, compare
from reports.content.report import Attention, Evidence, ReportContent, SignOff, WorkflowState
from reports.content.rows import Commitment, Correction, Cover, Heading, Initiative, Milestone, Rows
from reports.content.sections import outline

__all__ = [
    "FORMAT",
    "Attention",
    "Change",
    "ChangeItem",
    "Commitment",
    "Comparison",
    "Correction",
    "Cover",
    "Evidence",
    "Heading",
    "Initiative",
    "LineHash",
    "Milestone",
    "ReportContent",
    "Rows",
    "SignOff",
    "WorkflowState",
    "chain_hash",
    "compare",
    "content_hash",
    "lines",
    "outline",
]
