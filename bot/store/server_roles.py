"""Roles of a PostgreSQL server that may connect to the bot's database."""

from sqlalchemy import text

from bot.store.engines import Engines

_COUNT_OTHER_ROLES_SQL = text(
    "SELECT count(*) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname <> current_user "
    "AND has_database_privilege(oid, current_database(), 'CONNECT')"
)


def count_other_roles(engines: Engines) -> int:
    """Return how many roles besides the bot's may connect; 0 on SQLite.

    A role that may connect reads ``pg_stat_user_tables``, whatever it may select: how many rows
    are written and read, at every moment. Superusers are not counted, since they read everything.
    """
    if engines.is_sqlite:
        return 0
    with engines.reader.begin() as connection:
        return int(connection.scalar(_COUNT_OTHER_ROLES_SQL) or 0)
