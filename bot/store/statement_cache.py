"""Compiled SQL statements, shared by every engine of this process."""

from typing import Any

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import Compiled
from sqlalchemy.util import LRUCache

MAX_STATEMENTS = 1000
"""Statements after which the least recently used are dropped; the bot has some hundreds."""


class StatementCache(LRUCache[Any, Compiled]):
    """A cache for SQLAlchemy's option ``compiled_cache``.

    SQLAlchemy's own caches belong to one engine each, so that a statement is compiled for the
    writer, again for the readers, and again by every store that a process opens later. The text
    of a statement depends on the kind of database alone.
    """

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - SQLAlchemy's own key
        """Return the compiled statement of *key*, *default* if there is none."""
        return super().get(_replace_dialect(key), default)

    def __setitem__(self, key: Any, compiled: Compiled) -> None:  # noqa: ANN401 - SQLAlchemy's own key
        """Store a compiled statement."""
        super().__setitem__(_replace_dialect(key), compiled)


def _replace_dialect(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return *key* with what a statement's text depends on in the place of the engine's dialect."""
    dialect: Dialect = key[0]
    return (dialect.name, dialect.driver, dialect.server_version_info, *key[1:])


STATEMENTS = StatementCache(MAX_STATEMENTS)
"""The cache of this process."""
