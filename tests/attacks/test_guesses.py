from collections import Counter
from pathlib import Path

import pytest

from bot.domain.counts import pseudonyms, release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import ANSWER_CODES, BREAKDOWN, TOTAL
from bot.store.repositories import Repositories
from tests.attacks import odds, plans, plays
from tests.attacks.field import AttackEnvironment, open_environment
from tests.attacks.games import PeriodCase
from tests.attacks.naive import NaiveCounter
from tests.domain.counts.utility import terms_for_size
from tests.doubles import PEPPERS

FEW = 300
"""Plays of each attack in the short form; `python -m tests.attacks` makes thousands."""

LAST = 1
"""In the short form: a team that writes down little, for whom one debrief tells most."""


def naively(case: PeriodCase, least: int = 0) -> bool:
    """Whether exact counts differ between the two worlds."""
    shown = []
    for mine in (case.first_world_forms, case.second_world_forms):
        counter = NaiveCounter(least)
        for number, (form, many) in enumerate(
            zip(ANSWER_CODES["form"], case.other_counts, strict=True)
        ):
            for debrief in range(many):
                counter.file_debrief(f"{number} {debrief}", form)
        for form in mine:
            counter.file_debrief("target", form)
        shown.append(counter.count_forms())
    return shown[0] != shown[1]


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_exact_counts_tell_everything_to_whoever_knows_the_rest(attack: plans.Attack) -> None:
    """Where counts are exact, or only held back below five people, every guess is certain."""
    for case in {case for life in attack.build_histories() for case in life}:
        assert naively(case)
        assert naively(case, least=5) or sum(case.other_counts) < 4


@pytest.mark.parametrize("attack", plans.SINGLE_LOOK_ATTACKS, ids=str)
def test_the_best_guess_there_is_stays_below_the_bar(attack: plans.Attack) -> None:
    """By enumerating every page there can be, of teams that write down little, who risk most."""
    best = attack.best_guess_shares(2)

    assert sum(best) / len(best) <= attack.max_mean_share
    assert max(best) <= attack.max_single_share
    assert max(best) > 0.5, "a guess that is never better than chance is no attack"


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_the_best_guess_fails_on_what_is_published(attack: plans.Attack) -> None:
    """Played by the release rule: right no more often than is promised, and hardly ever certain.

    Either would be missed in one run of ten thousand, by the bounds of so many plays.
    """
    score = attack.play_by_rule(FEW, LAST)

    assert score.play_count >= FEW
    assert score.lower_bound <= attack.max_mean_share
    assert score.certain_share <= 0.01 + 4 * (0.01 / score.play_count) ** 0.5


async def test_the_best_guess_fails_on_the_bot() -> None:
    """Played through the handlers, the schedule and the supervisor's page, on the bot's clock."""
    attack = plans.INFORMED_ATTACKS[0]
    score = await attack.play_on_bot(96, LAST)

    assert score.play_count == 96
    assert score.lower_bound <= attack.max_mean_share
    assert score.certain_share == 0


async def test_a_habit_of_a_year_fails_on_the_bot() -> None:
    """Two debriefs in each quarter, through the handlers: four pages together tell too little."""
    attack = plans.HABIT_ATTACKS[0]
    score = await attack.play_on_bot(32, LAST)

    assert score.play_count == 32
    assert score.lower_bound <= attack.max_mean_share


@pytest.mark.parametrize("size", plans.UNIT_SIZES)
async def test_what_the_bot_publishes_is_what_the_rule_says(tmp_path: Path, size: int) -> None:
    """Of teams whose people all file through the form, page and tables are the rule's, each time.

    So that what is played on the rule, which is quicker, is played on the bot.
    """
    lives = plans.informed_attack(size, 3).build_histories()[3:6]
    async with open_environment(size, len(lives), tmp_path) as field:
        for _ in range(3):
            for side, (case,) in zip(field.teams, lives, strict=True):
                await field.file_concurrently(
                    [(who, (form,)) for who, form in plays.deal_case(side, case)]
                )
                await field.file_debriefs(side.target, *case.second_world_forms)
            expected = await field.context.store.across_workspaces.read(by_the_rule)
            await field.close_all_periods()

            assert [await field.read_release(side) for side in field.teams] == [
                tuple(
                    odds.describe_table(expected[ledger, f"team:{side.team.id}"])
                    for ledger in LEDGERS
                )
                for side in field.teams
            ]
            assert await released(field) >= {table.json_body for table in expected.values()}


LEDGERS = (TOTAL, BREAKDOWN)


def by_the_rule(repos: Repositories) -> dict[tuple[str, str], release_rule.ReleasedTable]:
    """The table that the release rule makes of every open period, by ledger and unit."""
    found: dict[tuple[str, str], release_rule.ReleasedTable] = {}
    for period in repos.slips._periods.list_periods():
        on = terms_for_size(period.size)
        slips = repos.slips._load_slips(period)
        dice = NoiseGenerator(pseudonyms.derive_noise_key(PEPPERS[0], period.salt, slips))
        found[period.ledger, period.unit] = (
            release_rule.release_total(slips, on.total, dice)
            if period.ledger == TOTAL
            else release_rule.release_breakdown(slips, "form", on.breakdown, dice)
        )
    return found


async def released(field: AttackEnvironment) -> set[str]:
    """Every published table as it is kept."""
    tables = await field.context.store.across_workspaces.read(
        lambda repos: [repos.releases.list_by_unit(f"team:{side.team.id}") for side in field.teams]
    )
    return {release.table.json_body for of_team in tables for release in of_team}


async def test_everybody_through_the_form_is_what_the_quick_games_lay_down(tmp_path: Path) -> None:
    """What the longer games lay down in one statement is what the handler keeps."""
    lives = [
        PeriodCase((5, 2, 1, 1), 9),
        PeriodCase((4, 3, 1, 1), 9, second_world_forms=("against",)),
    ]
    async with open_environment(9, len(lives), tmp_path) as field:
        told = {
            side.team.id: plays.deal_case(side, case)
            for side, case in zip(field.teams, lives, strict=True)
        }
        await field.insert_slips(told)
        laid = await field.count_slips()
        everybody = [(who, (form,)) for dealt in told.values() for who, form in dealt]
        await field.file_concurrently(everybody)

        assert sum(laid.values()) == 2 * len(everybody)
        assert await field.count_slips() == Counter(
            {place: 2 * many for place, many in laid.items()}
        )
