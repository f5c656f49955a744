"""Check of a database for the operator: its schema, whether it can be written, who may read it."""

from datetime import datetime
from pathlib import Path

from bot.store import migrate
from bot.store.database_faults import DatabaseFault, UnusableDatabaseError
from bot.store.engines import Engines
from bot.store.repositories.duty_runs import DutyRuns

_READABLE_BY_OTHERS, _PASSABLE_BY_OTHERS = 0o044, 0o011
"""Permission bits of a file, and of the folder through which others would reach it."""

_FILE_SUFFIXES = ("", "-wal", "-shm")


class DatabaseCheck:
    """Checks that block briefly; all but the last raise the driver's error."""

    def __init__(self, engines: Engines) -> None:
        """Check the database of *engines*."""
        self._engines = engines

    def find_schema_fault(self) -> DatabaseFault | None:
        """Return why the schema is not this release's; ``None`` if it is."""
        with self._engines.reader.begin() as connection:
            return migrate.find_schema_fault(connection)

    def require_current_schema(self) -> None:
        """Raise :class:`UnusableDatabaseError` for a schema that is not this release's."""
        if fault := self.find_schema_fault():
            raise UnusableDatabaseError(fault)

    def commit_write_probe(self, now: datetime) -> None:
        """Commit the row that nothing reads; fails where no transaction can be committed.

        A running bot does the same in :func:`bot.store.write_probe.can_write`.
        """
        with self._engines.writer.begin() as connection:
            DutyRuns(connection).record_write_probe(now)

    def list_exposed_files(self) -> tuple[Path, ...]:
        """Return the files of an SQLite database that other users of this machine may read."""
        if not self._engines.is_sqlite:
            return ()
        database = self._engines.reader.url.database or ""
        files = (Path(database + suffix) for suffix in _FILE_SUFFIXES)
        return tuple(file for file in files if _is_exposed(file))


def _is_exposed(file: Path) -> bool:
    try:
        mode, folder_mode = file.stat().st_mode, file.parent.stat().st_mode
    except OSError:
        return False
    return bool(mode & _READABLE_BY_OTHERS and folder_mode & _PASSABLE_BY_OTHERS)
