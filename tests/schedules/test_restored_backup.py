"""After a restore everybody on the list of an open period reads the same, and nobody else."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import Person, WorkspaceConnected, WorkspaceDisconnected
from bot.elements import Banner
from bot.store.backup import back_up_database
from bot.store.repositories import Repositories
from bot.store.store import Store
from handlers import EVENT_HANDLER, FORMS
from schedules import (
    COMPOSERS,
    TIMETABLE,
    close_periods,
    detect_rollback,
    purge_workspaces,
    weekly_checkin,
)
from schedules.delivery.sender import DeliverySender
from tests.doubles import PEPPERS, START, FakeClock, RecordingOutlet
from tests.key_folders import key_store_for
from tests.ledger_records import fetch_token_codes
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    build_person,
    build_request,
    set_up_team,
)

BACKUP_MADE_AT = START - timedelta(days=1)
"""The day before the check-in: one that was due before the restore is not sent."""

CODES = {"form": "away", "status": "touched"}
SMALL_TEAM = tuple(build_person(f"small{number}") for number in range(2))
"""A team with no open period: two people are too few to be counted."""

LANGUAGES = ("en", "fr", "zh")


async def submit(context: Context, form: str, person: Person, key: str) -> None:
    """Submit a form as *person*."""
    answers = CODES if form == "debrief" else {}
    await FORMS[form](build_request(person, answers=answers, idempotency_key=key), context)


@pytest.fixture
async def restored_bot(
    context: Context, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[tuple[Context, RecordingOutlet]]:
    """A backup that replaces the database; since then Marie withdrew and Ada filed.

    Three people read each language; two belong to a team with no open period.
    """
    clock.current_time = BACKUP_MADE_AT
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, SMALL_TEAM, ())
    await context.store.across_workspaces.write(
        lambda repos: [
            repos.people.join_team(person, team.id)
            for people, team in ((CLINICIANS, TEAM), (SMALL_TEAM, OTHER_TEAM))
            for person in people
        ]
    )
    await context.store.across_workspaces.write(
        lambda repos: [
            repos.people.set_language(person, LANGUAGES[number % 3])
            for number, person in enumerate(CLINICIANS)
        ]
    )
    await submit(context, "debrief", MARIE, "act 1")
    await detect_rollback.run(context)
    back_up_database(f"sqlite:///{tmp_path}/attune.sqlite", tmp_path / "backup")
    clock.advance(hours=2)
    await submit(context, "withdraw", MARIE, "act 2")
    await submit(context, "debrief", ADA, "act 3")
    await detect_rollback.run(context)
    outlet = RecordingOutlet()
    clock.advance(hours=1)
    key_store = key_store_for(f"sqlite:///{tmp_path}/attune.sqlite")
    store = Store.open(f"sqlite:///{tmp_path}/backup", PEPPERS, key_store)
    yield Context(store, context.catalogue, clock, {"slack": outlet}), outlet
    await store.close()


async def send_checkins(context: Context) -> None:
    """Plan the week's check-ins and send them."""
    await weekly_checkin.run(context)
    await DeliverySender(context, COMPOSERS).send_all_due()


def list_notices(outlet: RecordingOutlet) -> dict[str, list[str]]:
    """Return the banners of the messages to each person."""
    return {
        sent.address.person: [
            element.text for element in sent.message.body if isinstance(element, Banner)
        ]
        for sent in outlet.sent_messages
    }


