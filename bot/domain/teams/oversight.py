"""Who oversees the set-ups of a workspace: its admins, or directors where none are reported."""

from collections.abc import Collection, Mapping

from bot.conversation import parse_product
from bot.domain.people import Role, Team
from bot.domain.permissions import AccessRole, PersonAccess, Right, has_right

_PRODUCTS_WITHOUT_ADMINS = frozenset({"msteams"})
"""Microsoft Teams does not report an organisation's administrators to a bot."""


def reports_admins(workspace: str) -> bool:
    """Return whether the product of *workspace* reports who is an admin."""
    return parse_product(workspace) not in _PRODUCTS_WITHOUT_ADMINS


def may_oversee(workspace: str, roles: Mapping[str, frozenset[Role]], *, is_admin: bool) -> bool:
    """Return whether a person may read the audit trail and name missing supervisors.

    *roles* are the person's by team id. An admin may; where the product reports none, a director
    of any team may, for the teams that they direct.
    """
    held_roles = {
        AccessRole.ADMIN: is_admin,
        AccessRole.DIRECTOR: any(Role.DIRECTOR in team_roles for team_roles in roles.values()),
    }
    access = PersonAccess(
        frozenset(role for role, is_held in held_roles.items() if is_held),
        reports_admins=reports_admins(workspace),
    )
    return has_right(Right.OVERSEER, access)


def select_overseen_teams(
    teams: Collection[Team], workspace: str, roles: Mapping[str, frozenset[Role]]
) -> tuple[Team, ...]:
    """Return those of a workspace's *teams* that a person who :func:`may_oversee` oversees."""
    return tuple(
        team
        for team in teams
        if reports_admins(workspace) or Role.DIRECTOR in roles.get(team.id, frozenset())
    )
