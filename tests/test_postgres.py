import psycopg

from tests.postgres import PostgresServer


def test_each_test_gets_a_database_of_its_own(postgres: PostgresServer) -> None:
    """A table made by one test is in no other test's database."""
    mine, theirs = (_address(postgres.database_url(postgres.create_database())) for _ in range(2))

    with psycopg.connect(mine) as connection:
        connection.execute("CREATE TABLE mine (id integer)")

    with psycopg.connect(theirs) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_what_was_committed_outlives_a_crash(postgres: PostgresServer, postgres_url: str) -> None:
    """A test may crash the server and start it again, and find what was committed."""
    address = _address(postgres_url)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept (id integer)")

    postgres.stop()
    postgres.start()

    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def _address(url: str) -> str:
    return url.replace("+psycopg", "")
