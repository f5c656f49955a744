"""Who has left is erased after 30 days, and only where the product says that they have."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, Profile, ProfileChanged
from bot.errors import StoreBusyError
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import TeamKeyId
from bot.store.repositories import Repositories
from bot.workflows import person_erasure
from handlers import EVENT_HANDLER
from schedules import close_periods, erase_departed
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import ADA, CLINICIANS, MARIE, SUPERVISOR, TEAM, build_person

CLOSED = Profile(is_active_person=False, is_closed=True)
MISSING = Profile(is_active_person=False)
PHONE = build_person("phone")


async def close_account(context: Context, outlet: RecordingOutlet, person: Person) -> None:
    """Close the account of *person*, and report it."""
    outlet.profiles[person] = CLOSED
    await EVENT_HANDLER(ProfileChanged(person, CLOSED), context)


async def list_tables(context: Context, person: Person) -> set[str]:
    """Return the tables with rows about *person*."""
    copy = await context.store.across_workspaces.read(
        lambda repos: person_erasure.load_data_copy(repos, person, context.now())
    )
    return set(copy.rows)


@pytest.fixture
async def joined_context(team_context: Context) -> Context:
    """A context with nine people who joined."""
    await team_context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    return team_context


@pytest.mark.parametrize(
    ("person", "remaining_tables"),
    [(MARIE, {"period_member"}), (SUPERVISOR, set[str]())],
    ids=["clinician", "supervisor"],
)
async def test_a_person_is_erased_on_the_thirtieth_day(
    joined_context: Context,
    clock: FakeClock,
    outlet: RecordingOutlet,
    person: Person,
    remaining_tables: set[str],
) -> None:
    """Not a day before, but for the list of a closed period; the rows of another person stay."""
    await close_account(joined_context, outlet, person)
    counts = []
    for _ in range(31):
        await close_periods.run(joined_context)
        counts.append(await erase_departed.run(joined_context))
        clock.advance(days=1)

    assert counts == [0] * 30 + [1]
    assert await list_tables(joined_context, person) == remaining_tables
    assert await list_tables(joined_context, ADA) >= {"person", "roster"}
    assert await erase_departed.next_due(joined_context) is None


async def test_an_account_that_is_open_again_cancels(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Also where no event reported it: the product is queried before anybody is erased."""
    await close_account(joined_context, outlet, MARIE)
    clock.advance(days=31)
    outlet.profiles[MARIE] = Profile()

    assert await erase_departed.run(joined_context) == 0
    clinician = await joined_context.store.across_workspaces.read(
        lambda repos: repos.people.get(MARIE)
    )
    assert (clinician.closed_since, clinician.unreachable_reason) == (None, "")


@pytest.mark.parametrize("is_answered", [False, True], ids=["no-answer", "not-found"])
async def test_nobody_is_erased_without_a_definite_answer(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet, *, is_answered: bool
) -> None:
    """A failed look-up and an account that is not found prove nothing; the next day tries again."""
    await close_account(joined_context, outlet, MARIE)
    clock.advance(days=40)
    outlet.profiles[MARIE] = MISSING
    outlet.are_profiles_unavailable = not is_answered

    assert await erase_departed.run(joined_context) == 0

    clock.advance(days=1)
    outlet.are_profiles_unavailable, outlet.profiles[MARIE] = False, CLOSED
    assert await erase_departed.run(joined_context) == 1


async def test_an_account_that_is_not_found_is_never_closed(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """It gets no messages, and is not erased, whatever the time."""
    outlet.profiles[MARIE] = MISSING
    await EVENT_HANDLER(ProfileChanged(MARIE, MISSING), joined_context)
    clock.advance(days=400)

    assert await erase_departed.run(joined_context) == 0
    assert "person" in await list_tables(joined_context, MARIE)


async def test_a_person_with_another_account_is_still_there(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """An account that was linked because the person changed products erases nothing."""
    await joined_context.store.across_workspaces.write(
        lambda repos: repos.linked_accounts.set_links([(MARIE, PHONE)])
    )
    await close_account(joined_context, outlet, MARIE)
    clock.advance(days=40)

    assert await erase_departed.run(joined_context) == 0


async def test_a_report_of_a_closed_account_begins_the_time_after_a_refused_message(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """The code of a refused message alone does not begin it."""

    def refuse(repos: Repositories) -> None:
        repos.people.mark_unreachable(MARIE, "user_not_found")

    await joined_context.store.across_workspaces.write(refuse)
    clock.advance(days=40)
    await close_account(joined_context, outlet, MARIE)
    assert await erase_departed.run(joined_context) == 0

    clock.advance(days=30)
    assert await erase_departed.run(joined_context) == 1


async def test_somebody_who_cannot_be_erased_stops_nobody_else(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """With a damaged key of their team, the others are erased; the next day tries again."""
    other = build_person("other")

    def add_team(repos: Repositories) -> None:
        repos.teams.save(replace(TEAM, id="other", channel="C0OTHER"))
        repos.teams.declare_clinicians("other", [other])
        repos.people.join_team(other, "other")

    await joined_context.store.across_workspaces.write(add_team)
    for person in (MARIE, other):
        await close_account(joined_context, outlet, person)
    clock.advance(days=30)
    key_store = joined_context.store.key_store
    assert isinstance(key_store, FolderKeyStore)
    key_file = key_store.folder / TeamKeyId(TEAM.id).file_name
    key = key_file.read_bytes()
    key_file.write_bytes(key[:-1])

    with pytest.raises(StoreBusyError):
        await erase_departed.run(joined_context)

    assert "person" in await list_tables(joined_context, MARIE)
    assert "person" not in await list_tables(joined_context, other)
    key_file.write_bytes(key)
    clock.advance(days=1)
    assert await erase_departed.run(joined_context) == 1


async def test_a_clock_that_was_ahead_delays_no_erasure(
    joined_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """Neither a pass nor a day that was stored with a clock a year ahead silences the duty."""
    clock.advance(days=365)
    await close_account(joined_context, outlet, MARIE)
    await erase_departed.run(joined_context)
    clock.advance(days=-365)

    counts = []
    for _ in range(31):
        counts.append(await erase_departed.run(joined_context))
        clock.advance(days=1)

    assert counts == [0] * 30 + [1]
