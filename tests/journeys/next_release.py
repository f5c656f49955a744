"""An invented next release: a copy of this tree with another migration."""

import shutil
from pathlib import Path

from bot.store.migration_declarations import load_declarations
from tests.journeys.botprocess import BotProcess
from tests.sources import BOT_PACKAGES, ROOT

REVISION = "9001"

_EXPANSION = """\"\"\"Add a column that the release before does not know, and a table.\"\"\"

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


def copy_next_release(folder: Path, *, supports_this: bool = True) -> Path:
    """Copy this tree as the next release, with a migration of its own, and return its folder.

    The migration declares that this release runs on its schema, or that no earlier one does.
    """
    for package in BOT_PACKAGES:
        shutil.copytree(ROOT / package, folder / package)  # with the compiled modules
    newest = load_declarations()[-1].revision
    since = newest if supports_this else REVISION
    file = folder / f"bot/store/migrations/versions/{REVISION}_newer.py"
    file.write_text(_EXPANSION.format(revision=REVISION, previous=newest, since=since))
    return folder


def run_release(bot: BotProcess, release: Path, *arguments: str) -> str:
    """Run a command of another release on the same database, and return what it prints."""
    bot.needs_new_interpreter = True
    result = bot.run_command(*arguments, PYTHONPATH=str(release))
    bot.needs_new_interpreter = False
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr
