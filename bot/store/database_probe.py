"""Probe of the database as one process sees it: readable, of this schema, and still its file."""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.health import DatabaseState
from bot.store import migrate
from bot.store.engines import Engines
from bot.store.file_identity import MovedDatabaseError, read_file_id


class DatabaseProbe:
    """Reads the database, and compares its file to the one that was there at the start.

    The engines refuse a file that was deleted or replaced; the probe tells which of the two it is.
    PostgreSQL's files are the server's business.
    """

    def __init__(self, engines: Engines) -> None:
        """Remember which file *engines* opened."""
        self._engines = engines
        self._path = Path(engines.reader.url.database or "") if engines.is_sqlite else None
        self._file_id = read_file_id(self._path) if self._path else None

    @property
    def database_kind(self) -> str:
        """The kind of the database: ``sqlite`` or ``postgresql``."""
        return self._engines.reader.dialect.name

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file, which one process serves alone."""
        return self._engines.is_sqlite

    def read_state(self) -> DatabaseState:
        """Return the state of the database. Blocks; raises nothing."""
        try:
            if self._path and (file_id := read_file_id(self._path)) != self._file_id:
                return DatabaseState.REPLACED if file_id else DatabaseState.DELETED
            with self._engines.reader.begin() as connection:
                is_current = migrate.is_schema_current(connection)
        except (SQLAlchemyError, OSError, MovedDatabaseError):
            return DatabaseState.UNREADABLE
        return DatabaseState.READABLE if is_current else DatabaseState.OUTDATED
