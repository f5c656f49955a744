"""Retention periods of each kind of row: what an operator may shorten, and what a rule needs.

Nothing is stored longer than these defaults; no setting lengthens them.
"""

from dataclasses import dataclass
from datetime import timedelta

MAX_RETENTION_MONTHS = 24
"""Maximum, and the default, of the periods that are settings."""

MIN_TABLE_MONTHS = 6
"""Minimum for tables: a removed team stays until its last period of 13 weeks has been published."""

MIN_AUDIT_MONTHS = 3
"""Minimum for the audit trail: who oversees set-ups looks at it once a quarter."""

MEMBER_RETENTION = timedelta(weeks=53)
"""Time after the closing day for which the frozen list of a period stays.

A person's tables of any 52 weeks are limited, which is computed from these rows: with fewer of them
more would be published about one person than is promised. So it is no setting.
"""

IDEMPOTENCY_KEY_RETENTION = timedelta(days=2)
"""Time for which a digest of an act stays, by whole days, so that the act counts once.

A product repeats a request for hours, and a debrief that is counted twice is in a table twice.
"""

DELIVERY_RETENTION = timedelta(weeks=5)
"""Time for which a delivery's row stays: its unique key prevents a second message.

Notices of closed periods are planned up to 30 days afterwards, and a clock may be wrong by days.
"""

CLASS_RETENTION = timedelta(days=35)
"""Time after the end of its year for which a unit's class stays: longer than a clock is wrong.

A class that is forgotten early could be chosen anew, from a number of people that tells of one.
"""

_MONTHS_TO_DAYS = 731 / MAX_RETENTION_MONTHS
"""Days of a month: 24 of them are two years and a day."""


@dataclass(frozen=True)
class RetentionPeriods:
    """What an operator may shorten, in months."""

    table_months: int = MAX_RETENTION_MONTHS
    audit_months: int = MAX_RETENTION_MONTHS

    @property
    def tables(self) -> timedelta:
        """How long published tables are stored after their period, in the database and in files.

        A removed team is stored as long, and then until its last table is deleted.
        """
        return timedelta(days=int(self.table_months * _MONTHS_TO_DAYS))

    @property
    def audit(self) -> timedelta:
        """How long an entry of the audit trail is stored."""
        return timedelta(days=int(self.audit_months * _MONTHS_TO_DAYS))


DEFAULT_RETENTION = RetentionPeriods()
"""The longest periods, which apply unless an operator shortens them."""
