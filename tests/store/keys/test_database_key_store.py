"""What is left of deleted keys in PostgreSQL's table."""

from contextlib import closing

import psycopg

from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.key_id import PeriodKeyId
from tests.postgres import PostgresServer

PERIOD = PeriodKeyId("slack:T1", 1_775_000_000)


def read_pages(server: PostgresServer, database: str) -> bytes:
    """Return the raw pages of the table's file, which a superuser alone reads."""
    connection_url = server.superuser_url(database).replace("+psycopg", "")
    with psycopg.connect(connection_url) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath('period_key'))"
        ).fetchone()
    assert row is not None
    return bytes(row[0])


def test_deleted_key_is_not_in_the_table_file(
    postgres: PostgresServer, postgres_database: str, postgres_url: str
) -> None:
    """A key is in the table's file while it exists, and not after its deletion."""
    with closing(DatabaseKeyStore(postgres_url)) as key_store:
        key = key_store.get_or_create(PERIOD)
        pages_before = read_pages(postgres, postgres_database)

        key_store.delete(PERIOD)

    assert key in pages_before
    assert key not in read_pages(postgres, postgres_database)


def test_interrupted_deletion_is_finished_at_the_next_start(
    postgres: PostgresServer, postgres_database: str, postgres_url: str
) -> None:
    """A row deleted without the rewrite disappears when the next process opens the table."""
    with closing(DatabaseKeyStore(postgres_url)) as key_store:
        key = key_store.get_or_create(PERIOD)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DELETE FROM period_key")

    assert key in read_pages(postgres, postgres_database)
    with closing(DatabaseKeyStore(postgres_url)) as reopened:
        assert reopened.is_empty()
    assert key not in read_pages(postgres, postgres_database)
