"""When a workspace that uninstalled the app is purged."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.slack.outbound import account_checks
from bot.chat.slack.outbound.error_table import SUBJECT_BY_CODE
from bot.domain import uninstallation
from bot.domain.reachability import PURGING, Evidence
from bot.domain.uninstallation import (
    PURGE_GRACE,
    PurgeDecision,
    decide_purge,
    disproves_uninstallation,
    find_purge_time,
    is_purge_due,
    proves_uninstallation,
)
from bot.outlet import InstallationStatus

UNINSTALLED_AT = datetime(2026, 7, 6, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
EVENTS = {"app_uninstalled", "tokens_revoked", "team_access_revoked"}
REFUSALS = {"account_inactive", "token_revoked"}
PROOFS = EVENTS | REFUSALS | {"team_access_not_granted"}


@pytest.mark.parametrize("reason", sorted(PROOFS))
def test_a_removed_app_is_proved_by_events_and_final_refusals(reason: str) -> None:
    """Both events of Slack, and both codes of an own token that is revoked, are a proof."""
    assert proves_uninstallation(reason, is_own_token=True)


@pytest.mark.parametrize("reason", sorted(PROOFS))
def test_a_refused_token_of_the_settings_proves_nothing(reason: str) -> None:
    """Whoever revokes the one token leaves the app installed; an event proves it all the same."""
    assert proves_uninstallation(reason, is_own_token=False) is (reason in EVENTS)


@pytest.mark.parametrize(
    "reason", sorted({*SUBJECT_BY_CODE, "", "unknown", "TenantNotAllowed"} - PROOFS)
)
def test_no_other_code_proves_a_removed_app(reason: str) -> None:
    """A refusal that may pass, or whose cause is unknown, never leads to a purge."""
    assert not proves_uninstallation(reason, is_own_token=True)


def test_the_adapter_and_the_domain_agree_on_the_final_codes() -> None:
    """What the product's check takes as revoked is what a refused message proves."""
    assert account_checks._REVOKED_CODES == uninstallation._FINAL_REFUSALS == REFUSALS


@pytest.mark.parametrize(
    ("reason", "evidence", "is_disproved"),
    [
        ("token_revoked", Evidence.PROBE, True),
        ("", Evidence.PROBE, True),
        ("app_uninstalled", Evidence.PROBE, False),
        ("app_uninstalled", Evidence.INSTALLATION, True),
        ("token_revoked", Evidence.RESTART, False),
        ("token_revoked", Evidence.PAYLOAD, False),
        (PURGING, Evidence.INSTALLATION, False),
    ],
)
def test_a_call_that_succeeds_or_an_installation_ends_the_proof(
    reason: str, evidence: Evidence, *, is_disproved: bool
) -> None:
    """A restart and a payload do not, and no probe that was under way at an event."""
    assert disproves_uninstallation(reason, evidence) == is_disproved


@pytest.mark.parametrize(
    ("reason", "status", "decision"),
    [
        *(
            (reason, InstallationStatus.INSTALLED, PurgeDecision.RESUME)
            for reason in sorted(PROOFS)
        ),
        *((reason, InstallationStatus.REMOVED, PurgeDecision.BEGIN) for reason in sorted(PROOFS)),
        *((reason, InstallationStatus.UNKNOWN, PurgeDecision.WAIT) for reason in sorted(PROOFS)),
        *((reason, InstallationStatus.UNPROVEN, PurgeDecision.BEGIN) for reason in sorted(EVENTS)),
        *((reason, InstallationStatus.UNPROVEN, PurgeDecision.WAIT) for reason in sorted(REFUSALS)),
    ],
)
def test_a_purge_begins_only_once_the_app_is_proved_to_be_removed(
    reason: str, status: InstallationStatus, decision: PurgeDecision
) -> None:
    """A working token resumes the workspace, and without a definite answer it waits."""
    assert decide_purge(reason, status) is decision


@pytest.mark.parametrize("reason", sorted(PROOFS))
def test_a_workspace_is_purged_a_day_after_it_uninstalled(reason: str) -> None:
    """Not a second earlier, and at any time later."""
    purge_time = find_purge_time(reason, UNINSTALLED_AT)

    assert purge_time == UNINSTALLED_AT + timedelta(hours=24)
    moments = (purge_time - MOMENT, purge_time, purge_time + timedelta(days=400))
    assert [is_purge_due(reason, UNINSTALLED_AT, moment) for moment in moments] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("reason", "uninstalled_at"),
    [("", UNINSTALLED_AT), ("missing_scope", None), ("app_uninstalled", None), ("", None)],
)
def test_a_connected_or_otherwise_suspended_workspace_is_not_purged(
    reason: str, uninstalled_at: datetime | None
) -> None:
    """Without a present suspension and a proof of its uninstallation it stays for ever."""
    later = UNINSTALLED_AT + timedelta(days=400)

    assert find_purge_time(reason, uninstalled_at) is None
    assert not is_purge_due(reason, uninstalled_at, later)


def test_a_refusal_for_another_reason_does_not_stop_the_purge() -> None:
    """The proof counts, whichever refusal was the first one."""
    assert is_purge_due("missing_scope", UNINSTALLED_AT, UNINSTALLED_AT + PURGE_GRACE)


def test_a_purge_that_has_begun_goes_on_at_once() -> None:
    """After a crash it is due in the next run, also where the clock was set back."""
    assert is_purge_due(PURGING, UNINSTALLED_AT, UNINSTALLED_AT)
    assert is_purge_due(PURGING, UNINSTALLED_AT, UNINSTALLED_AT - timedelta(days=400))
