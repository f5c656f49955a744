"""Settings that shorten how long published tables and the audit trail are stored."""

from pydantic import Field

from bot.retention_periods import (
    MAX_RETENTION_MONTHS,
    MIN_AUDIT_MONTHS,
    MIN_TABLE_MONTHS,
    RetentionPeriods,
)
from bot.safety_settings import SafetySettings


class RetentionSettings(SafetySettings):
    """The months for which tables and the audit trail are stored; never more than the default."""

    tables_retention_months: int = Field(
        default=MAX_RETENTION_MONTHS, ge=MIN_TABLE_MONTHS, le=MAX_RETENTION_MONTHS
    )
    audit_retention_months: int = Field(
        default=MAX_RETENTION_MONTHS, ge=MIN_AUDIT_MONTHS, le=MAX_RETENTION_MONTHS
    )

    @property
    def retention(self) -> RetentionPeriods:
        """The periods that the settings give."""
        return RetentionPeriods(self.tables_retention_months, self.audit_retention_months)
