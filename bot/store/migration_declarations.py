"""Migration declarations: which older releases run on its schema, and what it costs.

A release is rolled back without a backup if its migrations only expand the schema of the release
before it; what that release no longer uses is dropped one release later. Each migration states at
its top, beside its revision:

``supports_since``
    The newest revision of the oldest release that runs on the new schema; the migration's own if
    no earlier one does. A release runs on it if every table and column that it uses is still there,
    and each new column is nullable or has a default in the database that the new release reads as
    "not known", so that what the older release writes meanwhile does no harm.
``supports_since_on_postgresql``
    The same on PostgreSQL, where it differs.
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
    supports_since_on_postgresql: str
    rewritten_tables: tuple[str, ...] | None

    def find_supported(self, dialect_name: str) -> str:
        """Return the oldest revision whose release runs on the new schema of a database."""
        is_postgresql = dialect_name == "postgresql"
        return self.supports_since_on_postgresql if is_postgresql else self.supports_since

    def runs_previous_release(self, dialect_name: str) -> bool:
        """Return whether a release of the revision before it runs on the new schema."""
        if self.previous_revision is None:
            return False
        return self.find_supported(dialect_name) <= self.previous_revision


@cache
def load_declarations() -> tuple[MigrationDeclaration, ...]:
    """Return what the migrations of this release declare, the oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - loaded only for a migration

    scripts = ScriptDirectory(str(MIGRATIONS_FOLDER)).walk_revisions()
    return tuple(reversed([build_declaration(script.module) for script in scripts]))


def build_declaration(module: ModuleType) -> MigrationDeclaration:
    """Return what the migration in *module* declares."""
    supports_since = getattr(module, "supports_since", module.revision)
    return MigrationDeclaration(
        revision=module.revision,
        previous_revision=module.down_revision,
        description=module.__doc__ or "",
        supports_since=supports_since,
        supports_since_on_postgresql=getattr(
            module, "supports_since_on_postgresql", supports_since
        ),
        rewritten_tables=getattr(module, "rewritten_tables", None),
    )


def find_oldest_supported(declarations: Iterable[MigrationDeclaration], dialect_name: str) -> str:
    """Return the oldest revision whose release runs on the schema after all *declarations*."""
    return max(declaration.find_supported(dialect_name) for declaration in declarations)
