"""The release of a period that is closed without a table, and why; it contains no figure."""

import json
from dataclasses import dataclass
from enum import Enum


class WithholdingReason(Enum):
    """Why a period is closed without a table; the values are stored and are text keys."""

    TOO_FEW = "too_few"
    """Too few people of the frozen list still had a working account."""
    EXPOSURE = "exposure"
    """Somebody on the frozen list would be in more tables than a regular year has."""


@dataclass(frozen=True)
class WithheldTable:
    """No table, for a reason that depends on the list of people alone, never on what they filed.

    ``ledger`` is the one that the period counted.
    """

    ledger: str
    reason: WithholdingReason

    @property
    def json_body(self) -> str:
        """The stored JSON of the table."""
        return json.dumps({"withheld": self.reason.value}, separators=(",", ":"))
