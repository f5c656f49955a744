"""Retention periods by kind of row: defaults that settings may shorten, and fixed ones.

The retention duty deletes rows after them. No setting lengthens a default.
"""

from dataclasses import dataclass
from datetime import timedelta

MAX_RETENTION_MONTHS = 24
"""Maximum, and the default, in months of the periods that are settings."""

MIN_TABLE_MONTHS = 6
"""Minimum for tables: a removed team's row is needed until its last period of 13 weeks closes."""

MIN_AUDIT_MONTHS = 3
"""Minimum for the audit trail: whoever oversees set-ups reviews it once a quarter."""

MEMBER_RETENTION = timedelta(weeks=53)
"""Time after the closing day for which the rows of a period's frozen list are retained.

The bound on a person's published tables within 52 weeks is computed from these rows: with fewer
rows more tables than promised would be published about one person. So it is no setting.
"""

IDEMPOTENCY_KEY_RETENTION = timedelta(days=2)
"""Time for which an idempotency key, an HMAC digest, is retained, in whole days.

It must outlast a product's retries, which take hours: without the key a retry would be processed as
a second debrief, and a published table would contain it twice.
"""

DELIVERY_RETENTION = timedelta(weeks=5)
"""Time for which a delivery's row is retained: its unique key prevents a second message.

Notices of closed periods are planned up to 30 days after the close, and the rest is a margin for a
clock that is wrong by days.
"""

CLASS_RETENTION = timedelta(days=35)
"""Time after its expiry for which a unit's size class is retained: a margin for a wrong clock.

A row deleted too early would be computed again from the present number of people, and a change of
the class could disclose one person.
"""

_MONTHS_TO_DAYS = 731 / MAX_RETENTION_MONTHS
"""Days per month: 24 months are 731 days, two years with a leap day."""


@dataclass(frozen=True)
class RetentionPeriods:
    """The periods that settings may shorten, in months; the properties convert them to days."""

    table_months: int = MAX_RETENTION_MONTHS
    audit_months: int = MAX_RETENTION_MONTHS

    @property
    def tables(self) -> timedelta:
        """Time for which published tables are retained after their period, as rows and as files.

        A removed team's row is retained as long, and then until its last table is deleted.
        """
        return timedelta(days=int(self.table_months * _MONTHS_TO_DAYS))

    @property
    def audit(self) -> timedelta:
        """Time for which a row of the audit trail is retained."""
        return timedelta(days=int(self.audit_months * _MONTHS_TO_DAYS))


DEFAULT_RETENTION = RetentionPeriods()
"""The maximum periods, which apply by default."""
