"""The home team of a person after a change of lists: a list and a home team never contradict."""

from collections.abc import Set as AbstractSet


def settle_home_team(
    home_team_id: str, declared_before: AbstractSet[str], declared_after: AbstractSet[str]
) -> str:
    """Return the home team of a person after the set-ups that declare them have changed.

    *home_team_id* is that of their own row, ``""`` for none; *declared_before* and
    *declared_after* are the ids of the teams whose set-up declares them. A person on exactly one
    list belongs to its team: a row that names another one would count them nowhere. On several
    lists they stay where they are, else the first id decides. A person who was taken off every
    list belongs to no team; one who joined by themselves, and was on no list, stays.
    """
    if home_team_id in declared_after:
        return home_team_id
    if declared_after:
        return min(declared_after)
    return "" if home_team_id in declared_before else home_team_id
