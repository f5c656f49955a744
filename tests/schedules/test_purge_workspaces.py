"""A workspace that uninstalled the app is purged after a day, and no other one is."""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import (
    ChatEvent,
    SendResult,
    SendStatus,
    WorkspaceConnected,
    WorkspaceDisconnected,
)
from bot.outlet import ProbeResult, ProbeStatus
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.release_archive import ReleaseArchive
from bot.workflows.workspace_probes import record_probe_result
from handlers import EVENT_HANDLER
from schedules import COMPOSERS, TIMETABLE, archive_releases, purge_workspaces
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM, WORKSPACE
from tests.store.sample_workspaces import (
    CLOSED_AT,
    GONE,
    STAYING,
    begin_purge,
    build_own_team,
    seed_team,
    seed_workspace,
)

UNINSTALLED, REVOKED = (
    WorkspaceDisconnected(WORKSPACE, reason) for reason in ("app_uninstalled", "tokens_revoked")
)
DAY, SECOND = timedelta(hours=24), timedelta(seconds=1)


async def send_events(context: Context, events: Sequence[ChatEvent]) -> None:
    """Handle *events* in turn."""
    for event in events:
        await EVENT_HANDLER(event, context)


async def store_installation(context: Context) -> None:
    """Store that the workspace was installed from the link, so that its token is its own."""
    await context.store.across_workspaces.write(
        lambda repos: repos.installations.save(WORKSPACE, {"token": "xoxb-1"})
    )


async def has_team(context: Context) -> bool:
    """Return whether the team's row is stored."""
    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams_ever())
    return TEAM.id in {team.id for team in teams}


@pytest.mark.parametrize(
    "events",
    [
        *itertools.permutations((UNINSTALLED, REVOKED)),
        (UNINSTALLED,),
        (REVOKED, REVOKED, UNINSTALLED, REVOKED),
    ],
)
async def test_events_in_any_order_purge_the_workspace_a_day_after_the_first(
    team_context: Context, clock: FakeClock, events: tuple[ChatEvent, ...]
) -> None:
    """Events an hour apart, in either order and repeated, do not extend the grace."""
    first_at = clock()
    for event in events:
        await EVENT_HANDLER(event, team_context)
        clock.advance(hours=1)

    clock.current_time = first_at + DAY - SECOND
    assert await purge_workspaces.run(team_context) == 0
    assert await has_team(team_context)
    clock.current_time = first_at + DAY
    assert await purge_workspaces.run(team_context) == 1
    assert not await has_team(team_context)
    assert await purge_workspaces.run(team_context) == 0


@pytest.mark.parametrize("hours", [0, 23])
async def test_reinstalling_within_the_grace_cancels_the_purge(
    team_context: Context, clock: FakeClock, hours: int
) -> None:
    """The team goes on, and a later uninstallation has a whole day again."""
    await send_events(team_context, (UNINSTALLED, REVOKED))
    clock.advance(hours=hours)
    await EVENT_HANDLER(WorkspaceConnected(WORKSPACE), team_context)
    clock.advance(hours=400)
    assert await purge_workspaces.run(team_context) == 0

    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=23)

    assert await purge_workspaces.run(team_context) == 0
    assert await has_team(team_context)


@pytest.mark.parametrize(
    ("code", "is_purged"),
    [
        ("account_inactive", True),
        ("token_revoked", True),
        ("invalid_auth", False),
        ("missing_scope", False),
        ("a code that is not documented", False),
    ],
)
@pytest.mark.parametrize("found_by", ["message", "probe"])
async def test_only_a_final_refusal_leads_to_a_purge(
    planned_context: Context,
    clock: FakeClock,
    outlet: RecordingOutlet,
    found_by: str,
    code: str,
    *,
    is_purged: bool,
) -> None:
    """A message or a probe that is refused, where the event was lost; an unknown code is none."""
    await store_installation(planned_context)
    if found_by == "message":
        outlet.send_result = SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason=code)
        await DeliverySender(planned_context, COMPOSERS).send_all_due()
    else:
        result = ProbeResult(ProbeStatus.REFUSED, code)
        await planned_context.store.across_workspaces.write(
            lambda repos: record_probe_result(repos, WORKSPACE, result, clock(), 0.0)
        )
    clock.advance(hours=24 * 400)

    assert await purge_workspaces.run(planned_context) == is_purged
    assert await has_team(planned_context) != is_purged


async def test_an_event_while_a_purge_goes_on_ends_nothing(
    team_context: Context, clock: FakeClock
) -> None:
    """Neither a new installation nor a late event stops it; afterwards no row is left."""
    await team_context.store.across_workspaces.write(
        lambda repos: repos.workspace_purges.begin(WORKSPACE, clock())
    )
    await send_events(team_context, (WorkspaceConnected(WORKSPACE), UNINSTALLED))

    assert await purge_workspaces.run(team_context) == 1
    assert not await has_team(team_context)
    scope = team_context.store.across_workspaces
    assert await scope.read(lambda repos: repos.workspaces.accepts_messages(WORKSPACE, clock()))


