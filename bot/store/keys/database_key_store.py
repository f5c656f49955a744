"""A key store in a second PostgreSQL database, for deployments without a shared folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from bot.store.engines import create_key_engine
from bot.store.keys.claim import KeyStoreClaim, decode_claim, encode_claim
from bot.store.keys.key_id import KeyId, StoredKey, parse_file_name
from bot.store.keys.key_store import (
    KeyStoreHealth,
    KeyStoreUnavailableError,
    generate_key,
    validate_key,
)
from bot.store.upsert import insert_missing_rows, upsert_row

_metadata = MetaData()

period_keys = Table(
    "period_key",
    _metadata,
    Column("name", String(80), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    comment="Keys of periods and teams. Exclude this database from every backup.",
)

_CREATION_LOCK = int.from_bytes(b"atnkey")
"""Key of the advisory lock that serializes the processes that create the table."""

_CLAIM_NAME = "claim"
_CHECK_NAME = "check"
"""Name of the row that a health check inserts and deletes."""


class DatabaseKeyStore:
    """Keys as rows of the table ``period_key``, which the first access creates.

    Every statement commits by itself and is flushed before it returns. A deletion rewrites the
    table (``VACUUM FULL``), since PostgreSQL leaves deleted rows in its pages; its write-ahead
    log still contains the keys, so this server must archive none. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError` for every error of the database.
    """

    def __init__(self, url: str) -> None:
        """Use the database at *url*, ``postgresql+psycopg://…``; connect at the first access."""
        self._engine = create_key_engine(url)
        self._has_table = False

    def get(self, key_id: KeyId | StoredKey) -> bytes | None:
        """Return the row's key; ``None`` if there is no row."""
        with self._connect() as connection:
            return _select_key(connection, key_id.file_name)

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return the key; a missing row is inserted, unless another process is faster."""
        with self._connect() as connection:
            row = {"name": key_id.file_name, "body": generate_key()}
            insert_missing_rows(connection, period_keys, [row])
            key = _select_key(connection, key_id.file_name)
        if key is None:
            raise KeyStoreUnavailableError("the key was deleted while it was created")
        return key

    def put(self, key_id: KeyId | StoredKey, key: bytes) -> None:
        """Insert the row of *key*, unless there is one."""
        row = {"name": key_id.file_name, "body": key}
        with self._connect() as connection:
            insert_missing_rows(connection, period_keys, [row])

    def delete(self, key_id: KeyId | StoredKey) -> None:
        """Delete the row and rewrite the table; see :func:`_create_table` for interruptions."""
        with self._connect() as connection:
            _delete_row(connection, key_id.file_name)

    def list_ids(self) -> tuple[StoredKey, ...]:
        """Return the rows of periods and teams, sorted by name."""
        with self._connect() as connection:
            names = sorted(connection.scalars(select(period_keys.c.name)))
        return tuple(stored_key for name in names if (stored_key := parse_file_name(name)))

    def finish_deletions(self) -> None:
        """Do nothing: the first access has finished them."""

    def is_empty(self) -> bool:
        """Whether the table contains no key of a period and of a team."""
        return not self.list_ids()

    def read_claim(self) -> KeyStoreClaim | None:
        """Return the claim in the row ``claim``; ``None`` if there is no such row."""
        with self._connect() as connection:
            return _select_claim(connection)

    def create_claim(self, claim: KeyStoreClaim) -> KeyStoreClaim:
        """Insert the row ``claim``, unless another process is faster."""
        row = {"name": _CLAIM_NAME, "body": encode_claim(claim)}
        with self._connect() as connection:
            insert_missing_rows(connection, period_keys, [row])
            stored_claim = _select_claim(connection)
        if stored_claim is None:
            raise KeyStoreUnavailableError("the claim was deleted while it was created")
        return stored_claim

    def replace_claim(self, claim: KeyStoreClaim) -> None:
        """Replace the row ``claim``."""
        row = {"name": _CLAIM_NAME, "body": encode_claim(claim)}
        with self._connect() as connection:
            upsert_row(connection, period_keys, row)

    def check_health(self) -> KeyStoreHealth:
        """Insert and delete a row; access rights of a database are the server's concern."""
        try:
            with self._connect() as connection:
                connection.execute(delete(period_keys).where(period_keys.c.name == _CHECK_NAME))
                connection.execute(insert(period_keys), {"name": _CHECK_NAME, "body": b""})
                _delete_row(connection, _CHECK_NAME)
        except KeyStoreUnavailableError:
            return KeyStoreHealth(is_writable=False, is_private=True)
        return KeyStoreHealth(is_writable=True, is_private=True)

    def close(self) -> None:
        """Close the connection pool."""
        self._engine.dispose()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        """Open an autocommit connection, with the table created; translate driver errors."""
        try:
            with self._engine.connect() as connection:
                if not self._has_table:
                    _create_table(connection)
                    self._has_table = True
                yield connection
        except SQLAlchemyError as error:
            raise KeyStoreUnavailableError(type(error).__name__) from error


def _create_table(connection: Connection) -> None:
    """Create the table if it is missing, and finish an interrupted deletion by rewriting it.

    Concurrent attempts wait for each other.
    """
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _CREATION_LOCK})
    try:
        _metadata.create_all(connection)
        _rewrite_table(connection)
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _CREATION_LOCK})


def _select_key(connection: Connection, name: str) -> bytes | None:
    body = connection.scalar(select(period_keys.c.body).where(period_keys.c.name == name))
    return None if body is None else validate_key(bytes(body))


def _select_claim(connection: Connection) -> KeyStoreClaim | None:
    query = select(period_keys.c.body).where(period_keys.c.name == _CLAIM_NAME)
    body = connection.scalar(query)
    return None if body is None else decode_claim(bytes(body))


def _delete_row(connection: Connection, name: str) -> None:
    connection.execute(delete(period_keys).where(period_keys.c.name == name))
    _rewrite_table(connection)


def _rewrite_table(connection: Connection) -> None:
    """Replace the table's file by one without deleted rows."""
    connection.execute(text("VACUUM FULL period_key"))
