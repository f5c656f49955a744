"""Migration declarations: which older releases run on its schema, and what it costs.

A release is rolled back without a backup if its migrations only expand the schema of the release
before it; what that release no longer uses is dropped one release later. Each migration states at
its top, beside its revision:

``supports_since``
    The newest revision of the oldest release that runs on the new schema; the migration's own if
    no earlier one does. A release runs on it if every table and column that it uses is still there,
    and each new column is nullable or has a default in the database that the new release reads as
    "not known", so that what the older release writes meanwhile does no harm.
``rewritten_tables``
    The tables of which every row is read or written: with their rows the upgrade takes longer.

``tests/store/test_previous_release.py`` fails for a migration without them, and for one that
claims too much. ``docs/upgrading.md`` is printed from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from alembic.script import ScriptDirectory

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class MigrationDeclaration:
    """A migration: its revision, the one before it, its docstring and what it declares.

    A migration that does not declare ``supports_since`` supports no earlier release;
    ``rewritten_tables`` is ``None`` where it declares none.
    """

    revision: str
    previous_revision: str | None
    description: str
    supports_since: str
    rewritten_tables: tuple[str, ...] | None

    @property
    def runs_previous_release(self) -> bool:
        """Whether a release of the revision before it runs on the new schema."""
        return self.previous_revision is not None and self.supports_since <= self.previous_revision


@cache
def load_declarations() -> tuple[MigrationDeclaration, ...]:
    """Return what the migrations of this release declare, the oldest first."""
    scripts = ScriptDirectory(str(MIGRATIONS_FOLDER)).walk_revisions()
    return tuple(reversed([build_declaration(script.module) for script in scripts]))


def build_declaration(module: ModuleType) -> MigrationDeclaration:
    """Return what the migration in *module* declares."""
    return MigrationDeclaration(
        revision=module.revision,
        previous_revision=module.down_revision,
        description=module.__doc__ or "",
        supports_since=getattr(module, "supports_since", module.revision),
        rewritten_tables=getattr(module, "rewritten_tables", None),
    )


def find_oldest_supported(declarations: Iterable[MigrationDeclaration]) -> str:
    """Return the oldest revision whose release runs on the schema after all *declarations*."""
    return max(declaration.supports_since for declaration in declarations)
