"""A release is rolled back: the code of this tree runs after that of an invented next release.

The next release is a copy of this tree with another migration, so that both are real processes with
code of their own. Releases before the first that reads the record of the newer one cannot be tested
like this: they refuse every newer schema, as ``tests/misconfigurations`` shows.
"""

import shutil
from pathlib import Path

import pytest

from bot.store.migration_declarations import load_declarations
from tests.journeys.botprocess import BotProcess
from tests.sources import BOT_PACKAGES, ROOT

REVISION = "9001"
EXPANSION = """\"\"\"Add a column that the release before does not know, and a table.\"\"\"

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint

revision = "{revision}"
down_revision = "{previous}"
branch_labels = None
depends_on = None
supports_since = "{since}"
rewritten_tables = ()


def upgrade() -> None:
    op.add_column("team", Column("weight", Integer, nullable=False, server_default="0"))
    op.create_table("newer", Column("id", Integer), PrimaryKeyConstraint("id"))
"""


def copy_next_release(folder: Path) -> Path:
    """Copy this tree as the next release, with a migration of its own, and return its folder."""
    for package in BOT_PACKAGES:
        shutil.copytree(ROOT / package, folder / package)  # with the compiled modules
    newest = load_declarations()[-1].revision
    file = folder / f"bot/store/migrations/versions/{REVISION}_newer.py"
    file.write_text(EXPANSION.format(revision=REVISION, previous=newest, since=newest))
    return folder


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """The bot of this tree, with a team in its database."""
    process = BotProcess(tmp_path, "http://127.0.0.1:9/api/")
    assert process.run_command("migrate").returncode == 0
    process.declare_team()
    return process


def run_release(bot: BotProcess, release: Path, *arguments: str) -> str:
    """Run a command of another release on the same database, and return what it prints."""
    bot.needs_new_interpreter = True
    result = bot.run_command(*arguments, PYTHONPATH=str(release))
    bot.needs_new_interpreter = False
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_a_release_runs_again_after_the_next_one_expanded_the_schema(
    bot: BotProcess, tmp_path: Path
) -> None:
    """It serves, writes and is found healthy on the newer schema; the newer one goes on."""
    release = copy_next_release(tmp_path / "next")
    run_release(bot, release, "migrate")

    bot.start()
    bot.stop()
    bot.declare_team(clinician_count=7)
    findings = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="").stderr
    exported = run_release(bot, release, "team", "export")

    assert "the database is reached and up to date" in findings
    assert exported.count("U0CLIN") == 7
