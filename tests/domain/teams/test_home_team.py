"""The home team of a person follows the lists that declare them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.teams.home_team import settle_home_team

TEAM_IDS = st.sampled_from(["east", "north", "south"])
TEAM_SETS = st.frozensets(TEAM_IDS)
HOMES = st.one_of(st.just(""), TEAM_IDS)


@given(HOMES, TEAM_SETS, TEAM_IDS)
def test_a_person_on_exactly_one_list_belongs_to_its_team(
    home: str, before: frozenset[str], team_id: str
) -> None:
    """No row can name another team than the one whose list they are on."""
    assert settle_home_team(home, before, frozenset({team_id})) == team_id


@given(HOMES, TEAM_SETS, TEAM_SETS)
def test_a_home_team_is_on_a_list_or_was_joined_alone(
    home: str, before: frozenset[str], after: frozenset[str]
) -> None:
    """Without a list the home team is none, or one that never declared the person."""
    settled = settle_home_team(home, before, after)

    assert settled in (after or {"", home} - before)


@given(TEAM_SETS, TEAM_SETS, TEAM_IDS)
def test_a_person_stays_in_the_team_whose_list_they_are_still_on(
    before: frozenset[str], after: frozenset[str], home: str
) -> None:
    """A second list moves nobody away from a team that declares them."""
    assert settle_home_team(home, before, after | {home}) == home


@given(HOMES, TEAM_SETS, TEAM_SETS)
def test_settling_twice_changes_nothing(
    home: str, before: frozenset[str], after: frozenset[str]
) -> None:
    """A repeated change of the lists has the result of the first one."""
    settled = settle_home_team(home, before, after)

    assert settle_home_team(settled, after, after) == settled
