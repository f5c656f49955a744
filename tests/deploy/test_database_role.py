"""The script of the PostgreSQL container creates an ordinary role, and the bot migrates with it."""

import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import URL, make_url

from bot.admin.database_role_checkup import check_database_roles
from tests import needs
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer
from tests.sources import ROOT

ROLE_SQL = """SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
FROM pg_roles WHERE rolname = 'attune'"""
PASSWORD = "Made'up"


@pytest.fixture
def created_url(postgres: PostgresServer) -> Iterator[URL]:
    """The address of the database that the script created, for the role that it created."""
    administration = make_url(postgres.superuser_url("postgres")).set(drivername="postgresql")
    program = str((needs.find_postgresql() or ROOT) / "psql")
    # What the entry point of the container's image gives to psql.
    options = ["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--no-password"]
    command = [program, *options, "--dbname", str(administration)]
    subprocess.run(
        [*command, "--file", str(ROOT / "deploy/database-role.sql")],
        env={"PATH": os.environ["PATH"], "ATTUNE_PASSWORD": PASSWORD},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    yield make_url(postgres.database_url("attune")).set(username="attune")
    postgres.drop_database("attune")
    with psycopg.connect(str(administration), autocommit=True) as connection:
        connection.execute("DROP ROLE attune")


def test_the_bot_migrates_as_an_ordinary_role(postgres: PostgresServer, created_url: URL) -> None:
    """The role has no attribute, and `doctor` finds that row security applies to it."""
    store = open_test_store(str(created_url), ())
    store.migrate()
    findings = {
        finding.key: finding.is_healthy for finding in check_database_roles(store.server_roles)
    }
    store.close_sync()

    assert findings["operator.doctor.row_security"]
    assert all(findings.values())
    address = postgres.superuser_url("attune").replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        assert connection.execute(ROLE_SQL).fetchone() == (False,) * 5
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(owners).fetchall() == [("attune",)]
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'attune'")
        assert str(stored.fetchone()).startswith("('SCRAM-SHA-256$")
