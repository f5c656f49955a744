"""Sequences of set-up changes by file, by command and in chat, while people file."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.admin import team_export
from bot.conversation import Profile
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.set_up_steps import CHANNELS, PEOPLE, Change, SetUpSteps
from tests.sample_team import ADMIN
from tests.temporary_contexts import open_context

KINDS = (
    "apply_file",
    "close_in_chat",
    "create_team",
    "join_in_channel",
    "move_by_command",
    "move_in_chat",
    "remove_by_command",
    "save_form",
    "undo_form",
    "undo_in_chat",
    "undo_new_team",
)
PERSONS = st.sampled_from(PEOPLE)
LISTS = st.frozensets(PERSONS, max_size=9)
CHANGES = st.builds(
    Change,
    kind=st.sampled_from(KINDS),
    channel=st.sampled_from(("C0EAST", "C0NORTH", *CHANNELS)),
    new_channel=st.sampled_from(CHANNELS),
    people=LISTS,
    sister_people=LISTS,
    filer=PERSONS,
    weeks=st.sampled_from([0, 0, 1, 5, 14]),
)
FIRST_CHANGE = st.builds(
    Change,
    kind=st.just("apply_file"),
    channel=st.just("C0EAST"),
    new_channel=st.just("C0NORTH"),
    people=st.frozensets(PERSONS, min_size=5, max_size=8),
    sister_people=LISTS,
    filer=PERSONS,
    weeks=st.sampled_from([0, 1, 3]),
)


@pytest.mark.parametrize(
    ("kind", "channel", "new_channel"),
    [("undo_form", "C0EAST", "C0WEST"), ("undo_new_team", "C0WEST", "C0WEST")],
)
def test_an_undone_change_leaves_the_lists_as_they_were(
    kind: str, channel: str, new_channel: str
) -> None:
    """Both kinds of undo are made by the sequences, not refused."""
    change = Change(
        kind=kind,
        channel=channel,
        new_channel=new_channel,
        people=frozenset(PEOPLE[8:]),
        sister_people=frozenset(),
        filer=PEOPLE[0],
        weeks=0,
    )
    first = replace(
        change,
        kind="apply_file",
        channel="C0EAST",
        new_channel="C0EAST",
        people=frozenset(PEOPLE[:8]),
    )
    clock, outlet = FakeClock(), RecordingOutlet(profiles={ADMIN: Profile(is_admin=True)})
    with open_context(clock, outlet) as (context, runner, folder):
        steps = SetUpSteps(context, clock, folder)
        runner.run(steps.apply_change(first))
        before = runner.run(context.store.across_workspaces.read(team_export.export_team_file))

        runner.run(steps.apply_change(change))

        after = runner.run(context.store.across_workspaces.read(team_export.export_team_file))
        assert steps.applied["undone"] == 1
        assert after == before
        assert runner.run(steps.find_contradictions()) == []


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # an example takes a second, shrinking minutes
)
@given(FIRST_CHANGE, st.lists(CHANGES, min_size=2, max_size=6))
def test_no_sequence_of_changes_loses_a_debrief_in_silence(
    first: Change, changes: list[Change]
) -> None:
    """Nobody is on two lists, every debrief is in a table or said not to count, export is stable.

    What a person reads where they file, what is stored, and what is published agree, whichever
    changes succeed and whichever are refused.
    """
    clock, outlet = FakeClock(), RecordingOutlet(profiles={ADMIN: Profile(is_admin=True)})
    with open_context(clock, outlet) as (context, runner, folder):
        steps = SetUpSteps(context, clock, folder)
        for change in (first, *changes):
            runner.run(steps.apply_change(change))
            assert runner.run(steps.find_contradictions()) == []
        result = runner.run(steps.apply_export())
        runner.run(steps.pass_weeks(14))

        released = runner.run(steps.years.fetch_released_tables())
        assert not steps.years.broken_promises, steps.years.broken_promises
        assert result is None or result.changed_count == 0
        assert {table for tables in steps.years.filed_tables for table in tables} <= set(released)
