"""Which links between accounts a team file declares and replaces: those of its own workspaces.

A link is the file's where the main account is in a workspace of its teams, and the other account is
too, or is in a workspace without any team. A workspace with teams that the file does not have is
another clinic's: no link of an account there is changed or declared.
"""

from collections.abc import Collection, Mapping

from bot.conversation import Person

Links = Mapping[Person, Person]
"""The main account of each linked account."""


def merge_links(
    stored: Links,
    declared: Links,
    workspaces: Collection[str],
    other_workspaces: Collection[str] = (),
) -> dict[Person, Person]:
    """Return the links after a file of *workspaces* has declared its own.

    *other_workspaces* have teams, and none in the file. A stored link of an account there, or whose
    main account is not in *workspaces*, is another file's, and stays whatever this one declares.
    """
    return {**declared, **_select_foreign(stored, workspaces, other_workspaces)}


def find_foreign_links(
    stored: Links,
    declared: Links,
    workspaces: Collection[str],
    other_workspaces: Collection[str] = (),
) -> tuple[Person, ...]:
    """Return the declared accounts that another file links to another person."""
    merged = merge_links(stored, declared, workspaces, other_workspaces)
    return tuple(account for account, main in sorted(declared.items()) if merged[account] != main)


def find_joined_links(
    stored: Links,
    declared: Links,
    workspaces: Collection[str],
    other_workspaces: Collection[str] = (),
) -> tuple[Person, ...]:
    """Return the declared accounts whose link would join a person of another file to one more.

    Their main account is linked to another one there, or they are the main account of another.
    """
    foreign = _select_foreign(stored, workspaces, other_workspaces)
    mains = {*foreign.values()}
    return tuple(
        account for account, main in sorted(declared.items()) if main in foreign or account in mains
    )


def find_links_elsewhere(declared: Links, other_workspaces: Collection[str]) -> tuple[Person, ...]:
    """Return the declared accounts, main ones too, that are in *other_workspaces*."""
    persons = {*declared, *declared.values()}
    return tuple(person for person in sorted(persons) if person.workspace in other_workspaces)


def _select_foreign(
    stored: Links, workspaces: Collection[str], other_workspaces: Collection[str]
) -> dict[Person, Person]:
    """Return the stored links that are another file's."""
    return {
        account: main
        for account, main in stored.items()
        if main.workspace not in workspaces or account.workspace in other_workspaces
    }
