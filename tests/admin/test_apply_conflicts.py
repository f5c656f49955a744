"""A team file that conflicts with itself or with stored teams is rejected."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.admin import apply_teams
from bot.admin.apply_teams import TeamBatch
from bot.context import Context
from bot.errors import FaultyInputError, PartlyAppliedError
from tests.admin.test_apply_teams import TEAM_FILE, apply_text
from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]


async def test_invalid_file_is_not_applied(context: Context, tmp_path: Path) -> None:
    """One invalid team prevents the valid one in the same file from being stored."""
    with pytest.raises(FaultyInputError):
        await apply_text(context, tmp_path, TEAM_FILE + '\n[[team]]\nname = "South"\n')

    assert await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams()) == ()


async def test_conflict_with_rows_committed_meanwhile_leaves_earlier_batches(
    context: Context, tmp_path: Path
) -> None:
    """The exception says that part of the file was applied, and that part stays."""
    file = tmp_path / "teams.toml"
    file.write_text(TEAM_FILE, encoding="utf-8")

    def add_conflicting_batch(batches: Sequence[TeamBatch]) -> Iterator[TeamBatch]:
        yield from batches
        ((north,),) = batches
        yield (north.model_copy(update={"channel": "C0EAST"}),)

    with pytest.raises(PartlyAppliedError):
        await apply_teams.apply_teams(
            context, file, test_mode=False, track_progress=add_conflicting_batch
        )

    teams = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams())
    assert [team.name for team in teams] == ["North"]


async def test_clinician_of_another_team_is_rejected(context: Context, tmp_path: Path) -> None:
    """The fault names the team of an earlier file, and the move that the operator may mean."""
    await apply_text(context, tmp_path, TEAM_FILE)
    other = TEAM_FILE.replace("C0NORTH", "C0SOUTH").replace('"U0B", "U0C", "U0D", "U0E"', "")

    with pytest.raises(FaultyInputError) as error:
        await apply_text(context, tmp_path, other)

    (fault,) = error.value.faults
    sentence = context.catalogue.get_pack("en").translate(fault.key, **fault.facts)
    assert "is on the list of another team, North" in sentence
    assert "python -m bot team move T0PRACTICE/C0NORTH C0SOUTH" in sentence
