"""Links of accounts belong to the file of the main account's workspace."""

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.teams.linked_persons import find_foreign_links, merge_links

WORKSPACES = ("slack:T1", "slack:T2")
PERSONS = st.builds(Person, st.sampled_from(WORKSPACES), st.sampled_from("abcd"))
LINKS = st.dictionaries(PERSONS, PERSONS)
SCOPES = st.frozensets(st.sampled_from(WORKSPACES))


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


@given(LINKS, LINKS, SCOPES)
def test_applying_links_twice_changes_nothing(
    stored: dict[Person, Person], declared: dict[Person, Person], scope: frozenset[str]
) -> None:
    """A repeated file finds what it declared."""
    merged = merge_links(stored, declared, scope)

    assert merge_links(merged, declared, scope) == merged
