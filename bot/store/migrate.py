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

_FOLDER = Path(__file__).parent / "migrations"


Told = Callable[[int, int], None]
"""Is told after each step how many of how many are done."""


def upgrade(connection: Connection, told: Told = lambda _done, _of: None) -> None:
    """Bring the tables up to date inside the transaction that *connection* is in.

    All of it is kept or none. Where several processes start at once, the first to hold
    the writer's lock does the work and the others find it done.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["applied"] = _counted(connection, told)
    command.upgrade(config, "head")


def _counted(connection: Connection, told: Told) -> Callable[..., None]:
    """Return what Alembic calls after each step."""
    current = MigrationContext.configure(connection).get_current_heads()
    scripts = ScriptDirectory(str(_FOLDER))
    steps = len(list(scripts.iterate_revisions("heads", current or "base")))
    done = count(1)
    return lambda **_: told(next(done), steps)


def is_current(connection: Connection) -> bool:
    """Whether the tables are those that this release knows."""
    return set(MigrationContext.configure(connection).get_current_heads()) == _heads()


@cache
def _heads() -> set[str]:
    return set(ScriptDirectory(str(_FOLDER)).get_heads())
