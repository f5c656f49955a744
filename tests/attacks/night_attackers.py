"""Attackers with a copy of every night: whether a person filed, and who did.

Each knows the whole code and everything that its text names, and always guesses. What cannot be
known in advance, such as which measure of the bytes to trust, is learned from earlier games.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from math import log

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.counts import pseudonyms
from bot.domain.counts.release_rule import BREAKDOWN, select_terms
from tests.attacks.guessing_game import Score
from tests.attacks.night_bytes import (
    Features,
    NightCopy,
    list_identifiers,
    measure_change,
    read_breakdown,
    read_records,
)
from tests.attacks.nights import EQUAL_RATE, FIRST_DAY, WORK_DAYS, TwentyNights
from tests.sample_team import CLINICIANS

CHANCE_RATE, SENDER_RATE = 0.01, 0.97
BREAKDOWN_CAP = select_terms(BREAKDOWN, len(CLINICIANS)).cap
Events = dict[bytes, frozenset[int]]


@dataclass(frozen=True)
class DayGuess:
    """One day on which the subject sent a form: what the bytes show, and what it was."""

    features: Features
    is_filed: bool


@dataclass(frozen=True)
class ThresholdRule:
    """The guess that a debrief was filed where one measure is above (or below) a threshold."""

    measure: str
    threshold: float
    is_above: bool

    def guess_filed(self, features: Features) -> bool:
        """Guess whether a debrief was filed."""
        return (features.get(self.measure, 0.0) > self.threshold) == self.is_above


def date_of_day(day: int) -> date:
    """Return the date of a work day, counted from 0."""
    return (FIRST_DAY + timedelta(days=day // 5 * 7 + day % 5)).date()


def list_changes(run: TwentyNights, secrets: Sequence[bytes] = ()) -> list[Features]:
    """Return what each day changed in the bytes."""
    return [
        measure_change(before, after, date_of_day(day), secrets)
        for day, (before, after) in enumerate(pairwise(run.copies))
    ]


def list_day_guesses(run: TwentyNights, secrets: Sequence[bytes] = ()) -> list[DayGuess]:
    """Return the subject's days, for an attacker who knows what all others sent.

    Each measure is also given less the others' forms, and less their debriefs.
    """
    changes, guesses = list_changes(run, secrets), []
    for sent in run.subject_forms[1:]:
        others = [form for form in run.forms_of_day(sent.day) if form.person != sent.person]
        debriefs = sum(form.is_debrief for form in others)
        features = dict(changes[sent.day])
        for name, value in changes[sent.day].items():
            features[f"{name}, less forms"] = value - len(others)
            features[f"{name}, less debriefs"] = value - debriefs
            features[f"{name}, less both"] = value - 2 * debriefs
        guesses.append(DayGuess(features, sent.is_debrief))
    return guesses


def learn_rule(guesses: Sequence[DayGuess]) -> ThresholdRule:
    """Return the rule that is right most often in *guesses*, the first of several.

    A rule below a threshold is right where the one above it is wrong.
    """
    best, most_right = None, -1
    for name in sorted({name for guess in guesses for name in guess.features}):
        column = [(guess.features.get(name, 0.0), guess.is_filed) for guess in guesses]
        for threshold in sorted({value for value, _ in column}):
            right = sum([(value > threshold) == is_filed for value, is_filed in column])
            for is_above, count in ((True, right), (False, len(column) - right)):
                if count > most_right:
                    best, most_right = ThresholdRule(name, threshold, is_above), count
    assert best is not None, "no day to learn from"
    return best


def _count_right(rule: ThresholdRule, guesses: Iterable[DayGuess]) -> int:
    return sum(rule.guess_filed(guess.features) == guess.is_filed for guess in guesses)


def score_days(runs: Sequence[TwentyNights], secrets: Sequence[bytes] = ()) -> Score:
    """Guess which days were debriefs: in each half of *runs* with a rule learned on the other."""
    guesses = [list_day_guesses(run, secrets) for run in runs]
    first, second = (
        [guess for day_guesses in guesses[start::2] for guess in day_guesses] for start in (0, 1)
    )
    return score_guessed_days((first, second))


def score_guessed_days(halves: tuple[Sequence[DayGuess], Sequence[DayGuess]]) -> Score:
    """Return how often each half is guessed right by the rule of the other half."""
    first, second = halves
    right = _count_right(learn_rule(first), second) + _count_right(learn_rule(second), first)
    play_count = len(first) + len(second)
    return Score(play_count, right / play_count, 0.0)


def find_events(run: TwentyNights, secrets: Sequence[bytes] = ()) -> Events:
    """Return the days on which what is stored beside each identifier changed or began."""
    nightly = [list_identifiers(copy, secrets) for copy in run.copies]
    events: dict[bytes, set[int]] = {}
    for day, (before, after) in enumerate(pairwise(nightly)):
        for value, beside in after.items():
            if before.get(value) != beside:
                events.setdefault(value, set()).add(day)
    return {value: frozenset(days) for value, days in events.items()}


def score_known_debrief(runs: Sequence[TwentyNights], secrets: Sequence[bytes] = ()) -> Score:
    """Follow the identifier of one debrief, known by its day, to that person's others.

    The attacker also knows on which days the person sent a form. Without an identifier that
    changes again, every guess is a coin's.
    """
    right, play_count = 0.0, 0
    for run in runs:
        first, *later = run.subject_forms
        form_days = {sent.day for sent in later}
        candidates = [
            days - {first.day} for days in find_events(run, secrets).values() if first.day in days
        ]
        fitting = [days for days in candidates if days <= form_days]
        best = max(fitting, key=len, default=frozenset())
        for sent in later:
            guess = sent.day in best if best else random.random() < 1 / 2  # noqa: S311 - a guess
            right += guess == sent.is_debrief
            play_count += 1
    return Score(play_count, right / play_count, 0.0)


def list_signals(run: TwentyNights, secrets: Sequence[bytes] = ()) -> Mapping[str, frozenset[int]]:
    """Return the days on which each measure grew, and those of the busiest identifier."""
    changes = list_changes(run, secrets)
    signals = {
        name: frozenset(day for day, features in enumerate(changes) if features[name] > 0)
        for name in changes[0]
    }
    busiest = max(find_events(run, secrets).values(), key=len, default=frozenset())
    return {**signals, "identifier": busiest}


def guess_person(run: TwentyNights, days: frozenset[int], rate: float) -> int:
    """Return the clinician whose rota explains best that something happened on *days*."""
    fits = [_log_likelihood(weekdays, days, rate) for weekdays in run.rota]
    best = [index for index, fit in enumerate(fits) if fit == max(fits)]
    return random.choice(best)  # noqa: S311 - an attacker's guess


@cache
def _log_likelihood(weekdays: frozenset[int], days: frozenset[int], rate: float) -> float:
    """Return the log likelihood of *days*, of which many signals have the same."""
    happened_count = sum(day % 5 in weekdays for day in days)
    present_count = sum(day % 5 in weekdays for day in range(WORK_DAYS))
    other_happened_count, other_count = len(days) - happened_count, WORK_DAYS - present_count
    return (
        happened_count * log(rate)
        + (present_count - happened_count) * log(1 - rate)
        + other_happened_count * log(CHANCE_RATE)
        + (other_count - other_happened_count) * log(1 - CHANCE_RATE)
    )


def score_rota(
    runs: Sequence[TwentyNights], secrets: Sequence[bytes] = (), rate: float = EQUAL_RATE
) -> Score:
    """Name the subject of each run from the rota: by the signal that was best in the other runs."""
    signals = [list_signals(run, secrets) for run in runs]
    hits_by_signal = {
        name: [
            guess_person(run, of_run.get(name, frozenset()), rate) == run.subject
            for run, of_run in zip(runs, signals, strict=True)
        ]
        for name in sorted(set().union(*signals))
    }
    named_count = 0
    for tested in range(len(runs)):
        best = max(hits_by_signal.values(), key=lambda hits: sum(hits) - hits[tested])
        named_count += best[tested]
    return Score(len(runs), named_count / len(runs), 0.0)


def score_breakdown(runs: Sequence[TwentyNights], secrets: Sequence[bytes] = ()) -> Score:
    """Read the exact counts of the open period from the last copy."""
    right = 0
    for run in runs:
        counts = read_breakdown(run.copies, run.copies[-1], secrets)
        right += counts is not None and sum(counts.values()) == count_capped_debriefs(run)
    return Score(len(runs), right / len(runs), 0.0)


def count_capped_debriefs(run: TwentyNights) -> int:
    """Return how many debriefs count at the end, after withdrawals and with the cap."""
    debriefs: dict[Person, int] = {}
    for sent in run.sent_forms:
        if sent.form == "withdraw":
            debriefs[sent.person] = 0
        debriefs[sent.person] = debriefs.get(sent.person, 0) + sent.is_debrief
    return sum(min(BREAKDOWN_CAP, count) for count in debriefs.values())


def count_opened_records(run: TwentyNights, secrets: Sequence[bytes]) -> tuple[int, int]:
    """Return how many records of all copies can be read, and how many there are."""
    opened_count = sum(len(read_records(run.copies, copy, secrets)) for copy in run.copies)
    return opened_count, sum(len(copy.records) for copy in run.copies)


def score_day_counts(runs: Sequence[TwentyNights]) -> Score:
    """Count the forms of each day: the residual that every copy shows."""
    days = [
        features["digests of the day"] == len(run.forms_of_day(day))
        for run in runs
        for day, features in enumerate(list_changes(run))
    ]
    return Score(len(days), sum(days) / len(days), 0.0)


def score_checkin_answers(runs: Sequence[TwentyNights], pepper: bytes) -> Score:
    """Name who answered a check-in each day, from digests that the *pepper* derives again.

    A second answer in one week has a random digest, and is no play.
    """
    right = play_count = 0
    for run in runs:
        answer_weeks: set[tuple[Person, int]] = set()
        for sent in run.sent_forms:
            week_of_person = (sent.person, sent.day // 5)
            if sent.form in {"checkin", "guide"} and week_of_person not in answer_weeks:
                play_count += 1
                is_named = _has_checkin_digest(run.copies, sent.person, sent.day, pepper)
                right += is_named == (sent.form == "checkin")
            if sent.form == "checkin":
                answer_weeks.add(week_of_person)
    return Score(play_count, right / play_count, 0.0)


def _has_checkin_digest(
    copies: Sequence[NightCopy], person: Person, day: int, pepper: bytes
) -> bool:
    week = calendar.iso_week(date_of_day(day))
    key = f"checkin {person.workspace} {person.id} {week}"
    digest = pseudonyms.derive_idempotency_key(pepper, "form", key)
    return digest in copies[day + 1].values and digest not in copies[day].values
