"""The PostgreSQL server of the tests."""

import psycopg

from tests.postgres import PostgresServer


def test_each_test_has_its_own_database(postgres: PostgresServer) -> None:
    """A table created in one database does not exist in another."""
    first_url, second_url = (
        _address(postgres.database_url(postgres.create_database())) for _ in range(2)
    )

    with psycopg.connect(first_url) as connection:
        connection.execute("CREATE TABLE mine (id integer)")

    with psycopg.connect(second_url) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_committed_rows_survive_a_restart(postgres: PostgresServer, postgres_url: str) -> None:
    """After the server is stopped and started again, a committed table exists."""
    address = _address(postgres_url)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept (id integer)")

    postgres.stop()
    postgres.start()

    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def _address(url: str) -> str:
    return url.replace("+psycopg", "")
