from collections import Counter
from pathlib import Path

import pytest

from bot.domain.counts import pseudonyms, release_rule
from bot.domain.counts.noise import Dice
from bot.domain.counts.release_rule import BREAKDOWN, CODES, TOTAL
from bot.store.repositories import Books
from tests.attacks import odds, plans, plays
from tests.attacks.field import Field, field_of
from tests.attacks.games import Case
from tests.attacks.naive import NaiveCounter
from tests.domain.counts.utility import agreed
from tests.doubles import PEPPERS

FEW = 300
"""Plays of each attack in the short form; `python -m tests.attacks` makes thousands."""

LAST = 1
"""In the short form: a team that writes down little, for whom one debrief tells most."""


def naively(case: Case, least: int = 0) -> bool:
    """Whether exact counts differ between the two worlds."""
    shown = []
    for mine in (case.one, case.other):
        counter = NaiveCounter(least)
        for number, (form, many) in enumerate(zip(CODES["form"], case.others, strict=True)):
            for debrief in range(many):
                counter.file(f"{number} {debrief}", form)
        for form in mine:
            counter.file("target", form)
        shown.append(counter.shown())
    return shown[0] != shown[1]


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_exact_counts_tell_everything_to_whoever_knows_the_rest(attack: plans.Attack) -> None:
    """Where counts are exact, or only held back below five people, every guess is certain."""
    for case in {case for life in attack.lives() for case in life}:
        assert naively(case)
        assert naively(case, least=5) or sum(case.others) < 4


@pytest.mark.parametrize("attack", plans.ONCE, ids=str)
def test_the_best_guess_there_is_stays_below_the_bar(attack: plans.Attack) -> None:
    """By enumerating every page there can be, of teams that write down little, who risk most."""
    best = attack.best(2)

    assert sum(best) / len(best) <= attack.bar
    assert max(best) <= attack.worst
    assert max(best) > 0.5, "a guess that is never better than chance is no attack"


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_the_best_guess_fails_on_what_is_published(attack: plans.Attack) -> None:
    """Played by the release rule: right no more often than is promised, and hardly ever certain.

    Either would be missed in one run of ten thousand, by the bounds of so many plays.
    """
    score = attack.played(FEW, LAST)

    assert score.plays >= FEW
    assert score.surely_above <= attack.bar
    assert score.certain <= 0.01 + 4 * (0.01 / score.plays) ** 0.5


async def test_the_best_guess_fails_on_the_bot() -> None:
    """Played through the handlers, the schedule and the supervisor's page, on the bot's clock."""
    attack = plans.INFORMED[0]
    score = await attack.played_on_the_bot(96, LAST)

    assert score.plays == 96
    assert score.surely_above <= attack.bar
    assert score.certain == 0


async def test_a_habit_of_a_year_fails_on_the_bot() -> None:
    """Two debriefs in each quarter, through the handlers: four pages together tell too little."""
    attack = plans.HABITS[0]
    score = await attack.played_on_the_bot(32, LAST)

    assert score.plays == 32
    assert score.surely_above <= attack.bar


@pytest.mark.parametrize("size", plans.SIZES)
async def test_what_the_bot_publishes_is_what_the_rule_says(tmp_path: Path, size: int) -> None:
    """Of teams whose people all file through the form, page and tables are the rule's, each time.

    So that what is played on the rule, which is quicker, is played on the bot.
    """
    lives = plans.informed(size, 3).lives()[3:6]
    async with field_of(size, len(lives), tmp_path) as field:
        for _ in range(3):
            for side, (case,) in zip(field.sides, lives, strict=True):
                await field.all_file([(who, (form,)) for who, form in plays.dealt(side, case)])
                await field.files(side.target, *case.other)
            expected = await field.desk.store.read(by_the_rule)
            await field.close()

            assert [await field.seen(side) for side in field.sides] == [
                tuple(odds.noted(expected[ledger, f"team:{side.team.id}"]) for ledger in LEDGERS)
                for side in field.sides
            ]
            assert await released(field) >= {table.body for table in expected.values()}


LEDGERS = (TOTAL, BREAKDOWN)


def by_the_rule(books: Books) -> dict[tuple[str, str], release_rule.Table]:
    """The table that the release rule makes of every open period, by ledger and unit."""
    found: dict[tuple[str, str], release_rule.Table] = {}
    for period in books.ledger._periods.every():
        on = agreed(period.size)
        slips = books.ledger._slips_of(period)
        dice = Dice(pseudonyms.dice_key(PEPPERS[0], period.salt, slips))
        found[period.ledger, period.unit] = (
            release_rule.total(slips, on.total, dice)
            if period.ledger == TOTAL
            else release_rule.breakdown(slips, "form", on.breakdown, dice)
        )
    return found


async def released(field: Field) -> set[str]:
    """Every published table as it is kept."""
    tables = await field.desk.store.read(
        lambda books: [books.releases.of(f"team:{side.team.id}") for side in field.sides]
    )
    return {release.table.body for of_team in tables for release in of_team}


async def test_everybody_through_the_form_is_what_the_quick_games_lay_down(tmp_path: Path) -> None:
    """What the longer games lay down in one statement is what the handler keeps."""
    lives = [Case((5, 2, 1, 1), 9), Case((4, 3, 1, 1), 9, other=("against",))]
    async with field_of(9, len(lives), tmp_path) as field:
        told = {
            side.team.id: plays.dealt(side, case)
            for side, case in zip(field.sides, lives, strict=True)
        }
        await field.lay(told)
        laid = await field.slips()
        everybody = [(who, (form,)) for dealt in told.values() for who, form in dealt]
        await field.all_file(everybody)

        assert sum(laid.values()) == 2 * len(everybody)
        assert await field.slips() == Counter({place: 2 * many for place, many in laid.items()})
