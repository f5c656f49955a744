"""Rights, the roles that have them, and the decision whether a person has one.

:mod:`bot.domain.permission_table` has the right of every way in; ``docs/roles.md`` prints both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.affiliation import Affiliation


class AccessRole(Enum):
    """A column of the permission matrix; a person can have several roles, and the rights of all.

    A role of a team grants nothing in another team, see :mod:`bot.domain.people`.
    """

    EXTERNAL = "external"
    """A person of another organisation, who acts in a shared channel or as a guest."""
    MEMBER = "member"
    """A member of the workspace, also one who is on no list; every other role but the last two."""
    CLINICIAN = "clinician"
    """On the list of a team, or joined."""
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"
    ADMIN = "admin"
    """An admin of the workspace, where the product reports who is one."""
    OPERATOR = "operator"
    """Who runs commands on the bot's own machine; the chat does not know the operator."""


class Grant(Enum):
    """A cell of the permission matrix: whether a role has a right."""

    ALWAYS = "always"
    NEVER = "never"
    REASON = "reason"
    """The request is served with the reason why there is nothing for the person."""
    OPENED = "opened"
    """If the team has opened its tables to its roster."""
    CHANNEL = "channel"
    """In the channel of a team."""
    UNSUPERVISED = "unsupervised"
    """While the team has no supervisor, as a new one."""
    OWN_CHANGE = "own_change"
    """For a day after a set-up or change that the person made."""
    ADMINS_REPORTED = "admins_reported"
    """Where the product reports who is an admin."""
    ADMINS_UNREPORTED = "admins_unreported"
    """Where the product does not report who is an admin."""


class Right(Enum):
    """What a way in requires; it is checked before anything that was sent is read."""

    PUBLIC = "public"
    """Published content and the deletion of one's own data, also for other organisations."""
    MEMBER = "member"
    """The person's own data, or a reply that depends on the person alone."""
    CLINICIAN = "clinician"
    """Counted in a team: on its list, or joined."""
    JOINER = "joiner"
    """Counted in a team, or acting in a team's channel: the person may join it."""
    READER = "reader"
    """May read the published tables of at least one team."""
    TABLES_PAGE = "tables_page"
    """The tables for a reader, and for every other member the reason why there are none."""
    SUPERVISOR = "supervisor"
    """Supervises or directs at least one team."""
    SHARER = "sharer"
    """Supervises at least one team: a director reads its counts and does not lead its hour."""
    SETUP_PAGE = "setup_page"
    """The set-up for who may edit one, and for every other member the reason why there is none."""
    EDITOR = "editor"
    """May edit the set-up of the requested team."""
    REMOVER = "closer"
    """May edit the set-up of the requested team, or might if it were not removed already."""
    SETTER = "setter"
    """May edit the set-up of the requested team, or changed it less than a day ago."""
    OVERSEER = "overseer"
    """Oversees the set-ups of the workspace, see :func:`bot.domain.teams.oversight.may_oversee`."""
    CHANNEL = "channel"
    """Reads the channel of a team; the product decides who does."""
    OPERATOR = "operator"
    """Runs a command on the bot's own machine."""


_ROLES = tuple(AccessRole)
_YES, _NO = Grant.ALWAYS, Grant.NEVER
_REASON, _HERE, _ALONE = Grant.REASON, Grant.CHANNEL, Grant.UNSUPERVISED
_SINCE, _KNOWN, _UNKNOWN = Grant.OWN_CHANGE, Grant.ADMINS_REPORTED, Grant.ADMINS_UNREPORTED


def _fill_row(*grants: Grant) -> Mapping[AccessRole, Grant]:
    """Return a row of the matrix, whose columns are in the order of the roles."""
    return dict(zip(_ROLES, grants, strict=True))


