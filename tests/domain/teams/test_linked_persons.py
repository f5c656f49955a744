"""Links of accounts belong to a file of both workspaces, first to that of the main account's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.teams.linked_persons import (
    find_foreign_links,
    find_joined_links,
    find_links_elsewhere,
    merge_links,
)

WORKSPACES = ("slack:T1", "slack:T2")
PERSONS = st.builds(Person, st.sampled_from(WORKSPACES), st.sampled_from("abcd"))
LINKS = st.dictionaries(PERSONS, PERSONS)
SCOPES = st.frozensets(st.sampled_from(WORKSPACES))

OWN, OTHERS, TEAMLESS = "slack:T1", "slack:T2", "msteams:t3"
"""A file's workspace, one with another clinic's teams, and one without any."""

ALL_PERSONS = st.builds(Person, st.sampled_from((OWN, OTHERS, TEAMLESS)), st.sampled_from("abcd"))
ALL_LINKS = st.dictionaries(ALL_PERSONS, ALL_PERSONS)


@given(LINKS, LINKS, SCOPES)
def test_links_of_other_workspaces_stay(
    stored: dict[Person, Person], declared: dict[Person, Person], scope: frozenset[str]
) -> None:
    """One clinic's file never undoes another's."""
    merged = merge_links(stored, declared, scope)

    assert all(
        merged[account] == main for account, main in stored.items() if main.workspace not in scope
    )


@given(LINKS, LINKS)
def test_a_file_of_every_workspace_replaces_all_links(
    stored: dict[Person, Person], declared: dict[Person, Person]
) -> None:
    """Within its own workspaces a file is the whole truth."""
    assert merge_links(stored, declared, WORKSPACES) == declared


@given(LINKS, LINKS, SCOPES)
def test_a_declared_link_is_stored_or_reported(
    stored: dict[Person, Person], declared: dict[Person, Person], scope: frozenset[str]
) -> None:
    """No link of a file is dropped in silence."""
    merged = merge_links(stored, declared, scope)
    reported = find_foreign_links(stored, declared, scope)

    assert all(merged[account] == main or account in reported for account, main in declared.items())
    assert all(merged[account] != declared[account] for account in reported)


@pytest.mark.no_cover
@given(LINKS, LINKS, SCOPES)
def test_applying_links_twice_changes_nothing(
    stored: dict[Person, Person], declared: dict[Person, Person], scope: frozenset[str]
) -> None:
    """A repeated file finds what it declared."""
    merged = merge_links(stored, declared, scope)

    assert merge_links(merged, declared, scope) == merged


@given(ALL_LINKS, ALL_LINKS)
def test_no_link_of_another_clinic_s_account_changes(
    stored: dict[Person, Person], declared: dict[Person, Person]
) -> None:
    """Main account or not, and whatever the file declares that is not refused."""

    def select_of_others(links: dict[Person, Person]) -> dict[Person, Person]:
        return {
            account: main
            for account, main in links.items()
            if OTHERS in {account.workspace, main.workspace}
        }

    elsewhere = find_links_elsewhere(declared, [OTHERS])
    merged = merge_links(stored, declared, [OWN], [OTHERS])

    assert bool(elsewhere) == bool(select_of_others(declared))
    assert all(person.workspace == OTHERS for person in elsewhere)
    assert elsewhere or select_of_others(merged) == select_of_others(stored)


@given(ALL_LINKS, ALL_LINKS)
def test_no_person_of_another_file_gets_a_further_account(
    stored: dict[Person, Person], declared: dict[Person, Person]
) -> None:
    """What is accepted joins no account to the person of a link that stays."""
    scope = (stored, declared, [OWN], [OTHERS])
    merged = merge_links(*scope)
    joined = find_joined_links(*scope)
    foreign = {
        account: main
        for account, main in stored.items()
        if main.workspace != OWN or account.workspace == OTHERS
    }

    assert {*joined} == {
        account
        for account, main in declared.items()
        if main in foreign or account in foreign.values()
    }
    if not joined and not find_foreign_links(*scope):
        assert {a: m for a, m in merged.items() if a in foreign} == foreign
        assert not any(merged[account] in foreign for account in declared.keys() - foreign.keys())


def test_a_file_replaces_links_to_a_workspace_without_teams() -> None:
    """Accounts in a product in which nobody has a team are linked by the file of the team."""
    main, former, present = Person(OWN, "a"), Person(TEAMLESS, "b"), Person(TEAMLESS, "c")
    merged = merge_links({former: main}, {present: main}, [OWN], [OTHERS])

    assert merged == {present: main}
    assert not find_links_elsewhere({present: main}, [OTHERS])
