"""Roles of a PostgreSQL server: who may connect to the database, and what the bot's own passes."""

from sqlalchemy import text

from bot.store.engines import Engines

_COUNT_OTHERS_SQL = text(
    "SELECT count(*) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname <> current_user "
    "AND has_database_privilege(oid, current_database(), 'CONNECT')"
)
_BYPASSES_SQL = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


class ServerRoles:
    """Questions about roles, whose every method blocks briefly."""

    def __init__(self, engines: Engines) -> None:
        """Ask the server of *engines*; SQLite has no roles."""
        self._engines = engines

    def count_other_roles(self) -> int:
        """Return how many roles besides the bot's may connect; 0 on SQLite.

        A role that may connect reads ``pg_stat_user_tables``, whatever it may select: how many rows
        are written and read, at every moment. Superusers are not counted, since they read
        everything.
        """
        if self._engines.is_sqlite:
            return 0
        with self._engines.reader.begin() as connection:
            return int(connection.scalar(_COUNT_OTHERS_SQL) or 0)

    def bypasses_row_security(self) -> bool:
        """Whether the bot's own role passes every policy; ``False`` on SQLite, which has none."""
        if self._engines.is_sqlite:
            return False
        with self._engines.reader.begin() as connection:
            return bool(connection.scalar(_BYPASSES_SQL))
