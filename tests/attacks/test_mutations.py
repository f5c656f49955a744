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
from tests.attacks import plays
from tests.attacks.field import open_environment, parse_release
from tests.attacks.forks import fetch_releases, open_world
from tests.attacks.games import PeriodCase
from tests.attacks.test_dumps import are_kept_apart, leaves_nothing
from tests.attacks.test_frozen import closed_again, stays_as_it_is
from tests.sample_team import CLINICIANS, MARIE, SUPERVISOR, set_up_team

Claim = Callable[[Path], Awaitable[None]]
Spoil = Callable[[pytest.MonkeyPatch], None]


async def nobody_counts_for_more_than_four(folder: Path) -> None:
    """Claim that one person who files forty moves the total no further than noise would."""
    async with open_world(folder / "cap") as one:
        await set_up_team(one.context)
        await one.give_agreement(SUPERVISOR)
        await one.file_debriefs(*[MARIE] * 40)
        await one.close_period()
        band, _ = parse_release(await one.run_command("debriefs", SUPERVISOR))
    assert band in {release_rule.Band.FEW, release_rule.Band.TEN}


async def an_edge_is_blurred(folder: Path) -> None:
    """Claim that a count at a band's edge does not tell whether one more was filed."""
    lives = [(PeriodCase((9, 0, 0, 0), 9),)] * 4
    async with open_environment(9, len(lives), folder) as field:
        score = await plays.play_on_bot(field, lives, 12)
    assert score.lower_bound <= 0.66


async def a_table_is_frozen(folder: Path) -> None:
    """Claim that closing again changes nothing of what was told, in three periods out of three."""
    for number in range(3):
        await stays_as_it_is(folder / str(number), closed_again)


async def a_team_of_four_is_not_told(folder: Path) -> None:
    """Claim that nothing is kept or told of a team so small that a table points at someone."""
    async with open_world(folder / "small") as one:
        await set_up_team(one.context, clinicians=CLINICIANS[:4])
        await one.file_debriefs(*CLINICIANS[:4])
        assert await one.fetch_rows("slip") == []
        assert await fetch_releases(one) == []


CLAIMS = (
    nobody_counts_for_more_than_four,
    an_edge_is_blurred,
    a_table_is_frozen,
    a_team_of_four_is_not_told,
    are_kept_apart,
    leaves_nothing,
)


def no_cap(patch: pytest.MonkeyPatch) -> None:
    """Every debrief counts, however many one person files."""
    patch.setattr(release_rule, "_cap_slips", lambda slips, _cap, _dice: list(slips))


def no_noise(patch: pytest.MonkeyPatch) -> None:
    """Counts are told as they are."""
    patch.setattr(release_rule, "sample_laplace", lambda _dice, _scale: 0)


def no_salt(patch: pytest.MonkeyPatch) -> None:
    """Every period and both ledgers have the same salt."""
    patch.setattr(periods, "secrets", SimpleNamespace(token_bytes=lambda many: b"s" * many))


def no_destruction_of_slips(patch: pytest.MonkeyPatch) -> None:
    """Slips outlive their period."""

    def spared(table: Table) -> Delete:
        return delete(table).where(false())

    patch.setattr(slip_repository, "delete", spared)


def no_destruction_of_salts(patch: pytest.MonkeyPatch) -> None:
    """The salt outlives its period."""
    patch.setattr(Periods, "destroy_period", lambda *_: None)


def no_checkpoint(patch: pytest.MonkeyPatch) -> None:
    """The write-ahead log keeps what was destroyed."""

    async def kept(_store: Store) -> bool:
        return True

    patch.setattr(Store, "checkpoint", kept)


def no_freeze(patch: pytest.MonkeyPatch) -> None:
    """What has ended is closed again at every look, and its table written over."""

    def over(connection: object, table: Table, rows: list[dict[str, object]]) -> int:
        for row in rows:
            upsert.upsert_row(connection, table, row)  # type: ignore[arg-type]  # a connection, handed on
        return len(rows)

    patch.setattr(periods, "insert_missing_rows", over)
    no_destruction_of_salts(patch)


def no_size_rule(patch: pytest.MonkeyPatch) -> None:
    """A team of any size is told alone."""
    patch.setattr(release_rule, "MIN_UNIT_SIZE", 1)


MUTATIONS: tuple[tuple[Spoil, Claim], ...] = (
    (no_cap, nobody_counts_for_more_than_four),
    (no_noise, an_edge_is_blurred),
    (no_salt, are_kept_apart),
    (no_destruction_of_slips, leaves_nothing),
    (no_destruction_of_salts, leaves_nothing),
    (no_checkpoint, leaves_nothing),
    (no_freeze, a_table_is_frozen),
    (no_size_rule, a_team_of_four_is_not_told),
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
async def test_each_claim_holds_of_the_bot_as_it_is(tmp_path: Path, claim: Claim) -> None:
    """What the spoilt bots below fail is true of this one."""
    await claim(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "claim"), MUTATIONS, ids=[spoil.__name__ for spoil, _ in MUTATIONS]
)
async def test_a_bot_without_a_protection_is_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Spoil, claim: Claim
) -> None:
    """Cap, noise, salt, destruction, freeze, size rule: without any of them a claim fails."""
    spoil(monkeypatch)

    with pytest.raises(AssertionError):
        await claim(tmp_path)
