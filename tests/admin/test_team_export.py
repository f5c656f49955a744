"""An export is a team file that changes nothing when it is applied."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin import apply_teams, team_export, team_file
from bot.admin.apply_teams import ApplyResult
from bot.admin.team_export import StoredTeam
from bot.context import Context
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.store.repositories import Repositories
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import (
    CLINICIANS,
    DIRECTOR,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    TEAM,
    WORKSPACE,
    set_up_team,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

TIMES = st.times().map(lambda value: value.replace(second=0, microsecond=0))
NAMES = st.text(min_size=1, max_size=80).filter(lambda name: bool(name.strip()))
PEOPLE = st.lists(st.sampled_from(CLINICIANS), unique=True).map(tuple)
TEAMS = st.builds(
    replace,
    st.just(TEAM),
    name=NAMES,
    checkin_rule=st.builds(WeeklyRule, st.integers(1, 7), TIMES),
    tip_days=st.sets(st.integers(1, 7)).map(sorted).map(tuple),
    tip_time=TIMES,
    open_to_team=st.booleans(),
)


@given(TEAMS, PEOPLE)
def test_every_set_up_is_parsed_as_it_was_exported(
    tmp_path_factory: pytest.TempPathFactory, team: Team, clinicians: tuple[Person, ...]
) -> None:
    """Quotes, control characters and any day and time survive."""
    file = tmp_path_factory.mktemp("export") / "teams.toml"
    stored = StoredTeam(team, (), (DIRECTOR,), clinicians)
    file.write_bytes(team_export.render_team(stored).encode())

    (parsed,) = team_file.read_teams(file, test_mode=False)

    assert apply_teams.build_team(parsed, TEAM.id) == team
    assert [clinician.id for clinician in parsed.clinicians] == [p.id for p in clinicians]


async def test_applied_export_changes_nothing(context: Context, tmp_path: Path) -> None:
    """Roles, lists and links are as before; who joined alone is not in the file."""
    await set_up_team(context, replace(TEAM, practice='River"side', holiday_region="CA-QC"))
    await set_up_team(context, OTHER_TEAM, (STRANGER,))
    alias = Person("msteams:11111111-2222-4333-8444-aaaaaaaaaaaa", "object")

    def add_roles(repos: Repositories) -> None:
        repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
        repos.linked_accounts.set_links([(MARIE, alias)])
        repos.people.join_team(Person(WORKSPACE, "U0ALONE"), TEAM.id)

    await context.store.across_workspaces.write(add_roles)
    text = await context.store.across_workspaces.read(team_export.export_team_file)
    file = tmp_path / "teams.toml"
    file.write_text(text, encoding="utf-8")

    assert await apply_teams.apply_teams(context, file, test_mode=False) == ApplyResult(2, 0)
    assert await context.store.across_workspaces.read(team_export.export_team_file) == text
    assert "U0ALONE" not in text
