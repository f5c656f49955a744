"""The batches of a team file: each person's lists change together, and no more than these."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.teams.list_batches import batch_teams

TEAMS = tuple(range(8))
LISTS = st.lists(st.frozensets(st.sampled_from(TEAMS), max_size=3), max_size=10)


@given(LISTS)
def test_each_team_is_in_one_batch(lists: list[frozenset[int]]) -> None:
    """The batches are a partition of the file, in its order."""
    batches = batch_teams(TEAMS, lists)

    assert sorted(team for batch in batches for team in batch) == list(TEAMS)
    assert [batch[0] for batch in batches] == sorted(batch[0] for batch in batches)
    assert all(list(batch) == sorted(batch) for batch in batches)


@given(LISTS)
def test_lists_of_a_person_are_in_one_batch(lists: list[frozenset[int]]) -> None:
    """A person who moves is never between two transactions."""
    batches = [set(batch) for batch in batch_teams(TEAMS, lists)]

    assert all(any(of_person <= batch for batch in batches) for of_person in lists)


@given(LISTS)
def test_a_batch_is_no_larger_than_its_moves(lists: list[frozenset[int]]) -> None:
    """From each team of a batch every other one is reached by people who are on both lists."""
    for batch in batch_teams(TEAMS, lists):
        reached = {batch[0]}
        for _ in batch:
            reached |= {team for of_person in lists if of_person & reached for team in of_person}
        assert reached == set(batch)


def test_teams_without_moves_are_batches_of_their_own() -> None:
    """The common case is one short transaction a team."""
    assert batch_teams(("north", "south"), [("north",), ("south",)]) == (("north",), ("south",))
