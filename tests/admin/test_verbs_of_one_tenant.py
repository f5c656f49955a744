"""The operator's commands that name one workspace leave every other one as it is."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from bot.admin import (
    apply_teams,
    person_renaming,
    person_verbs,
    secret_verbs,
    team_history,
    team_verbs,
    workspace_verbs,
)
from bot.context import Context
from bot.domain.permission_table import VERBS
from bot.domain.person import data_copy
from bot.workflows.person_erasure import load_data_copy
from tests.chat.surfaces import render_team_file
from tests.doubles import clock, full_catalogue, outlet
from tests.handlers.test_other_tenants import (
    OTHER_WORKSPACE,
    SECRET_NAME,
    read_tenant_rows,
    two_tenants,
)
from tests.sample_team import ADA, CHANNEL, CLINICIANS, MARIE, SUPERVISOR

__all__ = ["clock", "full_catalogue", "outlet", "two_tenants"]

pytestmark = pytest.mark.no_cover

NAMED = OTHER_WORKSPACE.removeprefix("slack:")
FOREIGN_TEAM = f"{NAMED}/{CHANNEL}"

WHOLE_DEPLOYMENT = {
    *("web", "worker", "migrate", "doctor", "deliveries", "backup", "check-backup"),
    *("export-tables", "manifest", "team list", "team show", "team export", "workspace list"),
    *("secret rotate", "audit", "print", "privacy-pack", "restore", "move-to", "try"),
}
"""Commands that name no workspace, or only read."""


async def apply_file(context: Context, folder: Path) -> object:
    """Apply a team file of the workspace alone, with another supervisor."""
    people = (*(person.id for person in CLINICIANS), "U0NEWSUPER", "")
    (folder / "teams.toml").write_text(render_team_file(NAMED, CHANNEL, people))
    return await apply_teams.apply_teams(context, folder / "teams.toml", test_mode=True)


async def export_person(context: Context, _folder: Path) -> object:
    """Return the copy of what is stored about a person, as JSON."""
    person = person_verbs.parse_person(NAMED, MARIE.id)
    copied = await context.store.across_workspaces.read(
        lambda repos: load_data_copy(repos, person, context.now())
    )
    return data_copy.encode_copy(copied)


async def rename_person(context: Context, folder: Path) -> object:
    """Rename a person of the workspace, whose former id somebody of the other has, too."""
    (folder / "ids.csv").write_text(f"{ADA.id},U0NEWADA\n")
    return await person_renaming.rename_people(context, NAMED, folder / "ids.csv", is_dry_run=False)


async def rotate_key(context: Context, _folder: Path) -> object:
    """Rotate the key of the workspace's installation."""
    await context.store.across_workspaces.write(
        lambda repos: repos.installations.save(OTHER_WORKSPACE, {"token": "xoxb-made-up"})
    )
    return await secret_verbs.rotate_installation_key(context, NAMED)


async def purge(context: Context, folder: Path) -> object:
    """Purge the workspace."""
    report = await workspace_verbs.purge_workspace(
        context, NAMED, folder / "tables", is_dry_run=False, is_confirmed=True
    )
    assert report.is_complete
    return report


CASES: Mapping[str, Callable[[Context, Path], Awaitable[object]]] = {
    "person export": export_person,
    "team history": lambda context, _: team_history.erase_from_history(
        context, f"{NAMED}/{SUPERVISOR.id}"
    ),
    "team rename-people": rename_person,
    "team apply": apply_file,
    "team move": lambda context, _: team_verbs.move_team(context, FOREIGN_TEAM, "C0FREE"),
    "person erase": lambda context, _: person_verbs.erase_person(
        context, person_verbs.parse_person(NAMED, MARIE.id)
    ),
    "workspace rotate-keys": rotate_key,
    "team remove": lambda context, _: team_verbs.remove_team(
        context, f"{NAMED}/C0FREE", is_dry_run=False
    ),
    "workspace purge": purge,
}
"""A call of each command that changes one workspace, in an order in which all succeed."""


def test_every_verb_has_a_case_or_concerns_the_whole_deployment() -> None:
    """A new command is tried here, or declared to be about no single workspace."""
    assert CASES.keys() | WHOLE_DEPLOYMENT == VERBS.keys()


async def test_verbs_of_one_workspace_leave_the_other_as_it_is(
    two_tenants: Context, tmp_path: Path
) -> None:
    """People and channels of both have the same ids; each row of the other stays to the byte."""
    rows_before = await read_tenant_rows(two_tenants)
    for name, call in CASES.items():
        answer = await call(two_tenants, tmp_path)

        assert SECRET_NAME not in repr(answer), name
        assert await read_tenant_rows(two_tenants) == rows_before, name