async def test_every_duty_runs_between_the_steps_of_a_purge(
    team_context: Context, clock: FakeClock
) -> None:
    """Once a purge has begun no duty opens a period or plans a message, and it still ends."""
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: repos.workspace_purges.begin(WORKSPACE, clock()))
    keys = set(team_context.store.key_store.list_ids())
    for name, duty in TIMETABLE.items():
        if name != "purge_workspaces":
            await duty.run(team_context)
    assert set(team_context.store.key_store.list_ids()) <= keys
    assert not await scope.read(lambda repos: repos.deliveries.count_by_state())

    assert await purge_workspaces.run(team_context) == 1
    assert not team_context.store.key_store.list_ids()


async def test_two_workers_purge_at_once(team_context: Context, clock: FakeClock) -> None:
    """The slower of two leaves what a new installation has set up after the faster one ended."""
    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=24)
    assert await purge_workspaces.run(team_context) == 1
    scope = team_context.store.across_workspaces
    await scope.write(lambda repos: repos.teams.save(TEAM))

    deleted = await scope.write(
        lambda repos: [
            repos.workspace_purges.delete_rows(
                WORKSPACE, name, repos.workspace_purges.list_row_keys(WORKSPACE, name)
            )
            for name in ("team", "roster")
        ]
    )

    assert deleted == [0, 0]
    assert await has_team(team_context)


async def test_no_row_is_deleted_while_a_key_cannot_be(
    team_context: Context, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The error is raised, so that the health of the duty shows it, and a later run ends it."""
    blocked = next(iter(team_context.store.key_store.list_ids())).file_name
    folder = team_context.store.key_store.folder  # type: ignore[attr-defined]  # a folder in tests
    content = (folder / blocked).read_bytes()
    (folder / blocked).unlink()
    (folder / blocked).mkdir()
    await EVENT_HANDLER(UNINSTALLED, team_context)
    clock.advance(hours=24)

    with pytest.raises(KeyStoreUnavailableError):
        await purge_workspaces.run(team_context)

    assert await has_team(team_context)
    assert "workspaces.purge_failed" in caplog.text
    (renamed,) = folder.glob("*.old")
    renamed.rmdir()
    (folder / blocked).write_bytes(content)
    assert await purge_workspaces.run(team_context) == 1
    assert not team_context.store.key_store.list_ids()


async def test_files_of_published_tables_are_deleted_with_their_rows(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """Those of the other workspace stay, and no file is written again."""
    folder = tmp_path / "releases"
    archiving = replace(context, releases_folder=folder)
    for word in (STAYING, GONE):
        await seed_team(context.store, word, build_own_team(word))
    clock.current_time = CLOSED_AT
    assert await archive_releases.run(archiving) == 4
    await begin_purge(context.store, GONE)

    assert await purge_workspaces.run(archiving) == 1

    texts = [path.read_text() for path in folder.iterdir()]
    assert len(texts) == 2
    assert not any(GONE in text for text in texts)
    assert ReleaseArchive(folder).delete_units((), lambda _unit: False) == 0
    assert await archive_releases.run(archiving) == 0


async def test_a_damaged_file_does_not_stop_a_purge(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """The files of the purged workspace are deleted, also those of pools that cannot be read."""
    archiving = replace(context, releases_folder=tmp_path / "releases")
    await seed_team(context.store, STAYING, build_own_team(STAYING))
    await seed_workspace(context.store, GONE)
    clock.current_time = CLOSED_AT
    await archive_releases.run(archiving)
    for path in (tmp_path / "releases").iterdir():
        path.write_text("{")
    await begin_purge(context.store, GONE)

    assert await purge_workspaces.run(archiving) == 1
    assert len(list((tmp_path / "releases").iterdir())) == 2


async def test_the_log_of_a_purge_names_nobody(
    planned_context: Context, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """One line with an action and a number of rows."""
    caplog.set_level(logging.DEBUG, "attune")
    await EVENT_HANDLER(UNINSTALLED, planned_context)
    clock.advance(hours=24)

    await purge_workspaces.run(planned_context)

    (record,) = [entry for entry in caplog.records if entry.name == "attune.purge"]
    assert (record.message, record.__dict__["action"]) == ("workspaces.purged",) * 2
    assert record.__dict__["count"] > len(CLINICIANS)
    assert not any(text in str(record.__dict__) for text in (WORKSPACE, MARIE.id, TEAM.id))
