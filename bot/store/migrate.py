"""Schema migrations: run Alembic from code and check the revision of the database."""

from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.keys.key_store import KeyStore

_MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


StepCallback = Callable[[int, int], None]
"""Called after each migration with the number applied and the total."""


def upgrade_schema(
    connection: Connection,
    peppers: tuple[bytes, ...],
    key_store: KeyStore,
    on_step: StepCallback = lambda _done, _total: None,
) -> None:
    """Apply all pending migrations inside the open transaction of *connection*.

    *peppers* and *key_store* are for migrations of pseudonymous or sealed rows.

    Either all are committed or none. Where several processes start at once, the first to
    acquire the writer lock migrates and the others find the schema current.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["peppers"] = peppers
    config.attributes["key_store"] = key_store
    config.attributes["applied"] = _build_step_hook(connection, on_step)
    command.upgrade(config, "head")


def _build_step_hook(connection: Connection, on_step: StepCallback) -> Callable[..., None]:
    """Return the callback that Alembic calls after each migration."""
    current_heads = MigrationContext.configure(connection).get_current_heads()
    script_folder = ScriptDirectory(str(_MIGRATIONS_FOLDER))
    total = len(list(script_folder.iterate_revisions("heads", current_heads or "base")))
    applied_counter = count(1)
    return lambda **_: on_step(next(applied_counter), total)


def is_schema_current(connection: Connection) -> bool:
    """Whether the database's revision is the newest that this release contains."""
    return set(MigrationContext.configure(connection).get_current_heads()) == latest_revisions()


@cache
def latest_revisions() -> set[str]:
    """Return the newest schema revisions that this release contains."""
    return set(ScriptDirectory(str(_MIGRATIONS_FOLDER)).get_heads())
