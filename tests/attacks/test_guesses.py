from collections import Counter
from pathlib import Path

import pytest

from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import pseudonyms, release_rule
from bot.domain.counts import slots as slot_rules
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.store.repositories import Repositories
from tests.attacks import game_runner, odds, plans
from tests.attacks.environment import AttackEnvironment, open_environment
from tests.attacks.guessing_game import PeriodCase
from tests.attacks.naive import NaiveCounter
from tests.domain.counts.utility import terms_for_size

SHORT_PLAY_COUNT = 300
"""Plays of each attack in the short form; `python -m tests.attacks` runs thousands."""

SHORT_HISTORY_COUNT = 1
"""History count of the short form: one team that files little, the most exposed target."""


def exact_counts_differ(case: PeriodCase, min_people: int = 0) -> bool:
    """Return whether exact counts differ between the two worlds."""
    counts = []
    for target_forms in (case.first_world_forms, case.second_world_forms):
        counter = NaiveCounter(min_people)
        for number, (form, count) in enumerate(
            zip(ANSWER_CODES["form"], case.other_counts, strict=True)
        ):
            for debrief in range(count):
                counter.file_debrief(f"{number} {debrief}", form)
        for form in target_forms:
            counter.file_debrief("target", form)
        counts.append(counter.count_forms())
    return counts[0] != counts[1]


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_exact_counts_reveal_everything_to_an_informed_attacker(attack: plans.Attack) -> None:
    """Where counts are exact, or only withheld below five people, every guess is certain."""
    for case in {case for history in attack.build_histories() for case in history}:
        assert exact_counts_differ(case)
        assert exact_counts_differ(case, min_people=5) or sum(case.other_counts) < 4


@pytest.mark.parametrize("attack", plans.SINGLE_LOOK_ATTACKS, ids=str)
def test_best_guess_stays_below_the_limit(attack: plans.Attack) -> None:
    """The best guess over every possible page stays below the limit, for the most exposed teams."""
    shares = attack.best_guess_shares(2)

    assert sum(shares) / len(shares) <= attack.max_mean_share
    assert max(shares) <= attack.max_single_share
    assert max(shares) > 0.5, "a guess that is never better than chance is no attack"


@pytest.mark.parametrize("attack", plans.ATTACKS, ids=str)
def test_best_guess_fails_on_what_the_rule_publishes(attack: plans.Attack) -> None:
    """Guesses are right no more often than the limit, and hardly ever certain.

    Played by the release rule. Either bound is missed in one run of ten thousand.
    """
    score = attack.play_by_rule(SHORT_PLAY_COUNT, SHORT_HISTORY_COUNT)

    assert score.play_count >= SHORT_PLAY_COUNT
    assert score.lower_bound <= attack.max_mean_share
    assert score.certain_share <= 0.01 + 4 * (0.01 / score.play_count) ** 0.5


async def test_best_guess_fails_on_the_bot() -> None:
    """The same holds through the handlers, the schedule and the supervisor's page."""
    attack = plans.INFORMED_ATTACKS[0]
    score = await attack.play_on_bot(96, SHORT_HISTORY_COUNT)

    assert score.play_count == 96
    assert score.lower_bound <= attack.max_mean_share
    assert score.certain_share == 0


async def test_a_year_of_habit_fails_on_the_bot() -> None:
    """Two debriefs in each quarter, through the handlers: four pages together reveal too little."""
    attack = plans.HABIT_ATTACKS[0]
    score = await attack.play_on_bot(32, SHORT_HISTORY_COUNT)

    assert score.play_count == 32
    assert score.lower_bound <= attack.max_mean_share


@pytest.mark.parametrize("size", plans.UNIT_SIZES)
async def test_bot_publishes_what_the_rule_returns(tmp_path: Path, size: int) -> None:
    """When every person files through the form, page and tables equal the rule's, each time.

    So a result on the rule, which is faster, is a result on the bot.
    """
    histories = plans.informed_attack(size, 3).build_histories()[3:6]
    async with open_environment(size, len(histories), tmp_path) as environment:
        for _ in range(3):
            for team, (case,) in zip(environment.teams, histories, strict=True):
                await environment.file_concurrently(
                    [(person, (form,)) for person, form in game_runner.deal_case(team, case)]
                )
                await environment.file_debriefs(team.target, *case.second_world_forms)
            expected = await environment.context.store.across_workspaces.read(release_by_rule)
            await environment.close_all_periods()

            assert [await environment.read_release(team) for team in environment.teams] == [
                tuple(
                    odds.describe_table(expected[ledger, f"team:{team.team.id}"])
                    for ledger in LEDGERS
                )
                for team in environment.teams
            ]
            assert await fetch_published_bodies(environment) >= {
                table.json_body for table in expected.values()
            }


LEDGERS = (TOTAL, BREAKDOWN)


def release_by_rule(repos: Repositories) -> dict[tuple[str, str], release_rule.ReleasedTable]:
    """Return the table that the release rule makes of every open period, by ledger and unit."""
    tables: dict[tuple[str, str], release_rule.ReleasedTable] = {}
    periods = repos.ledger._periods.list_periods()
    for period, open_record in repos._records.ledger_records.load_records(periods).items():
        terms = terms_for_size(period.size)
        slips = slot_rules.token_codes(open_record.record)
        generator = NoiseGenerator(pseudonyms.derive_noise_key(open_record.noise_key, slips))
        tables[period.ledger, period.unit] = (
            release_rule.release_total(slips, terms.total, generator)
            if period.ledger == TOTAL
            else release_rule.release_breakdown(slips, "form", terms.breakdown, generator)
        )
    return tables


async def fetch_published_bodies(environment: AttackEnvironment) -> set[str]:
    """Return every published table as it is stored."""
    published = await environment.context.store.across_workspaces.read(
        lambda repos: repos.releases.list_all()
    )
    return {release.table.json_body for release in published}


async def test_inserted_slips_equal_slips_filed_through_the_form(tmp_path: Path) -> None:
    """What the longer games insert in one transaction is what the handler stores."""
    histories = [
        PeriodCase((4, 2, 1, 1), 8),
        PeriodCase((3, 3, 1, 1), 8, second_world_forms=("against",)),
    ]
    async with open_environment(9, len(histories), tmp_path) as environment:
        slips_by_team = {
            team.team.id: game_runner.deal_case(team, case)
            for team, case in zip(environment.teams, histories, strict=True)
        }
        await environment.insert_slips(slips_by_team)
        slip_counts = await environment.count_slips()
        filings = [
            (person, (form,))
            for team_slips in slips_by_team.values()
            for person, form in team_slips
        ]
        await environment.file_concurrently(filings)

        assert sum(slip_counts.values()) == 2 * len(filings)
        assert await environment.count_slips() == Counter(
            {key: 2 * count for key, count in slip_counts.items()}
        )
