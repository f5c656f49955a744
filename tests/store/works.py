"""Works that the tests of the store hand it."""

from collections.abc import Callable

from sqlalchemy import insert, select

from bot.store.books import Books
from bot.store.tables import workspaces


def keep(name: str) -> Callable[[Books], str]:
    """A work that keeps one row and gives back its name."""

    def work(books: Books) -> str:
        books._connection.execute(insert(workspaces).values(id=name))
        return name

    return work


def names(books: Books) -> list[str]:
    """A work that finds every row kept."""
    return list(books._connection.scalars(select(workspaces.c.id).order_by(workspaces.c.id)))
