"""The permission matrix: which roles have which right, and on what condition."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.affiliation import Affiliation
from bot.domain.permissions import (
    GRANTS,
    TEAM_RIGHTS,
    AccessRole,
    Grant,
    PersonAccess,
    Right,
    has_condition,
    has_right,
    is_for_every_member,
    is_granted,
    is_open_to,
)

NO_ACCESS = PersonAccess()
EVERY_MEMBER = {Right.PUBLIC, Right.MEMBER, Right.TABLES_PAGE, Right.SETUP_PAGE}
LEADER = {Right.READER, Right.SUPERVISOR}


def hold_role(role: AccessRole, *, is_of_requested_team: bool = False) -> PersonAccess:
    """Return the access of somebody with one role."""
    return PersonAccess(frozenset({role}), is_of_requested_team=is_of_requested_team)


RIGHTS_BY_ACCESS = {
    NO_ACCESS: EVERY_MEMBER,
    hold_role(AccessRole.CLINICIAN): EVERY_MEMBER | {Right.CLINICIAN, Right.JOINER},
    replace(hold_role(AccessRole.CLINICIAN), reads_opened_tables=True): (
        EVERY_MEMBER | {Right.CLINICIAN, Right.JOINER, Right.READER}
    ),
    replace(NO_ACCESS, is_in_team_channel=True): EVERY_MEMBER | {Right.JOINER, Right.CHANNEL},
    hold_role(AccessRole.SUPERVISOR): EVERY_MEMBER | LEADER | {Right.SHARER},
    hold_role(AccessRole.SUPERVISOR, is_of_requested_team=True): (
        EVERY_MEMBER | LEADER | TEAM_RIGHTS | {Right.SHARER}
    ),
    hold_role(AccessRole.DIRECTOR): EVERY_MEMBER | LEADER,
    replace(hold_role(AccessRole.DIRECTOR), reports_admins=False): (
        EVERY_MEMBER | LEADER | {Right.OVERSEER}
    ),
    hold_role(AccessRole.ADMIN): EVERY_MEMBER | {Right.OVERSEER},
    replace(
        hold_role(AccessRole.ADMIN, is_of_requested_team=True), is_unsupervised=True
    ): EVERY_MEMBER | TEAM_RIGHTS | {Right.OVERSEER},
    replace(NO_ACCESS, is_of_requested_team=True, has_own_change=True): (
        EVERY_MEMBER | {Right.SETTER}
    ),
    hold_role(AccessRole.OPERATOR): EVERY_MEMBER | {Right.OPERATOR},
}


@pytest.mark.parametrize(("access", "rights"), RIGHTS_BY_ACCESS.items())
def test_each_access_grants_its_rights(access: PersonAccess, rights: set[Right]) -> None:
    """A role and the conditions of its cells grant their rights alone."""
    assert {right for right in Right if has_right(right, access)} == rights


@given(
    st.builds(
        PersonAccess,
        st.frozensets(st.sampled_from(AccessRole)),
        st.just(value=False),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    st.sampled_from(sorted(TEAM_RIGHTS, key=lambda right: right.value)),
)
def test_roles_in_other_teams_never_grant_a_set_up(access: PersonAccess, right: Right) -> None:
    """A set-up is granted for the requested team, by a role in it, and by no other access."""
    assert not has_right(right, access)


def test_every_right_has_a_cell_for_every_role() -> None:
    """The matrix is complete: a new right or role cannot be forgotten in it."""
    assert list(GRANTS) == list(Right)
    assert all(list(row) == list(AccessRole) for row in GRANTS.values())


def test_every_condition_is_a_cell() -> None:
    """No condition is without a cell, and each is found in the row that has it."""
    used_grants = {grant for row in GRANTS.values() for grant in row.values()}

    assert used_grants == set(Grant)
    assert [right for right in Right if has_condition(right, Grant.OWN_CHANGE)] == [Right.SETTER]


@pytest.mark.parametrize("right", Right)
def test_a_member_has_no_right_that_a_role_lacks(right: Right) -> None:
    """What every member of the workspace gets, people with a role there get too."""
    row = GRANTS[right]

    if is_granted(row[AccessRole.MEMBER], NO_ACCESS):
        in_chat = set(AccessRole) - {AccessRole.EXTERNAL, AccessRole.OPERATOR}
        assert all(has_right(right, hold_role(role)) for role in in_chat)
        assert is_for_every_member(right)
    else:
        assert not is_for_every_member(right)


def test_the_operator_has_no_right_in_the_chat() -> None:
    """The operator is nobody in the chat, and nobody in the chat is the operator."""
    for right, row in GRANTS.items():
        is_verb = right is Right.OPERATOR
        granted = {role for role in AccessRole if row[role] is not Grant.NEVER}
        assert (granted == {AccessRole.OPERATOR}) if is_verb else AccessRole.OPERATOR not in granted


@pytest.mark.parametrize("right", Right)
def test_a_member_is_refused_no_route_for_their_affiliation(right: Right) -> None:
    """A member's affiliation closes no route, whatever right it requires."""
    assert is_open_to(Affiliation.MEMBER, right)


@pytest.mark.parametrize("right", Right)
def test_another_organisation_uses_public_routes_alone(right: Right) -> None:
    """A person of another organisation may use public routes and no other."""
    assert is_open_to(Affiliation.EXTERNAL, right) == (right is Right.PUBLIC)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("is_listed", [True, False])
def test_an_unknown_affiliation_opens_routes_to_listed_people(
    right: Right, *, is_listed: bool
) -> None:
    """While the product does not tell who is a member, those on a list are served, others wait."""
    expected = is_listed or right is Right.PUBLIC

    assert is_open_to(Affiliation.UNKNOWN, right, is_listed=is_listed) == expected


@pytest.mark.parametrize("right", Right)
def test_a_list_opens_no_route_to_another_organisation(right: Right) -> None:
    """A person of another organisation is served no more for being on a list."""
    is_open = is_open_to(Affiliation.EXTERNAL, right, is_listed=True)

    assert is_open == (right is Right.PUBLIC)
