"""The attack of the nights on copies around signed HTTP requests, and the rows that these write."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.attacks import weakened
from tests.attacks.database_copies import open_instance
from tests.attacks.guessing_game import Score
from tests.attacks.night_attackers import DayGuess, score_guessed_days
from tests.attacks.night_bytes import NightCopy, copy_files, measure_change
from tests.attacks.night_plans import CLAIMS, exceeds_chance
from tests.attacks.proxy_log import PRODUCTS
from tests.chat.conftest import NOW
from tests.chat.surfaces import Answers, Product
from tests.sample_team import MARIE, TEAM, FormAnswers, set_up_team

CODES: Answers = {"form": ("away",), "status": ("touched",)}
COMMANDS: Mapping[str, Answers] = {
    "rupture": CODES,
    "rupture guide": CODES,
    "rupture withdraw": {},
}
FORMS_BY_COMMAND = {
    "rupture": "debrief",
    "rupture guide": "guide",
    "rupture withdraw": "withdraw",
}
OTHER_COMMANDS = ("rupture guide", "rupture withdraw")
NIGHT_COUNT = 24
(DAY_CLAIM,) = [claim for claim in CLAIMS if claim.name == "filed or only read"]


async def visit(product: Product, command: str) -> None:
    """Send a command and the form that it opens, as signed requests."""
    form = await product.run_command(product.marie, command)
    await product.submit_form(product.marie, form, COMMANDS[command])


@asynccontextmanager
async def open_used_product(name: str, folder: Path) -> AsyncIterator[Product]:
    """Return a product on which each form was sent once, so that no visit is a first one."""
    async with PRODUCTS[name](folder) as product:
        for command in COMMANDS:
            await visit(product, command)
        yield product


async def play_nights(name: str, folder: Path, others: Sequence[str] = OTHER_COMMANDS) -> Score:
    """Send a form between two copies, debriefs in half of the nights, and guess which they are."""
    guesses = []
    async with open_used_product(name, folder) as product:
        for _ in range(NIGHT_COUNT):
            await product.bot.context.store.checkpoint()
            before = copy_files(folder)
            command = secrets.choice(("rupture", secrets.choice(others)))
            await visit(product, command)
            features = measure_change(before, copy_files(folder), NOW.date())
            guesses.append(DayGuess(features, command == "rupture"))
    return score_guessed_days((guesses[::2], guesses[1::2]))


def count_changed_rows(before: NightCopy, after: NightCopy) -> dict[str, int]:
    """Return how many rows of each table are new or differ."""
    changed = {
        name: len(set(rows) - set(before.rows.get(name, ()))) for name, rows in after.rows.items()
    }
    return {name: count for name, count in changed.items() if count}


async def count_rows_by_http(name: str, folder: Path) -> dict[str, dict[str, int]]:
    """Return what each form changes when a product sends it."""
    changes = {}
    async with open_used_product(name, folder) as product:
        for command in COMMANDS:
            before = copy_files(folder)
            await visit(product, command)
            changes[command] = count_changed_rows(before, copy_files(folder))
    return changes


async def count_rows_by_handlers(folder: Path) -> dict[str, dict[str, int]]:
    """Return what each form changes when its handler is called."""
    changes = {}
    async with open_instance(folder) as instance:
        await set_up_team(instance.context)
        await instance.context.store.across_workspaces.write(
            lambda repos: repos.people.join_team(MARIE, TEAM.id)
        )
        for command, form in FORMS_BY_COMMAND.items():
            answers: FormAnswers = COMMANDS[command]
            before = copy_files(folder)
            await instance.submit_form(form, MARIE, answers)
            changes[command] = count_changed_rows(before, copy_files(folder))
    return changes


@pytest.mark.parametrize("name", PRODUCTS)
async def test_copies_around_requests_do_not_tell_a_debrief(tmp_path: Path, name: str) -> None:
    """Through the adapter, a debrief and a form that files nothing are at chance."""
    score = await play_nights(name, tmp_path)

    assert score.play_count == NIGHT_COUNT
    assert not exceeds_chance(DAY_CLAIM, score)


@pytest.mark.parametrize("name", PRODUCTS)
async def test_copies_around_requests_tell_where_filing_alone_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """If no guide writes records, the same attacker tells a debrief from a guide only read."""
    weakened.seal_filing_only(monkeypatch)

    score = await play_nights(name, tmp_path, ["rupture guide"])

    assert exceeds_chance(DAY_CLAIM, score)


@pytest.mark.parametrize("name", PRODUCTS)
async def test_requests_change_the_rows_that_handlers_change(tmp_path: Path, name: str) -> None:
    """Digest, both records and the team's record: the nights may drive the handlers."""
    by_http = await count_rows_by_http(name, tmp_path / "http")
    by_handlers = await count_rows_by_handlers(tmp_path / "handlers")

    assert by_http == by_handlers
    assert by_handlers["rupture"] == {"inbox": 1, "ledger_record": 2, "team_record": 1}
