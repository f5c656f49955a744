"""Slack's user objects: whose accounts they are."""

import pytest

from bot.chat.slack.inbound import profiles


@pytest.mark.parametrize(
    ("user", "is_external"),
    [
        ({"is_stranger": True}, True),
        ({"team_id": "T2"}, True),
        ({"team_id": "T1"}, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, False),
        ({}, False),
    ],
    ids=["stranger", "shared channel", "member", "same organisation", "unknown"],
)
def test_account_of_another_organisation_is_external(
    user: dict[str, object], *, is_external: bool
) -> None:
    """Slack Connect shows people of other workspaces; those of one organisation are members."""
    assert profiles.parse_profile(user, "slack:T1").is_external is is_external


@pytest.mark.parametrize(
    "user", [{"is_bot": True}, {"deleted": True}, {"id": "USLACKBOT"}, {"team_id": "T2"}]
)
def test_such_an_account_may_be_on_no_list(user: dict[str, object]) -> None:
    """Apps, closed accounts and people of another organisation are counted nowhere."""
    assert not profiles.parse_profile(user, "slack:T1").may_be_listed
