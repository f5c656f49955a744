"""An open counting period: its terms, and what identifies its record and its key."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from bot.domain.codebook import ANSWER_CODES, TOTAL_CODE
from bot.domain.counts.release_rule import TOTAL, CountingTerms
from bot.store.keys.key_id import PeriodKeyId


@dataclass(frozen=True)
class Period:
    """An open span of weeks in which debriefs are counted, on terms fixed until it closes.

    ``unit`` is a team or a pool of teams of ``workspace``; ``opens`` and ``closes`` are the local
    Mondays that bound it, ``closes_at`` is the instant of its end in Unix seconds and
    ``additions_until`` that until which people who are added to the list are counted.
    """

    workspace: str
    ledger: str
    unit: str
    opens: date
    closes: date
    closes_at: int
    size: int
    terms: CountingTerms
    question: str
    additions_until: int = 0

    def __hash__(self) -> int:
        """Hash the primary key alone: a form looks its periods up dozens of times."""
        return hash((self.ledger, self.unit, self.closes))

    @property
    def key_id(self) -> PeriodKeyId:
        """The key of the period, shared with all units of the workspace that end with it."""
        return PeriodKeyId(self.workspace, self.closes_at)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that the period counts, in the codebook's order."""
        return (TOTAL_CODE,) if self.ledger == TOTAL else ANSWER_CODES[self.question]

    @property
    def row_key(self) -> dict[str, object]:
        """The primary key of the period's row and of its record."""
        return {"ledger": self.ledger, "unit": self.unit, "closes": self.closes}

    @property
    def identity(self) -> tuple[bytes, ...]:
        """What no other period shares, for the derivation of subkeys and as associated data."""
        parts = (self.workspace, self.unit, self.ledger, self.closes.isoformat())
        return tuple(part.encode() for part in parts)


def parse_period_row(row: Row[Any]) -> Period:
    """Convert a row with the columns of ``periods`` to a period."""
    return Period(
        workspace=row.workspace,
        ledger=row.ledger,
        unit=row.unit,
        opens=row.opens,
        closes=row.closes,
        closes_at=row.closes_at,
        size=row.size,
        terms=CountingTerms(row.weeks, row.cap, Fraction(row.epsilon)),
        question=row.question,
        additions_until=row.additions_until,
    )
