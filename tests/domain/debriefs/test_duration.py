"""Estimated duration of a debrief on a phone.

238 words a minute of silent reading, 1.3 seconds a tap, 2.5 seconds to decide on an answer: an
estimate of reading and tapping, not yet confirmed by a test with people.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.content.catalogue import LanguagePack
from bot.content.word_count import count_words
from bot.domain.counts.next_release import NextRelease
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.person import privacy_notice
from bot.elements import Banner, Caption, ChoiceField, Form, Text
from tests.content.wording import ENGLISH, LANGUAGE_PACKS
from tests.sample_team import TEAM

WORDS_PER_SECOND, SECONDS_PER_TAP, SECONDS_PER_DECISION = 238 / 60, 1.3, 2.5


def iter_texts(form: Form) -> Iterator[str]:
    """Yield every text of a form in reading order."""
    yield from (form.title, form.submit)
    for element in form.body:
        if isinstance(element, (Banner, Text, Caption)):
            yield element.text
        if isinstance(element, ChoiceField):
            yield from (element.label, element.hint, *(option.label for option in element.options))


def estimate_seconds(form: Form) -> float:
    """Return the seconds to read every word and answer the required questions once."""
    required_count = sum(
        isinstance(element, ChoiceField) and element.required for element in form.body
    )
    return (
        sum(map(count_words, iter_texts(form))) / WORDS_PER_SECOND
        + required_count * (SECONDS_PER_TAP + SECONDS_PER_DECISION)
        + SECONDS_PER_TAP
    )


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_a_debrief_takes_at_most_ninety_seconds(words: LanguagePack) -> None:
    """Reading every word of the first form and filing it takes at most 90 seconds."""
    policy = privacy_notice.policy_sentences(words, TEAM, NextRelease(date(2026, 7, 6)))

    assert estimate_seconds(debrief_form.build_debrief_form(words, policy_lines=policy)) <= 90


@pytest.mark.parametrize("form", ["away", "against"])
def test_the_deeper_form_takes_at_most_ninety_seconds(form: str) -> None:
    """The deeper questions of one form of strain take at most 90 seconds."""
    assert estimate_seconds(debrief_form.build_deeper_form(Debrief(form, "touched"), ENGLISH)) <= 90
