"""The operator's view of the audit trail, and the erasure of a person from it."""

from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest

from bot.admin import apply_teams, team_history
from bot.context import Context
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.errors import FaultyInputError
from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

TEAM_FILE = """
[[team]]
workspace = "T0NORTH"
channel = "C0NORTH"
name = "North team"
supervisors = ["{supervisor}"]
directors = ["U0DIRECTOR"]
clinicians = ["U00", "U01", "{clinician}"]
"""


async def apply_file(context: Context, folder: Path, supervisor: str, clinician: str) -> None:
    """Apply a team file with this supervisor and this third clinician."""
    path = folder / "teams.toml"
    path.write_text(TEAM_FILE.format(supervisor=supervisor, clinician=clinician))
    await apply_teams.apply_teams(context, path, test_mode=False)


async def render_history(context: Context, reference: str | None = None) -> list[str]:
    """Return the printed lines without their instants."""
    entries = await context.store.across_workspaces.read(
        lambda repos: team_history.load_entries(repos, reference)
    )
    lines = team_history.render_lines(entries, context.catalogue.get_pack("en"))
    return [line.partition("  ")[2] for line in lines]


async def test_file_changes_are_the_operators(context: Context, tmp_path: Path) -> None:
    """A new team, its roles and a later change are recorded, and applying again adds nothing."""
    await apply_file(context, tmp_path, "U0SUPER", "U02")
    for _ in range(2):
        await apply_file(context, tmp_path, "U0OTHER", "U03")

    operator = "the people who run Attune here"
    assert sorted(await render_history(context, "T0NORTH/C0NORTH")) == [
        f"{operator} changed North team: list of clinicians (1 added, 1 taken off).",
        f"{operator} made U0DIRECTOR a director of North team.",
        f"{operator} made U0OTHER a supervisor of North team.",
        f"{operator} made U0SUPER a supervisor of North team.",
        f"{operator} set up North team.",
        f"{operator} took U0SUPER off the supervisors of North team.",
    ]


async def test_a_line_begins_with_its_instant_in_utc(context: Context, tmp_path: Path) -> None:
    """The instant does not depend on the machine's zone."""
    await apply_file(context, tmp_path, "U0SUPER", "U02")
    entries = await context.store.across_workspaces.read(
        lambda repos: team_history.load_entries(repos, None)
    )

    (line, *_) = team_history.render_lines(entries, context.catalogue.get_pack("en"))

    assert line.startswith(f"{context.now():%Y-%m-%d %H:%M}Z  ")


async def test_a_team_that_is_not_there_is_a_fault(context: Context) -> None:
    """The fault names the argument."""
    with pytest.raises(FaultyInputError) as error:
        await render_history(context, "C0NOWHERE")

    assert [fault.location for fault in error.value.faults] == ["CHANNEL"]


async def test_an_erased_person_is_somebody_who_left(context: Context, tmp_path: Path) -> None:
    """The person's id is in no line any more, and the count is that of the places."""
    await apply_file(context, tmp_path, "U0SUPER", "U02")

    count = await team_history.erase_from_history(context, "T0NORTH/U0SUPER")

    lines = await render_history(context)
    assert count == 1
    assert "U0SUPER" not in " ".join(lines)
    operator = "the people who run Attune here"
    assert f"{operator} made somebody who left a supervisor of North team." in lines


async def test_a_microsoft_id_is_erased_in_any_case(context: Context) -> None:
    """The operator may paste the id as Microsoft writes it; the bot stores small letters."""
    tenant, person_id = str(uuid5(NAMESPACE_OID, "tenant")), str(uuid5(NAMESPACE_OID, "person"))
    entry = AuditEntry(
        f"msteams:{tenant}", "t", "Team", context.now(), person_id, AuditAction.CREATED
    )
    scope = context.store.across_workspaces
    await scope.write(lambda repos: repos.audit_trail.record([entry]))

    count = await team_history.erase_from_history(context, f"{tenant.upper()}/{person_id.upper()}")

    assert count == 1
    assert await render_history(context) == ["somebody who left set up Team."]


@pytest.mark.parametrize("account", ["U0SUPER", "T0NORTH/", "T0 NORTH/U0SUPER", "T0/U0/U1"])
async def test_a_malformed_account_is_a_fault(context: Context, account: str) -> None:
    """Nothing is erased, and the fault names the option."""
    with pytest.raises(FaultyInputError) as error:
        await team_history.erase_from_history(context, account)

    assert [fault.location for fault in error.value.faults] == ["--erase"]