GRANTS: Mapping[Right, Mapping[AccessRole, Grant]] = {
    # external, member, clinician, supervisor, director, admin, operator
    Right.PUBLIC: _fill_row(_YES, _YES, _YES, _YES, _YES, _YES, _NO),
    Right.MEMBER: _fill_row(_NO, _YES, _YES, _YES, _YES, _YES, _NO),
    Right.CLINICIAN: _fill_row(_NO, _NO, _YES, _NO, _NO, _NO, _NO),
    Right.JOINER: _fill_row(_NO, _HERE, _YES, _HERE, _HERE, _HERE, _NO),
    Right.READER: _fill_row(_NO, _NO, Grant.OPENED, _YES, _YES, _NO, _NO),
    Right.TABLES_PAGE: _fill_row(_NO, _REASON, Grant.OPENED, _YES, _YES, _REASON, _NO),
    Right.SUPERVISOR: _fill_row(_NO, _NO, _NO, _YES, _YES, _NO, _NO),
    Right.SHARER: _fill_row(_NO, _NO, _NO, _YES, _NO, _NO, _NO),
    Right.SETUP_PAGE: _fill_row(_NO, _REASON, _REASON, _YES, _UNKNOWN, _KNOWN, _NO),
    Right.EDITOR: _fill_row(_NO, _NO, _NO, _YES, _NO, _ALONE, _NO),
    Right.REMOVER: _fill_row(_NO, _NO, _NO, _YES, _NO, _ALONE, _NO),
    Right.SETTER: _fill_row(_NO, _SINCE, _SINCE, _YES, _SINCE, _ALONE, _NO),
    Right.OVERSEER: _fill_row(_NO, _NO, _NO, _NO, _UNKNOWN, _KNOWN, _NO),
    Right.CHANNEL: _fill_row(_HERE, _HERE, _HERE, _HERE, _HERE, _HERE, _NO),
    Right.OPERATOR: _fill_row(_NO, _NO, _NO, _NO, _NO, _NO, _YES),
}
"""The permission matrix. Nothing but these cells decides whether a request is handled.

A cell of a role is what somebody gets who has no other role but that of a member.
"""

TEAM_RIGHTS = frozenset({Right.EDITOR, Right.REMOVER, Right.SETTER})
"""Rights to the set-up of one team, which the request names."""


@dataclass(frozen=True)
class PersonAccess:
    """The roles of a person and the conditions of the cells, whatever their request contains.

    ``roles`` need not name :attr:`AccessRole.MEMBER`, which every one of these people is. They are
    those in any team, or with ``is_of_requested_team`` those in the team of the request alone.
    ``is_in_team_channel`` is True for a request from the channel of a team of their workspace,
    ``reads_opened_tables`` if their home team has opened its tables to its roster.
    The next two concern the requested team: ``is_unsupervised`` if it has no supervisor,
    ``has_own_change`` if the person made a change of it that is less than a day old.
    ``reports_admins`` is True where the product reports who is an admin.
    """

    roles: frozenset[AccessRole] = frozenset()
    is_of_requested_team: bool = False
    is_in_team_channel: bool = False
    reads_opened_tables: bool = False
    is_unsupervised: bool = False
    has_own_change: bool = False
    reports_admins: bool = True


def is_granted(grant: Grant, access: PersonAccess) -> bool:
    """Return whether a cell applies to a person with *access*."""
    conditions = {
        Grant.ALWAYS: True,
        Grant.NEVER: False,
        Grant.REASON: True,
        Grant.OPENED: access.reads_opened_tables,
        Grant.CHANNEL: access.is_in_team_channel,
        Grant.UNSUPERVISED: access.is_unsupervised,
        Grant.OWN_CHANGE: access.has_own_change,
        Grant.ADMINS_REPORTED: access.reports_admins,
        Grant.ADMINS_UNREPORTED: not access.reports_admins,
    }
    return conditions[grant]


def has_right(right: Right, access: PersonAccess) -> bool:
    """Return whether a member of the workspace with *access* has *right*.

    The :data:`TEAM_RIGHTS` depend on the requested team: a role in another one never grants them.
    """
    if right in TEAM_RIGHTS and not access.is_of_requested_team:
        return False
    row = GRANTS[right]
    return any(is_granted(row[role], access) for role in {AccessRole.MEMBER, *access.roles})


def has_condition(right: Right, grant: Grant) -> bool:
    """Return whether *grant* is a cell of the row of *right*, so that its condition matters."""
    return grant in GRANTS[right].values()


def is_for_every_member(right: Right) -> bool:
    """Return whether every member of the workspace has *right*, on whatever list they are."""
    return has_right(right, PersonAccess())


def is_open_to(affiliation: Affiliation, right: Right, *, is_listed: bool = False) -> bool:
    """Return whether a person with *affiliation* may use a way in that requires *right*.

    A person of another organisation may read tips and guides, withdraw what they filed and leave;
    joining, filing, supervising and reading counts are for members. While the product does not
    tell who is a member, those are served who are *is_listed* in a team: an outage must keep
    nobody from their own team, and a list contains no account of another organisation.
    """
    if GRANTS[right][AccessRole.EXTERNAL] is Grant.ALWAYS or affiliation is Affiliation.MEMBER:
        return True
    return affiliation is Affiliation.UNKNOWN and is_listed