def build_notices(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return what each person should read after a restore to the start."""
    notices: dict[str, list[str]] = {person.id: [] for person in SMALL_TEAM}
    for number, person in enumerate(CLINICIANS):
        words = catalogue.get_pack(LANGUAGES[number % 3])
        day = words.format_day(BACKUP_MADE_AT.date())
        notices[person.id] = [words.translate("checkin.nudge.undone", day=day)]
    return notices


async def run_tick(context: Context) -> None:
    """Run the duties of periods and of the mark, in the order of a tick."""
    for name in TIMETABLE:
        if name in {"close_periods", "mark_database"}:
            await TIMETABLE[name].run(context)


async def test_backup_from_before_the_last_close_is_detected_for_the_period_that_opens_now(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    """The current period is not in such a backup, and what was filed in it is undone too."""
    await set_up_team(context)
    await run_tick(context)
    back_up_database(f"sqlite:///{tmp_path}/attune.sqlite", tmp_path / "backup")
    restored_to = clock()
    clock.advance(weeks=14)
    await run_tick(context)
    await submit(context, "debrief", MARIE, "act 1")
    key_store = key_store_for(f"sqlite:///{tmp_path}/attune.sqlite")
    store = Store.open(f"sqlite:///{tmp_path}/backup", PEPPERS, key_store)

    await run_tick(Context(store, context.catalogue, clock, {}))

    undone_since = await store.across_workspaces.read(
        lambda repos: find_undone_since(repos, clock())
    )
    await store.close()
    assert undone_since is not None
    assert undone_since <= restored_to


async def test_everybody_on_the_list_reads_it_with_the_next_checkin(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """Nine of nine read since which day, whatever they did; none of the two others do."""
    context, outlet = restored_bot
    assert await detect_rollback.run(context) == 1
    await detect_rollback.run(context)
    clock.advance(days=1)
    await send_checkins(context)

    assert list_notices(outlet) == build_notices(context.catalogue)


async def test_a_moved_person_reads_what_is_undone_where_they_count(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """Marie counts in her former team until its close, and her present one has no open period."""
    context, outlet = restored_bot
    await detect_rollback.run(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, OTHER_TEAM.id)
    )
    clock.advance(days=1)
    await send_checkins(context)

    words = context.catalogue.get_pack("en")
    undone = words.translate("checkin.nudge.undone", day=words.format_day(BACKUP_MADE_AT.date()))
    assert undone in list_notices(outlet)[MARIE.id]


async def test_what_was_filed_and_withdrawn_since_is_undone(
    restored_bot: tuple[Context, RecordingOutlet],
) -> None:
    """The sentence is true: Marie's debrief is there again, and Ada's is missing."""
    context, _ = restored_bot
    contents = await fetch_token_codes(context.store)

    assert [len(pairs) for pairs in contents.values()] == [1, 1]


async def test_notice_ends_with_the_period(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """A check-in after the close of the marked periods has no such sentence."""
    context, outlet = restored_bot
    await detect_rollback.run(context)
    clock.advance(days=8)
    await close_periods.run(context)
    await send_checkins(context)

    assert set(map(len, list_notices(outlet).values())) == {0}


async def test_second_restore_does_not_shorten_the_span(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """The earliest date stays, since all that came later is undone as well."""
    context, _ = restored_bot
    await detect_rollback.run(context)
    later = clock() + timedelta(hours=1)
    await context.store.across_workspaces.write(
        lambda repos: repos.ledger.mark_undone(later, clock())
    )

    since = await context.store.across_workspaces.read(
        lambda repos: find_undone_since(repos, clock())
    )
    assert since == BACKUP_MADE_AT


async def test_crash_before_the_key_stores_mark_loses_no_notice(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """The date is committed with the database's mark: no crash leaves one without the other."""
    context, _ = restored_bot
    await context.store.across_workspaces.write(
        lambda repos: (repos.handle_rollback(clock()), repos.advance_database_mark(clock()))
    )

    assert await detect_rollback.run(context) == 0
    since = await context.store.across_workspaces.read(
        lambda repos: find_undone_since(repos, clock())
    )
    assert since == BACKUP_MADE_AT


async def test_without_a_restore_no_checkin_has_the_notice(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Marks that only advance change no message."""
    await detect_rollback.run(planned_context)
    clock.advance(days=1)
    await detect_rollback.run(planned_context)
    await send_checkins(planned_context)

    assert list_notices(outlet)
    assert not any(list_notices(outlet).values())


async def test_supervisor_reads_no_notice(
    restored_bot: tuple[Context, RecordingOutlet], clock: FakeClock
) -> None:
    """A supervisor, who is on no list, gets no message."""
    context, outlet = restored_bot
    await detect_rollback.run(context)
    clock.advance(days=1)
    await send_checkins(context)

    assert SUPERVISOR.id not in list_notices(outlet)


async def test_workspace_that_was_installed_again_after_the_backup_has_a_new_day(
    team_context: Context, clock: FakeClock, outlet: RecordingOutlet, tmp_path: Path
) -> None:
    """A restored mark begins no purge before the database is known to be an older copy.

    From then on the grace begins anew, and ends as it does after an uninstallation.
    """
    await EVENT_HANDLER(WorkspaceDisconnected(WORKSPACE, "app_uninstalled"), team_context)
    await detect_rollback.run(team_context)
    back_up_database(f"sqlite:///{tmp_path}/attune.sqlite", tmp_path / "backup")
    await EVENT_HANDLER(WorkspaceConnected(WORKSPACE), team_context)
    clock.advance(days=3)
    await detect_rollback.run(team_context)
    key_store = key_store_for(f"sqlite:///{tmp_path}/attune.sqlite")
    store = Store.open(f"sqlite:///{tmp_path}/backup", PEPPERS, key_store)
    restored = Context(store, team_context.catalogue, clock, {"slack": outlet})

    purged_counts = [await purge_workspaces.run(restored)]
    for _ in range(2):  # the key store is in use for an hour
        await detect_rollback.run(restored)
        clock.advance(hours=2)
    clock.advance(hours=21)
    purged_counts.append(await purge_workspaces.run(restored))
    clock.advance(hours=2)
    purged_counts.append(await purge_workspaces.run(restored))
    await store.close()

    assert purged_counts == [0, 0, 1]


def find_undone_since(repos: Repositories, now: datetime) -> datetime | None:
    """Return since when a person of the team reads that what they filed is undone."""
    return repos.ledger.find_counting_notice(repos.teams.get_account(MARIE), now).undone_since
