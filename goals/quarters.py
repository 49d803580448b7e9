"""Fiscal quarters as pure date arithmetic. A fiscal year is named after the year in which it ends (rule G3)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Self

PATTERN = re.compile(r"^FY(\d{4})[- ]?Q([1-4])$", re.IGNORECASE)


class NotAQuarter(ValueError):
    """The text does not name a fiscal quarter."""


@dataclass(frozen=True, order=True)
class Quarter:
    """One fiscal quarter; `start_month` is the month in which the fiscal year starts (1 to 12)."""

    fiscal_year: int
    number: int
    start_month: int = 7

    @classmethod
    def of(cls, day: date, start_month: int = 7) -> Self:
        """The quarter a day belongs to; its first and last day included (rule B-66)."""
        months = (day.month - start_month) % 12
        starts_in = day.year if day.month >= start_month else day.year - 1
        fiscal_year = starts_in if start_month == 1 else starts_in + 1
        return cls(fiscal_year, months // 3 + 1, start_month)

    @classmethod
    def parse(cls, text: str, start_month: int = 7) -> Self:
        """Read "FY2027-Q1" or "FY2027 Q1"; raises NotAQuarter with a sentence."""
        match = PATTERN.match(text.strip())
        if match is None or not 1900 <= int(match[1]) <= 9000:
            raise NotAQuarter(f"“{text[:40]}” is not a quarter. Write it like FY2027-Q1.")
        return cls(int(match[1]), int(match[2]), start_month)

    @cached_property
    def first_day(self) -> date:
        months = self.start_month - 1 + 3 * (self.number - 1)
        starts_in = self.fiscal_year if self.start_month == 1 else self.fiscal_year - 1
        return date(starts_in + months // 12, months % 12 + 1, 1)

    @cached_property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    @property
    def slug(self) -> str:
        return f"FY{self.fiscal_year}-Q{self.number}"

    @property
    def label(self) -> str:
        return f"FY{self.fiscal_year} Q{self.number}"

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def next(self) -> Self:
        if self.number == 4:
            return type(self)(self.fiscal_year + 1, 1, self.start_month)
        return type(self)(self.fiscal_year, self.number + 1, self.start_month)

    def previous(self) -> Self:
        if self.number == 1:
            return type(self)(self.fiscal_year - 1, 4, self.start_month)
        return type(self)(self.fiscal_year, self.number - 1, self.start_month)

    def __str__(self) -> str:
        return self.label
