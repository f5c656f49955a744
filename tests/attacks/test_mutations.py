from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Delete, Table, delete, false

from bot.domain.counts import release_rule
from bot.store import upsert
from bot.store.repositories import periods
from bot.store.repositories import slips as slip_repository
from bot.store.repositories.periods import Periods
from bot.store.store import Store
from tests.attacks import game_runner
from tests.attacks.database_copies import fetch_releases, open_instance
from tests.attacks.environment import open_environment, parse_release
from tests.attacks.guessing_game import PeriodCase
from tests.attacks.test_dumps import claim_close_destroys_slips, claim_tokens_are_unlinkable
from tests.attacks.test_frozen import claim_table_is_unchanged, close_again
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, set_up_team

Claim = Callable[[Path], Awaitable[None]]
Mutation = Callable[[pytest.MonkeyPatch], None]


async def claim_cap_limits_one_person(folder: Path) -> None:
    """Claim that one person who files forty moves the total no further than noise would."""
    async with open_instance(folder / "cap") as instance:
        await set_up_team(instance.context)
        await instance.give_agreement(SUPERVISOR)
        await instance.file_debriefs(*[MARIE] * 40)
        await instance.close_period()
        band, _ = parse_release(await instance.run_command("debriefs", SUPERVISOR))
    assert band in {release_rule.Band.FEW, release_rule.Band.TEN}


async def claim_band_edge_is_blurred(folder: Path) -> None:
    """Claim that a count at a band's edge does not reveal whether one more was filed."""
    histories = [(PeriodCase((9, 0, 0, 0), 9),)] * 4
    async with open_environment(9, len(histories), folder) as environment:
        score = await game_runner.play_on_bot(environment, histories, 12)
    assert score.lower_bound <= 0.66


async def claim_table_is_frozen(folder: Path) -> None:
    """Claim that a second close changes no published table, in three periods out of three."""
    for number in range(3):
        await claim_table_is_unchanged(folder / str(number), close_again)


async def claim_small_team_is_not_published(folder: Path) -> None:
    """Claim that a team small enough to identify a person is neither stored nor published."""
    async with open_instance(folder / "small") as instance:
        await set_up_team(instance.context, clinicians=CLINICIANS[:4])
        await instance.file_debriefs(*CLINICIANS[:4])
        assert await instance.fetch_rows("slip") == []
        assert await fetch_releases(instance) == []


CLAIMS = (
    claim_cap_limits_one_person,
    claim_band_edge_is_blurred,
    claim_table_is_frozen,
    claim_small_team_is_not_published,
    claim_tokens_are_unlinkable,
    claim_close_destroys_slips,
)


def remove_cap(patch: pytest.MonkeyPatch) -> None:
    """Count every debrief, however many one person files."""
    patch.setattr(release_rule, "_cap_slips", lambda slips, _cap, _noise: list(slips))


def remove_noise(patch: pytest.MonkeyPatch) -> None:
    """Publish exact counts."""
    patch.setattr(release_rule, "sample_laplace", lambda _generator, _scale: 0)


def remove_salt(patch: pytest.MonkeyPatch) -> None:
    """Use the same salt for every period and both ledgers."""
    patch.setattr(periods, "secrets", SimpleNamespace(token_bytes=lambda size: b"s" * size))


def skip_slip_deletion(patch: pytest.MonkeyPatch) -> None:
    """Leave slips in the table after their period."""

    def delete_nothing(table: Table) -> Delete:
        return delete(table).where(false())

    patch.setattr(slip_repository, "delete", delete_nothing)


def skip_salt_deletion(patch: pytest.MonkeyPatch) -> None:
    """Leave the salt in the table after its period."""
    patch.setattr(Periods, "destroy_period", lambda *_: None)


def skip_checkpoint(patch: pytest.MonkeyPatch) -> None:
    """Leave destroyed rows in the write-ahead log."""

    async def skip(_store: Store) -> bool:
        return True

    patch.setattr(Store, "checkpoint", skip)


def remove_freeze(patch: pytest.MonkeyPatch) -> None:
    """Close an ended period again on every run, and overwrite its table."""

    def overwrite_rows(connection: object, table: Table, rows: list[dict[str, object]]) -> int:
        for row in rows:
            upsert.upsert_row(connection, table, row)  # type: ignore[arg-type]  # passed through
        return len(rows)

    patch.setattr(periods, "insert_missing_rows", overwrite_rows)
    skip_salt_deletion(patch)


def remove_size_rule(patch: pytest.MonkeyPatch) -> None:
    """Publish the table of a team of any size."""
    patch.setattr(release_rule, "MIN_UNIT_SIZE", 1)


MUTATIONS: tuple[tuple[Mutation, Claim], ...] = (
    (remove_cap, claim_cap_limits_one_person),
    (remove_noise, claim_band_edge_is_blurred),
    (remove_salt, claim_tokens_are_unlinkable),
    (skip_slip_deletion, claim_close_destroys_slips),
    (skip_salt_deletion, claim_close_destroys_slips),
    (skip_checkpoint, claim_close_destroys_slips),
    (remove_freeze, claim_table_is_frozen),
    (remove_size_rule, claim_small_team_is_not_published),
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_each_claim_holds_for_the_unmodified_bot(tmp_path: Path, claim: Claim) -> None:
    """Every claim that a mutation below breaks is true of the bot as it is."""
    await claim(tmp_path)


@pytest.mark.parametrize(
    ("mutate", "claim"), MUTATIONS, ids=[mutate.__name__ for mutate, _ in MUTATIONS]
)
async def test_removing_a_protection_breaks_a_claim(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mutate: Mutation, claim: Claim
) -> None:
    """Without cap, noise, salt, destruction, freeze or size rule a claim fails."""
    mutate(monkeypatch)

    with pytest.raises(AssertionError):
        await claim(tmp_path)
