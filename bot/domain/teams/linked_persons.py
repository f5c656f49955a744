"""Which links between accounts a team file replaces: those of its own workspaces."""

from collections.abc import Collection, Mapping

from bot.conversation import Person


def merge_links(
    stored: Mapping[Person, Person], declared: Mapping[Person, Person], workspaces: Collection[str]
) -> dict[Person, Person]:
    """Return the links after a file of *workspaces* has declared its own.

    Both map an account to its main account. A stored link whose main account is in another
    workspace is another file's, and stays whatever this one declares.
    """
    foreign = {
        account: main for account, main in stored.items() if main.workspace not in workspaces
    }
    return {**declared, **foreign}


def find_foreign_links(
    stored: Mapping[Person, Person], declared: Mapping[Person, Person], workspaces: Collection[str]
) -> tuple[Person, ...]:
    """Return the declared accounts that another workspace's file links to another person."""
    merged = merge_links(stored, declared, workspaces)
    return tuple(account for account, main in sorted(declared.items()) if merged[account] != main)
