"""The operator's commands on one team: what they change, and what they refuse."""

from dataclasses import replace
from datetime import date

import pytest

from bot.admin import team_verbs
from bot.admin.team_verbs import TeamOverview
from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.teams.audit_entry import AuditAction
from bot.domain.teams.team_removal import RemovalEffects
from bot.errors import FaultyInputError
from bot.store.repositories import Repositories
from tests.doubles import RecordingOutlet, clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import CHANNEL, CLINICIANS, OTHER_CHANNEL, OTHER_TEAM, TEAM, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]


async def test_teams_are_listed_with_references(context: Context) -> None:
    """The list has sizes and references, and nothing about who joined."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, CLINICIANS[:0])

    assert await context.store.across_workspaces.read(team_verbs.load_overviews) == (
        TeamOverview(OTHER_TEAM, f"T0PRACTICE/{OTHER_CHANNEL}", 0, 1),
        TeamOverview(TEAM, f"T0PRACTICE/{CHANNEL}", 9, 1),
    )


async def test_moved_team_gets_its_card_in_the_new_channel(context: Context) -> None:
    """The team is the same one, and its introduction card is planned once for the new channel."""
    await set_up_team(context)
    await team_verbs.move_team(context, CHANNEL, "C0NEW")
    await team_verbs.move_team(context, "T0PRACTICE/C0NEW", "C0NEW")

    def load_move(repos: Repositories) -> tuple[object, list[tuple[str, str]]]:
        cards = repos.deliveries.list_due_deliveries(TEAM.workspace, context.now(), 9)
        return repos.teams.get(TEAM.id), [(card.kind, card.channel) for card in cards]

    assert await context.store.across_workspaces.read(load_move) == (
        replace(TEAM, channel="C0NEW"),
        [(DeliveryKind.INTRODUCTION, "C0NEW")],
    )


@pytest.mark.parametrize(
    ("reference", "channel", "location", "key"),
    [
        ("C0NONE", "C0NEW", "CHANNEL", "unknown_team"),
        (CHANNEL, OTHER_CHANNEL, "NEW_CHANNEL", "channel_in_use"),
        (CHANNEL, "#north", "NEW_CHANNEL", "malformed_channel"),
    ],
)
async def test_refused_move_changes_nothing(
    context: Context, reference: str, channel: str, location: str, key: str
) -> None:
    """The fault names the argument, and the team stays in its channel."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, CLINICIANS[:0])

    with pytest.raises(FaultyInputError) as error:
        await team_verbs.move_team(context, reference, channel)

    assert [(fault.location, fault.key) for fault in error.value.faults] == [
        (location, f"operator.team.{key}")
    ]
    assert (
        await context.store.across_workspaces.read(lambda repos: repos.teams.get(TEAM.id)) == TEAM
    )


async def test_dry_run_of_a_removal_changes_nothing(context: Context) -> None:
    """It returns what the removal returns, and the team is as it was."""
    await set_up_team(context)

    expected = await team_verbs.remove_team(context, CHANNEL, is_dry_run=True)
    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams())

    assert expected == RemovalEffects(TEAM, 9, date(2026, 7, 6), 0)
    assert teams == (TEAM,)
    assert await team_verbs.remove_team(context, CHANNEL, is_dry_run=False) == expected


async def test_people_of_a_removed_team_are_counted_as_unlisted(context: Context) -> None:
    """The removal is never silent: the count says how many lack a team."""
    await set_up_team(context)
    before = await context.store.across_workspaces.read(team_verbs.count_unlisted)
    await team_verbs.remove_team(context, CHANNEL, is_dry_run=False)

    assert before == 0
    assert await context.store.across_workspaces.read(team_verbs.count_unlisted) == 9


async def test_repeated_removal_is_refused(context: Context, outlet: RecordingOutlet) -> None:
    """The channel names no team any more."""
    await set_up_team(context)
    await team_verbs.remove_team(context, CHANNEL, is_dry_run=False)

    with pytest.raises(FaultyInputError) as error:
        await team_verbs.remove_team(context, CHANNEL, is_dry_run=False)

    assert error.value.faults[0].key == "operator.team.unknown_team"
    assert outlet.sent_messages == []


async def test_moves_and_removals_are_in_the_audit_trail(context: Context) -> None:
    """The actor is the operator; a dry run adds no entry."""
    await set_up_team(context)
    await team_verbs.move_team(context, CHANNEL, "C0NEW")
    for is_dry_run in (True, False):
        await team_verbs.remove_team(context, "C0NEW", is_dry_run=is_dry_run)

    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    assert sorted((entry.action, entry.actor_id, entry.detail) for entry in entries) == [
        (AuditAction.CLOSED, "", ""),
        (AuditAction.MOVED, "", f"{CHANNEL} C0NEW"),
    ]
