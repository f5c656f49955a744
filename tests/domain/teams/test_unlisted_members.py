"""Who lacks a team depends on lists and accounts alone."""

import pytest

from bot.domain.reachability import DEACTIVATED, EXTERNAL
from bot.domain.teams.unlisted_members import FrozenMember, count_without_team, lacks_team

UNLISTED = FrozenMember(is_listed=False, is_linked=False, unreachable_reason="")


@pytest.mark.parametrize(
    ("member", "is_without_team"),
    [
        (UNLISTED, True),
        (FrozenMember(is_listed=True, is_linked=False, unreachable_reason=""), False),
        (FrozenMember(is_listed=False, is_linked=True, unreachable_reason=""), False),
        (FrozenMember(is_listed=False, is_linked=False, unreachable_reason=DEACTIVATED), False),
        (FrozenMember(is_listed=False, is_linked=False, unreachable_reason=EXTERNAL), False),
        (FrozenMember(is_listed=False, is_linked=False, unreachable_reason="is_archived"), True),
    ],
)
def test_an_open_account_on_no_list_lacks_a_team(
    member: FrozenMember, *, is_without_team: bool
) -> None:
    """A closed account, one of another organisation and a linked one lack nothing."""
    assert lacks_team(member) is is_without_team


def test_people_without_a_team_are_counted() -> None:
    """The count has no other input than the members."""
    listed = FrozenMember(is_listed=True, is_linked=False, unreachable_reason="")

    assert count_without_team([UNLISTED, listed, UNLISTED]) == 2
