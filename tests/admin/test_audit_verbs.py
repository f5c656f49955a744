"""The operator's view of installations, purges and rotations of keys."""

from datetime import timedelta

import pytest

from bot.admin import audit_verbs
from bot.context import Context
from bot.domain.teams.audit_entry import OPERATOR_ID, AuditAction, AuditEntry
from bot.workflows.workspace_purge import complete_purge
from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

OPERATOR = "the people who run Attune here"
NORTH, GONE = "slack:T0NORTH", "slack:T0GONE"


@pytest.fixture
async def filled_context(context: Context) -> Context:
    """A context with an installation, a change of a team, a rotation and a purge, in this order."""
    now, scope = context.now(), context.store.across_workspaces
    entries = [
        AuditEntry(NORTH, "", "", now, "U0ADMIN", AuditAction.INSTALLED, detail="12"),
        AuditEntry(NORTH, "team", "North", now, "U0ADMIN", AuditAction.CREATED),
        AuditEntry(NORTH, "", "", now + timedelta(hours=1), OPERATOR_ID, AuditAction.KEY_ROTATED),
    ]
    await scope.write(lambda repos: repos.audit_trail.record(entries))
    purged_at = now + timedelta(hours=2)
    await scope.write(lambda repos: repos.workspace_purges.begin(GONE, purged_at))
    assert await complete_purge(context.store, GONE, purged_at + timedelta(minutes=1))
    return context


async def render(context: Context, reference: str | None = None) -> list[str]:
    """Return the printed lines without their instants, newest first."""
    entries = await context.store.across_workspaces.read(
        lambda repos: audit_verbs.load_entries(repos, reference)
    )
    lines = audit_verbs.render_lines(entries, context.catalogue.get_pack("en"), reference)
    return [line.partition("  ")[2] for line in lines]


async def test_all_entries_of_whole_workspaces_are_printed(filled_context: Context) -> None:
    """Newest first, without those of teams; a deleted workspace has the same mark in both lines."""
    end, begin, *others = await render(filled_context)

    mark = begin.split()[3]
    assert begin == f"Deletion of workspace {mark} begun by the operator (requested): 0 rows."
    assert end == f"Deletion of workspace {mark} complete: nothing of it is left."
    assert len(mark) == 9
    assert others == [
        f"T0NORTH  {OPERATOR} gave the app's tokens of this workspace a new key.",
        "T0NORTH  U0ADMIN installed the app with 12 permissions.",
    ]


async def test_a_deleted_workspace_is_found_by_its_id(filled_context: Context) -> None:
    """The lines name it as it was asked for, and one that was never here has none."""
    assert await render(filled_context, "T0GONE") == [
        "Deletion of workspace T0GONE complete: nothing of it is left.",
        "Deletion of workspace T0GONE begun by the operator (requested): 0 rows.",
    ]
    assert len(await render(filled_context, "T0NORTH")) == 2
    assert await render(filled_context, "T0NEVER") == []
