"""Copies of twenty nights tell neither whether somebody filed nor who, and no exact count."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from tests.attacks import night_attackers, noise_redraw, weakened
from tests.attacks.night_attackers import count_opened_records
from tests.attacks.night_plans import CLAIMS, exceeds_chance, measure_until_success, score_claims
from tests.attacks.nights import TwentyNights, run_nights, run_some_nights
from tests.doubles import PEPPERS

RUN_COUNT, WEAKENED_RUN_COUNT = 12, 12
"""Runs of twenty nights in the short form.

Better than chance, of one run in 10,000: 7 of 12 and 6 of 8 people named, 93 of 140 forms.
"""

EARLY_RUN_COUNTS, EARLY_ROTA_RUN_COUNTS = (5, 8), (8, 12)
"""Runs after which an attack that has to succeed, and has, needs no more of them."""

ROTA_RUN_COUNT = 20
"""The rota is right in 85 of 100 runs: of twelve, one measurement in 200 would be too close."""

MAX_REDRAW_SHARE = 0.60
"""What the published table alone tells an attacker who knows all other debriefs, at most.

Of the 32 plays of the short form all 32 being right would give a lower bound of 0.70.
"""

Mutation = Callable[[pytest.MonkeyPatch], None]
CLAIMS_BY_NAME = {claim.name: claim for claim in CLAIMS}


class NightLibrary:
    """Runs of the unmodified bot, which several tests read; each is played once."""

    def __init__(self) -> None:
        """Start without runs."""
        self._runs: defaultdict[str, list[TwentyNights]] = defaultdict(list)

    async def play(self, plan: str, run_count: int) -> list[TwentyNights]:
        """Return *run_count* runs of new plans of this name, and play those that are missing."""
        runs = self._runs[plan]
        runs += await run_some_nights(plan, [None] * (run_count - len(runs)))
        return runs[:run_count]


@pytest.fixture(scope="module")
def library() -> NightLibrary:
    """The runs that the tests of this module share; none of them may be of a weakened system."""
    return NightLibrary()


async def test_twenty_nights_tell_nothing_beyond_chance(library: NightLibrary) -> None:
    """Without the keys, with the pepper or without, an attacker guesses as one without copies."""
    runs = {plan: await library.play(plan, RUN_COUNT) for plan in {claim.plan for claim in CLAIMS}}
    scores = score_claims(CLAIMS, runs)

    assert {
        claim.name: score for claim, score in scores.items() if exceeds_chance(claim, score)
    } == {}
    assert all(score.play_count >= RUN_COUNT for score in scores.values())


WITHOUT_SECRETS = ("exact counts", "filed or only read", "one debrief known", "rota alone")
MUTATIONS: Sequence[tuple[Mutation, tuple[str, ...]]] = (
    (weakened.remove_encryption, WITHOUT_SECRETS),
    (
        weakened.derive_keys_from_pepper,
        tuple(f"{name}, with the pepper" for name in WITHOUT_SECRETS),
    ),
    (weakened.seal_filing_only, ("filed or only read", "rota alone")),
    (weakened.repeat_nonces, ("rota alone",)),
    (weakened.store_rows_with_dummies, ("one debrief known", "rota alone")),
    (
        weakened.grow_with_filing,
        (
            "record sizes: filed or read",
            "record sizes and rota",
            "filed or only read",
            "rota alone",
        ),
    ),
)


@pytest.mark.parametrize(
    ("mutate", "names"), MUTATIONS, ids=[mutate.__name__ for mutate, _ in MUTATIONS]
)
async def test_attacks_succeed_on_a_weakened_system(
    monkeypatch: pytest.MonkeyPatch, mutate: Mutation, names: tuple[str, ...]
) -> None:
    """Without one of the protections the same attackers are better than chance.

    Dummy rows of one size hide nothing beside rows that can be read. The plans are the same in
    every measurement; those of the test above are new, as chance has to be independent of them.
    """
    mutate(monkeypatch)

    claims = [CLAIMS_BY_NAME[name] for name in names]
    scores = await measure_until_success(claims, range(WEAKENED_RUN_COUNT), EARLY_RUN_COUNTS)

    assert {claim.name for claim, score in scores.items() if exceeds_chance(claim, score)} == {
        *names
    }, scores


async def claim_copies_stay_closed() -> None:
    """Claim that no copy of any night opens after the close, with the pepper and all keys left."""
    run = await run_nights("known person", closes=True)
    opened_count, record_count = count_opened_records(run, (*PEPPERS, *run.key_files))

    assert record_count == 2 * len(run.copies)
    assert len(run.key_files) == 1, "the next period's"
    assert opened_count == 0


async def test_no_copy_of_any_night_opens_after_the_close() -> None:
    """Twenty-one copies of an open period are as closed as its table once its key is gone."""
    await claim_copies_stay_closed()


async def test_copies_open_while_the_key_exists(library: NightLibrary) -> None:
    """The attacker of the test above opens every copy with the key of the open period."""
    (run,) = await library.play("known person", 1)

    assert count_opened_records(run, run.key_files) == (42, 42)


async def test_copies_open_after_a_close_that_leaves_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the close does not remove the key, the claim fails."""
    weakened.skip_key_removal(monkeypatch)

    with pytest.raises(AssertionError):
        await claim_copies_stay_closed()


async def test_noise_cannot_be_drawn_again_from_an_old_backup_and_the_pepper() -> None:
    """The published table tells as much alone as with an old copy and the pepper beside it."""
    score = await noise_redraw.play_redraws(8)

    assert score.lower_bound <= MAX_REDRAW_SHARE


async def test_noise_of_a_key_from_the_pepper_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the keys come from the pepper, the same attacker is right nearly every time."""
    weakened.derive_keys_from_pepper(monkeypatch)

    score = await noise_redraw.play_redraws(24)

    assert score.lower_bound > MAX_REDRAW_SHARE


async def test_copies_tell_how_many_forms_were_sent_each_day(library: NightLibrary) -> None:
    """The residual that the documents state: some form was sent, and how many that day."""
    runs = await library.play("known person", 2)

    assert night_attackers.score_day_counts(runs).right_share == 1


async def test_rota_names_the_only_person_who_sends_forms() -> None:
    """The same residual: where one person sends a form every day, the rota says who."""
    claim = replace(
        CLAIMS_BY_NAME["rota alone"],
        plan="single sender",
        measure=partial(night_attackers.score_rota, rate=night_attackers.SENDER_RATE),
    )
    scores = await measure_until_success([claim], range(ROTA_RUN_COUNT), EARLY_ROTA_RUN_COUNTS)

    assert exceeds_chance(claim, scores[claim])


async def test_pepper_names_nobody_who_answered_a_checkin(library: NightLibrary) -> None:
    """The right pepper tells no more of a check-in's answer than a wrong one."""
    runs = await library.play("single filer", 2)
    naming = partial(night_attackers.score_checkin_answers, runs)

    assert naming(PEPPERS[0]) == naming(b"another pepper")


async def test_pepper_names_who_answered_where_keys_are_not_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same attack names everybody where the pepper alone protects the digests."""
    weakened.leave_keys_unbound(monkeypatch)
    runs = await run_some_nights("single filer", range(2))

    assert night_attackers.score_checkin_answers(runs, PEPPERS[0]).right_share == 1
