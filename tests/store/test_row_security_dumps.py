"""PostgreSQL's own backups and row security: complete or refused, and never empty."""

import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.store.store import Store
from tests import needs
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer
from tests.store.conftest import PEPPERS
from tests.store.sample_jobs import insert_row_job, list_row_names

pytestmark = pytest.mark.postgresql

NAMES = ["slack:T1", "slack:T2"]


@pytest.fixture
def database(migrated_postgres_url: str) -> str:
    """The URL of a database without rows; SQLite is copied by other means."""
    return migrated_postgres_url


def run_dump(url: str, file: Path, *options: str, setting: str = "") -> bool:
    """Run ``pg_dump`` as the documents say, and return whether it succeeded."""
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={file}", *options]
    return _run(command, url, setting)


def _run(command: list[str], url: str, setting: str = "") -> bool:
    folder = needs.find_postgresql()
    assert folder
    program = str(folder / command[0])
    address = ["--dbname", url.replace("+psycopg", "")]
    options = f"-c attune.workspaces={setting}" if setting else ""
    completed = subprocess.run(
        [program, *command[1:], *address],
        check=False,
        capture_output=True,
        env={**os.environ, "PGOPTIONS": options},
    )
    return completed.returncode == 0


async def fill(store: Store) -> None:
    """Insert the rows of two workspaces."""
    for name in NAMES:
        await store.for_workspace(name).write(insert_row_job(name))


@pytest.mark.parametrize("options", [(), ("--enable-row-security",)])
async def test_dump_without_the_setting_is_refused(
    store: Store, database: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """The bot's own role gets no backup that lacks rows and looks like one."""
    await fill(store)

    assert not run_dump(database, tmp_path / "dump", *options)


@pytest.mark.parametrize("is_superuser", [True, False])
async def test_dump_of_all_workspaces_is_restored(
    store: Store,
    postgres: PostgresServer,
    database: str,
    tmp_path: Path,
    *,
    is_superuser: bool,
) -> None:
    """By a superuser, and by the bot's role with the setting; policies come with it."""
    await fill(store)
    name = make_url(database).database or ""
    restored_name = postgres.create_database()
    restored_url = postgres.database_url(restored_name)
    dump = tmp_path / "dump"

    assert (
        run_dump(postgres.superuser_url(name), dump)
        if is_superuser
        else run_dump(database, dump, "--enable-row-security", setting="{*}")
    )
    assert _run(["pg_restore", "--no-owner", "--exit-on-error", str(dump)], restored_url)

    restored = open_test_store(restored_url, PEPPERS)
    assert await restored.across_workspaces.read(list_row_names) == NAMES
    assert await restored.for_workspace(NAMES[0]).read(list_row_names) == NAMES[:1]
    await restored.close()
    postgres.drop_database(restored_name)
