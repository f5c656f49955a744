"""Check the settings: safety texts, retention periods, workspaces file, misspelt variable names."""

from bot.admin import workspaces_checkup
from bot.admin.finding import Finding
from bot.retention_periods import MAX_RETENTION_MONTHS
from bot.settings import Settings, list_misspelt_settings


def check_settings(settings: Settings) -> tuple[Finding, ...]:
    """Return the findings about settings and the workspaces file. Blocks.

    Raises :class:`bot.errors.FaultyInputError` for an invalid workspaces file.
    """
    safety_key = "safety_text" if settings.safety_texts else "safety_text_unset"
    return (
        Finding(is_healthy=True, key=f"operator.doctor.{safety_key}"),
        build_retention_finding(settings),
        *workspaces_checkup.check_workspaces(settings),
        *_check_misspelt_settings(),
    )


def build_retention_finding(settings: Settings) -> Finding:
    """Return the configured retention of tables and audit entries in months, and the maximum."""
    months = settings.retention
    facts = {"tables": months.table_months, "audit": months.audit_months}
    return Finding(
        is_healthy=True,
        key="operator.doctor.retention",
        facts={**facts, "longest": MAX_RETENTION_MONTHS},
    )


def _check_misspelt_settings() -> tuple[Finding, ...]:
    """Return a finding per name in ``.env`` or the environment that resembles an unset setting."""
    return tuple(
        Finding(
            is_healthy=False,
            key="environment.settings_file.misspelt",
            facts={"name": name, "setting": setting},
        )
        for name, setting in list_misspelt_settings().items()
    )
