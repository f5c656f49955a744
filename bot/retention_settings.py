"""Settings that shorten the retention of published tables and of the audit trail."""

from pydantic import Field

from bot.retention_periods import (
    MAX_RETENTION_MONTHS,
    MIN_AUDIT_MONTHS,
    MIN_TABLE_MONTHS,
    RetentionPeriods,
)
from bot.safety_settings import SafetySettings


class RetentionSettings(SafetySettings):
    """Retention in months, validated against a minimum; the default is the maximum."""

    tables_retention_months: int = Field(
        default=MAX_RETENTION_MONTHS, ge=MIN_TABLE_MONTHS, le=MAX_RETENTION_MONTHS
    )
    audit_retention_months: int = Field(
        default=MAX_RETENTION_MONTHS, ge=MIN_AUDIT_MONTHS, le=MAX_RETENTION_MONTHS
    )

    @property
    def retention(self) -> RetentionPeriods:
        """The settings as one value, for the content catalogue and the retention duty."""
        return RetentionPeriods(self.tables_retention_months, self.audit_retention_months)
