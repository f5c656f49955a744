"""Rules of which reasons end messages, and of which evidence resumes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.affiliation import Affiliation
from bot.domain.reachability import (
    DEACTIVATED,
    EXTERNAL,
    PURGING,
    Evidence,
    SuspensionKind,
    classify_suspension,
    is_deactivated,
    is_ended_by_activity,
    may_resume,
    merge_suspension_reasons,
    merge_unreachable_reasons,
    unreachable_reason_after_request,
)

UNINSTALLATIONS = ("app_uninstalled", "tokens_revoked", "team_access_revoked")
SUSPENSIONS = (
    *UNINSTALLATIONS,
    "team_access_not_granted",
    "account_inactive",
    "token_revoked",
    "BotDisabledByAdmin",
    "x",
)
DEACTIVATIONS = (DEACTIVATED, "account_inactive", "user_disabled", "user_not_found")
UNREACHABLE_REASONS = (*DEACTIVATIONS, "uninstalled", "cannot_dm_bot", "BotDisabledByUser", "x")


@pytest.mark.parametrize("reason", UNINSTALLATIONS)
@pytest.mark.parametrize("evidence", Evidence)
def test_only_an_installation_resumes_an_uninstalled_workspace(
    reason: str, evidence: Evidence
) -> None:
    """After an uninstallation a payload, a probe and a restart prove nothing."""
    assert may_resume(reason, evidence) == (evidence is Evidence.INSTALLATION)


@pytest.mark.parametrize("evidence", Evidence)
def test_any_evidence_resumes_a_refused_workspace(evidence: Evidence) -> None:
    """Every evidence ends a suspension by a refusal."""
    assert may_resume("account_inactive", evidence)


@pytest.mark.parametrize("evidence", Evidence)
def test_nothing_resumes_a_workspace_that_is_being_purged(evidence: Evidence) -> None:
    """Rows that a new installation wrote meanwhile would be deleted."""
    assert not may_resume(PURGING, evidence)


@pytest.mark.parametrize("reason", SUSPENSIONS)
def test_no_reason_replaces_a_purge(reason: str) -> None:
    """A late event does not end a purge that has begun."""
    assert merge_suspension_reasons(PURGING, reason) == PURGING


@pytest.mark.parametrize("evidence", Evidence)
def test_a_workspace_without_suspension_is_not_resumed(evidence: Evidence) -> None:
    """No evidence causes a write where nothing is suspended."""
    assert not may_resume("", evidence)


@given(st.lists(st.sampled_from(SUSPENSIONS), min_size=1))
def test_an_uninstallation_is_retained_in_any_order(reasons: list[str]) -> None:
    """A workspace is uninstalled if any of its reasons is, whichever arrived first."""
    merged = ""
    for reason in reasons:
        merged = merge_suspension_reasons(merged, reason)

    is_uninstalled = any(reason in UNINSTALLATIONS for reason in reasons)
    assert (classify_suspension(merged) is SuspensionKind.UNINSTALLED) == is_uninstalled


def test_the_first_of_equal_suspensions_stays() -> None:
    """A later refusal does not replace the reason of the first one."""
    assert merge_suspension_reasons("account_inactive", "x") == "account_inactive"


@given(st.lists(st.sampled_from(UNREACHABLE_REASONS), min_size=1))
def test_a_deactivation_is_one_state_in_any_order(reasons: list[str]) -> None:
    """A person is deactivated if any report says so, whichever report arrived first."""
    merged = ""
    for reason in reasons:
        merged = merge_unreachable_reasons(merged, reason)

    has_deactivation = any(reason in DEACTIVATIONS for reason in reasons)
    assert merged == (DEACTIVATED if has_deactivation else reasons[0])


@pytest.mark.parametrize("reason", ["", "uninstalled", "cannot_dm_bot"])
def test_a_block_is_no_deactivation(reason: str) -> None:
    """A person who blocked the bot, or who is reachable, has an open account."""
    assert not is_deactivated(reason)


@pytest.mark.parametrize("reason", ["", EXTERNAL, *UNREACHABLE_REASONS])
def test_a_members_request_ends_any_reason(reason: str) -> None:
    """A person who acts as a member is reachable, whatever the reason was."""
    assert unreachable_reason_after_request(reason, Affiliation.MEMBER) == ""


@pytest.mark.parametrize("reason", ["", EXTERNAL, *UNREACHABLE_REASONS])
def test_a_request_from_another_organisation_ends_no_reason(reason: str) -> None:
    """A person who acts from another organisation is or becomes unreachable."""
    expected = reason or EXTERNAL

    assert unreachable_reason_after_request(reason, Affiliation.EXTERNAL) == expected


@pytest.mark.parametrize("reason", ["", EXTERNAL, *UNREACHABLE_REASONS])
def test_a_request_of_unknown_affiliation_changes_no_mark(reason: str) -> None:
    """A request while the product does not tell who is a member proves nothing about the person."""
    assert unreachable_reason_after_request(reason, Affiliation.UNKNOWN) == reason


@pytest.mark.parametrize("reason", ["", EXTERNAL, *UNREACHABLE_REASONS])
def test_an_activity_makes_no_member(reason: str) -> None:
    """An activity of unknown affiliation ends every reason but that of another organisation."""
    assert is_ended_by_activity(reason) == (reason in UNREACHABLE_REASONS)
