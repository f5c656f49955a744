"""Bringing the tables of an older release up to date, and telling whether they are."""

from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


StepCallback = Callable[[int, int], None]
"""Is told after each step how many of how many are done."""


def upgrade_schema(connection: Connection, on_step: StepCallback = lambda _done, _of: None) -> None:
    """Bring the tables up to date inside the transaction that *connection* is in.

    All of it is kept or none. Where several processes start at once, the first to hold
    the writer's lock does the work and the others find it done.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["applied"] = _build_step_hook(connection, on_step)
    command.upgrade(config, "head")


def _build_step_hook(connection: Connection, on_step: StepCallback) -> Callable[..., None]:
    """Return what Alembic calls after each step."""
    current = MigrationContext.configure(connection).get_current_heads()
    scripts = ScriptDirectory(str(_MIGRATIONS_FOLDER))
    steps = len(list(scripts.iterate_revisions("heads", current or "base")))
    done = count(1)
    return lambda **_: on_step(next(done), steps)


def is_schema_current(connection: Connection) -> bool:
    """Whether the tables are those that this release knows."""
    return set(MigrationContext.configure(connection).get_current_heads()) == _latest_revisions()


@cache
def _latest_revisions() -> set[str]:
    return set(ScriptDirectory(str(_MIGRATIONS_FOLDER)).get_heads())
