"""Sequences of team files, moves and removals: nobody is on two lists or lost in silence."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admin import apply_teams, team_export, team_verbs
from bot.context import Context
from bot.conversation import Person
from bot.domain.teams.unlisted_members import count_without_team
from bot.errors import FaultyInputError
from bot.store.repositories import Repositories
from schedules import close_periods
from tests.doubles import FakeClock
from tests.temporary_contexts import open_context

WORKSPACE = "slack:T0PRACTICE"
CHANNELS = ("C0EAST", "C0NORTH", "C0SOUTH")
PEOPLE = tuple(Person(WORKSPACE, f"U{number:02}") for number in range(12))
NO_LIST = "none"

Lists = dict[Person, str]
"""The channel of the team on whose list each person is, :data:`NO_LIST` for none."""

LISTS = st.fixed_dictionaries({person: st.sampled_from([*CHANNELS, NO_LIST]) for person in PEOPLE})
JOINERS = st.sets(st.sampled_from(PEOPLE))
WEEKS = st.integers(0, 14)
STEPS = st.lists(st.tuples(LISTS, JOINERS, WEEKS), min_size=1, max_size=4)


def render_file(lists: Lists) -> str:
    """Render the team file of *lists*, in which every team is declared."""
    tables = []
    for channel in CHANNELS:
        people = [person.id for person, own_channel in lists.items() if own_channel == channel]
        tables.append(
            f'[[team]]\nworkspace = "T0PRACTICE"\nchannel = "{channel}"\nname = "{channel}"\n'
            f"clinicians = {people}\n"
        )
    return "\n".join(tables)


async def apply_step(context: Context, folder: Path, lists: Lists, joiners: set[Person]) -> None:
    """Apply *lists*, and join those who are on one of them."""
    file = folder / "teams.toml"
    file.write_text(render_file(lists))
    await apply_teams.apply_teams(context, file, test_mode=False)

    def join_listed(repos: Repositories) -> None:
        for person in sorted(joiners):
            if team := repos.teams.get_home_team(person):
                repos.people.join_team(person, team.id)

    await context.store.across_workspaces.write(join_listed)


def find_home_channels(repos: Repositories) -> Lists:
    """Return the channel of each person's home team."""
    homes = {person: repos.teams.get_home_team(person) for person in PEOPLE}
    return {person: team.channel if team else NO_LIST for person, team in homes.items()}


def count_told_and_stored(repos: Repositories, context: Context) -> tuple[int, int]:
    """Return how many people count without a team, and the number that is reported."""
    contributors = [repos.ledger.find_contributor(person, context.now()) for person in PEOPLE]
    counted = [person for person in contributors if person.counted_periods]
    without_team = sum(person.team is None for person in counted)
    return without_team, count_without_team(repos.frozen_members.list_members())


@settings(max_examples=12, deadline=None)
@given(STEPS)
def test_lists_and_home_teams_never_contradict(
    steps: list[tuple[Lists, set[Person], int]],
) -> None:
    """After each file everybody belongs to the one list that has them, joined or not."""
    clock = FakeClock()
    with open_context(clock) as (context, runner, folder):
        read = context.store.across_workspaces.read
        for lists, joiners, weeks in steps:
            runner.run(apply_step(context, folder, lists, joiners))
            assert runner.run(read(find_home_channels)) == lists
            clock.advance(weeks=weeks)
            runner.run(close_periods.run(context))
            assert runner.run(read(find_home_channels)) == lists


@settings(max_examples=12, deadline=None)
@given(STEPS)
def test_who_counts_without_a_team_is_reported(
    steps: list[tuple[Lists, set[Person], int]],
) -> None:
    """The reported number has everybody whose debriefs count now and nowhere afterwards."""
    clock = FakeClock()
    with open_context(clock) as (context, runner, folder):
        read = context.store.across_workspaces.read
        for lists, joiners, weeks in steps:
            runner.run(apply_step(context, folder, lists, joiners))
            without_team, reported = runner.run(
                read(lambda repos: count_told_and_stored(repos, context))
            )
            assert without_team <= reported
            clock.advance(weeks=weeks)
            runner.run(close_periods.run(context))


@settings(max_examples=12, deadline=None)
@given(STEPS, st.sampled_from(CHANNELS), st.sampled_from([*CHANNELS, "C0WEST"]))
def test_exported_teams_are_applied_without_a_change(
    steps: list[tuple[Lists, set[Person], int]], channel: str, new_channel: str
) -> None:
    """After any files and a move to any channel, free or not, the export changes nothing."""
    with open_context(FakeClock()) as (context, runner, folder):
        for lists, joiners, _ in steps:
            runner.run(apply_step(context, folder, lists, joiners))
        try:
            runner.run(team_verbs.move_team(context, channel, new_channel))
        except FaultyInputError:
            assert new_channel in set(CHANNELS) - {channel}
        file = folder / "copy.toml"
        file.write_text(
            runner.run(context.store.across_workspaces.read(team_export.export_team_file))
        )

        result = runner.run(apply_teams.apply_teams(context, file, test_mode=False))

        assert (result.team_count, result.changed_count) == (3, 0)
