"""People who count in an open period and are on no team's list, so that they count nowhere next."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.reachability import has_working_account


@dataclass(frozen=True)
class FrozenMember:
    """A person on the frozen list of a period that is not closed.

    ``is_listed``: a team's list has them now. ``is_linked``: the account is linked to another one,
    whose lists decide. ``unreachable_reason`` is ``""`` for a person who can be reached.
    """

    is_listed: bool
    is_linked: bool
    unreachable_reason: str


def lacks_team(member: FrozenMember) -> bool:
    """Return whether *member* counts nowhere after the close, although their account works."""
    return (
        not member.is_listed
        and not member.is_linked
        and has_working_account(member.unreachable_reason)
    )


def count_without_team(members: Iterable[FrozenMember]) -> int:
    """Count the people of *members* who lack a team; nothing of what they filed is an input."""
    return sum(map(lacks_team, members))
