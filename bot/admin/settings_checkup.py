"""Check-up of the settings: safety texts, retention periods and misspelt names."""

from bot.admin import workspaces_checkup
from bot.admin.finding import Finding
from bot.retention_periods import MAX_RETENTION_MONTHS
from bot.settings import Settings, list_misspelt_settings


def check_settings(settings: Settings) -> tuple[Finding, ...]:
    """Return what the settings make people read, and the names that are nearly a setting's."""
    safety_key = "safety_text" if settings.safety_texts else "safety_text_unset"
    return (
        Finding(is_healthy=True, key=f"operator.doctor.{safety_key}"),
        build_retention_finding(settings),
        *workspaces_checkup.check_workspaces(settings),
        *_misspelling_findings(),
    )


def build_retention_finding(settings: Settings) -> Finding:
    """Return for how many months what an operator may shorten is stored."""
    months = settings.retention
    facts = {"tables": months.table_months, "audit": months.audit_months}
    return Finding(
        is_healthy=True,
        key="operator.doctor.retention",
        facts={**facts, "longest": MAX_RETENTION_MONTHS},
    )


def _misspelling_findings() -> tuple[Finding, ...]:
    """Return one finding for each name that nearly matches a setting which is unset."""
    return tuple(
        Finding(
            is_healthy=False,
            key="environment.settings_file.misspelt",
            facts={"name": name, "setting": setting},
        )
        for name, setting in list_misspelt_settings().items()
    )
