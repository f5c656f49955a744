"""Group the teams of a file so that each person's lists change in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

TeamT = TypeVar("TeamT")


def batch_teams(
    teams: Sequence[TeamT], lists_by_person: Iterable[Collection[TeamT]]
) -> tuple[tuple[TeamT, ...], ...]:
    """Return *teams* in the smallest groups that contain all the teams of a person.

    *lists_by_person* are, for each person, the teams that list them before or after the change. A
    group is one transaction: nobody is on two lists, or on none, between two of them. Groups and
    their teams are in the order of *teams*.
    """
    group_of = {team: index for index, team in enumerate(teams)}
    members = {index: [team] for index, team in enumerate(teams)}
    for lists in lists_by_person:
        indices = sorted({group_of[team] for team in lists})
        for index in indices[1:]:
            for team in members.pop(index):
                group_of[team] = indices[0]
                members[indices[0]].append(team)
    order = {team: index for index, team in enumerate(teams)}
    return tuple(
        tuple(sorted(group, key=order.__getitem__)) for _, group in sorted(members.items())
    )
