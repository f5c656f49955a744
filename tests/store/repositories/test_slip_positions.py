from pathlib import Path

from bot.domain.counts import pseudonyms
from bot.store.schema import periods, slips
from bot.store.store import Store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AWAY_ANSWERS,
    NOW,
    build_clinicians,
    build_team,
    fetch_rows,
    open_periods,
)

NORTH = build_team("north")
NINE = build_clinicians("north", 9)


async def test_physical_position_does_not_reveal_the_latest_slip(
    store: Store, database: str
) -> None:
    """In a copy of the file, or in a server's row order, the latest slip can be anywhere.

    Of nine positions two are ends, so in forty rounds the latest is at an end about nine
    times; without shuffling it is at an end every time.
    """
    await open_periods(store, (NORTH, 9))
    rounds_at_an_end = 0
    for _ in range(40):
        await store.across_workspaces.write(
            lambda repos: [repos.slips.file_debrief(person, AWAY_ANSWERS, NOW) for person in NINE]
        )
        tokens = await tokens_in_physical_order(store, database)
        rounds_at_an_end += await derive_latest_token(store) in (tokens[0], tokens[-1])
        await store.across_workspaces.write(
            lambda repos: [repos.slips.withdraw_debriefs(person, NOW) for person in NINE]
        )

    assert rounds_at_an_end <= 24


async def derive_latest_token(store: Store) -> bytes:
    """Return the token, in the total, of the person who filed last."""
    (salt,) = [row.salt for row in await fetch_rows(store, periods) if row.ledger == "total"]
    return pseudonyms.derive_contributor_token(PEPPERS[0], salt, NINE[-1])


async def tokens_in_physical_order(store: Store, database: str) -> list[bytes]:
    """Return the total's tokens in the order in which the database stores them on disk."""
    tokens = [row.token for row in await fetch_rows(store, slips) if row.ledger == "total"]
    await store.checkpoint()
    return sort_by_offset(tokens, database) if database.startswith("sqlite") else tokens


def sort_by_offset(tokens: list[bytes], database: str) -> list[bytes]:
    """Return *tokens* sorted by their offsets in an SQLite file."""
    return sorted(tokens, key=Path(database.removeprefix("sqlite:///")).read_bytes().find)
