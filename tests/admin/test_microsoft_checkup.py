"""The check-up of the teams on Microsoft Teams."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.admin import doctor
from bot.admin.microsoft_checkup import (
    MAX_CHECKED_CHANNELS,
    MicrosoftCheck,
    TeamsChannelCheck,
    build_account_findings,
    check_teams,
)
from bot.content.catalogue import load_catalogue
from bot.conversation import Address
from bot.store.repositories import Repositories
from tests.admin.test_doctor import TEAMS_CLIENT_ID, build_settings
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_counts import build_team

TENANT = "11111111-2222-4333-8444-555555555555"


def answer_with(
    errors: Mapping[str, str] | None, checked_routes: dict[str, str]
) -> TeamsChannelCheck:
    """Return a check that answers *errors* and records its routes in *checked_routes*."""

    async def check(routes: Mapping[str, str]) -> Mapping[str, str] | None:
        checked_routes.update(routes)
        return errors

    return check


@pytest.mark.parametrize(
    ("check", "key"),
    [
        (MicrosoftCheck(has_keys=True, has_token=True), "teams_token"),
        (MicrosoftCheck(has_keys=True, has_token=False), "teams_token_refused"),
        (MicrosoftCheck(True, has_token=False, is_token_refused=False), "teams_token_away"),  # noqa: FBT003 - one row
    ],
)
def test_an_unreachable_microsoft_refuses_no_token(check: MicrosoftCheck, key: str) -> None:
    """The remedy of a refused token differs from that of a network that lets nothing through."""
    findings = build_account_findings(check)

    assert [finding.key.rpartition(".")[2] for finding in findings] == ["teams_keys", key]


@pytest.mark.parametrize(
    ("errors", "keys"),
    [
        ({}, ["channels"]),
        ({"19:a": "BotNotInConversationRoster"}, ["teams_channels_closed"]),
        (None, []),
    ],
)
async def test_channels_are_compared_with_what_the_token_sees(
    errors: Mapping[str, str] | None, keys: list[str]
) -> None:
    """A channel whose team lacks the app is named; without an answer nothing is reported."""
    channels = {f"msteams:{TENANT}": {"19:a": "", "19:b": ""}}

    findings = await check_teams(channels, {TENANT}, answer_with(errors, {}))

    words = load_catalogue().get_pack("en")
    sentences = " ".join(finding.render_sentence(words) for finding in findings)
    assert [finding.key.rpartition(".")[2] for finding in findings] == keys
    assert all(channel in sentences for channel in errors or ())


async def test_a_tenant_that_is_not_served_is_a_fault() -> None:
    """Teams of a tenant that the settings do not name are counted, and not checked."""
    checked_routes: dict[str, str] = {}
    channels = {"msteams:elsewhere": {"19:a": ""}, f"msteams:{TENANT}": {"19:b": ""}}

    findings = await check_teams(channels, {TENANT}, answer_with({}, checked_routes))

    assert [finding.is_healthy for finding in findings] == [False, True]
    assert findings[0].facts == {"count": 1}
    assert checked_routes.keys() == {"19:b"}


async def test_the_number_of_questions_is_bounded() -> None:
    """One check-up asks about a bounded number of channels."""
    checked_routes: dict[str, str] = {}
    channels = {f"msteams:{TENANT}": {f"19:{number}": "" for number in range(500)}}

    await check_teams(channels, {TENANT}, answer_with({}, checked_routes))

    assert len(checked_routes) == MAX_CHECKED_CHANNELS


async def test_channels_are_read_with_their_routes(tmp_path: Path) -> None:
    """The teams of other products are not checked; a stored route is used."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    teams = [
        replace(build_team("a"), workspace=f"msteams:{TENANT}", channel="19:a"),
        replace(build_team("b"), workspace=f"msteams:{TENANT}", channel="19:b"),
        replace(build_team("c"), workspace="slack:T1"),
    ]

    def save(repos: Repositories) -> None:
        for team in teams:
            repos.teams.save(team)
        repos.chat_routes.save_route(Address(f"msteams:{TENANT}", channel="19:a"), "a route")

    await store.across_workspaces.write(save)
    await store.close()
    settings = build_settings(tmp_path, teams_client_id=TEAMS_CLIENT_ID, teams_tenants=TENANT)
    checked_routes: dict[str, str] = {}

    await doctor.check_microsoft_teams(settings, answer_with({}, checked_routes))

    assert checked_routes == {"19:a": "a route", "19:b": ""}
