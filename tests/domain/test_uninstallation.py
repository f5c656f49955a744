"""When a workspace that uninstalled the app is purged."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.slack.outbound.error_table import SUBJECT_BY_CODE
from bot.domain.reachability import PURGING
from bot.domain.uninstallation import (
    PURGE_GRACE,
    find_purge_time,
    is_purge_due,
    proves_uninstallation,
)

UNINSTALLED_AT = datetime(2026, 7, 6, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
PROOFS = {"app_uninstalled", "tokens_revoked", "account_inactive", "token_revoked"}


@pytest.mark.parametrize("reason", sorted(PROOFS))
def test_a_removed_app_is_proved_by_events_and_final_refusals(reason: str) -> None:
    """Both events of Slack, and both codes of a token that is revoked for good, are a proof."""
    assert proves_uninstallation(reason)


@pytest.mark.parametrize(
    "reason", sorted({*SUBJECT_BY_CODE, "", "unknown", "TenantNotAllowed"} - PROOFS)
)
def test_no_other_code_proves_a_removed_app(reason: str) -> None:
    """A refusal that may pass, or whose cause is unknown, never leads to a purge."""
    assert not proves_uninstallation(reason)


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
