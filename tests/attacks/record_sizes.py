"""The attacker who reads nothing but the sizes of records, from copies of every night.

They know what everybody else sent, so they know how many debriefs the others filed and took back.
"""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import gcd

from bot.conversation import Person
from tests.attacks.guessing_game import Score
from tests.attacks.night_attackers import guess_person
from tests.attacks.nights import EQUAL_RATE, SentForm, TwentyNights


def list_growth(run: TwentyNights) -> list[int]:
    """Return by how many bytes the records of the open periods grew on each day."""
    sizes = [sum(len(record.body) for record in copy.records) for copy in run.copies]
    return [after - before for before, after in pairwise(sizes)]


def score_filing_days(runs: Sequence[TwentyNights], _secrets: Sequence[bytes] = ()) -> Score:
    """Guess which of the subject's forms were debriefs: where records grew by more than theirs.

    The bytes of one debrief, in both ledgers, are the greatest common divisor of all changes.
    Where no size ever changes, every guess is a coin's.
    """
    right = play_count = 0
    for run in runs:
        growth = list_growth(run)
        step = gcd(*growth)
        expected = _count_others(run)
        for sent in run.subject_forms[1:]:
            guess = (
                growth[sent.day] // step > expected[sent.day] if step else random.random() < 1 / 2  # noqa: S311 - a guess
            )
            right += guess == sent.is_debrief
            play_count += 1
    return Score(play_count, right / play_count, 0.0)


def _count_others(run: TwentyNights) -> Counter[int]:
    """Return how many debriefs the others filed on each day, less those they took back."""
    changes: Counter[int] = Counter()
    stored: Counter[Person] = Counter()
    subject = run.subject_forms[0].person
    for sent in run.sent_forms:
        if sent.person != subject:
            changes[sent.day] += _count_change(sent, stored)
    return changes


def _count_change(sent: SentForm, stored: Counter[Person]) -> int:
    """Return by how many *sent* changes what is stored, and keep *stored* up to date."""
    change = int(sent.is_debrief)
    if sent.form == "withdraw":
        change = -stored[sent.person]
    stored[sent.person] += change
    return change


def score_filer(runs: Sequence[TwentyNights], _secrets: Sequence[bytes] = ()) -> Score:
    """Name the one person who files, from the rota and the days on which a record grew."""
    named_count = sum(
        guess_person(
            run, frozenset(day for day, bytes_ in enumerate(list_growth(run)) if bytes_), EQUAL_RATE
        )
        == run.subject
        for run in runs
    )
    return Score(len(runs), named_count / len(runs), 0.0)
