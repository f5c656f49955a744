"""Which keys the open periods of a database need."""

from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.engine.interfaces import ReflectedColumn

from bot.store.keys.key_id import PeriodKeyId
from bot.store.keys.key_store import KeyStore

_periods = table("period", column("workspace"), column("closes_at"))


def list_required_keys(connection: Connection) -> tuple[PeriodKeyId, ...]:
    """Return the distinct keys of the open periods.

    A database without tables needs none. Neither do the periods of a schema before keys, which
    the migration seals with new ones.
    """
    inspector = inspect(connection)
    if not inspector.has_table("period") or not _has_workspaces(inspector.get_columns("period")):
        return ()
    query = select(_periods.c.workspace, _periods.c.closes_at).distinct()
    return tuple(PeriodKeyId(row.workspace, row.closes_at) for row in connection.execute(query))


def count_missing_keys(required: tuple[PeriodKeyId, ...], key_store: KeyStore) -> int:
    """Count the *required* keys that the key store does not contain.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    return sum(key_store.get(key_id) is None for key_id in required)


def _has_workspaces(columns: list[ReflectedColumn]) -> bool:
    return any(reflected["name"] == "workspace" for reflected in columns)
