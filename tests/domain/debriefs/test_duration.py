"""How long a debrief takes on a phone, by the estimate that the form was designed with.

238 words a minute of silent reading, 1.3 seconds a tap, 2.5 seconds to settle on an answer: an
estimate of reading and tapping, which no test with people has confirmed yet.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.content.catalogue import LanguagePack
from bot.content.word_count import count_words
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief
from bot.domain.person import privacy_notice
from bot.elements import Banner, Caption, ChoiceField, Form, Text
from tests.content.wording import ENGLISH, LANGUAGE_PACKS
from tests.sample_team import TEAM

READ, TAP, SETTLE = 238 / 60, 1.3, 2.5


def shown(form: Form) -> Iterator[str]:
    """Every text of a form, in the order in which it is read."""
    yield from (form.title, form.submit)
    for element in form.body:
        if isinstance(element, (Banner, Text, Caption)):
            yield element.text
        if isinstance(element, ChoiceField):
            yield from (element.label, element.hint, *(option.label for option in element.options))


def seconds(form: Form) -> float:
    """How long somebody takes who reads every word and gives one answer to what is required."""
    asked = sum(isinstance(one, ChoiceField) and one.required for one in form.body)
    return sum(map(count_words, shown(form))) / READ + asked * (TAP + SETTLE) + TAP


@pytest.mark.parametrize("words", LANGUAGE_PACKS, ids=lambda words: str(words.language))
def test_a_first_debrief_is_filed_in_a_minute_and_a_half(words: LanguagePack) -> None:
    """Whoever reads every word of the first screen for the first time files within 90 seconds."""
    policy = privacy_notice.policy_sentences(words, TEAM, date(2026, 7, 6))

    assert seconds(debrief_form.build_debrief_form(words, policy_lines=policy)) <= 90


@pytest.mark.parametrize("form", ["away", "against"])
def test_going_deeper_on_one_path_takes_no_longer(form: str) -> None:
    """The deeper questions of a single path take at most 90 seconds more."""
    assert seconds(debrief_form.build_deeper_form(Debrief(form, "touched"), ENGLISH)) <= 90
