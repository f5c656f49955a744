"""Every screen whose words the catalogue holds, in any language, for whoever measures them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from bot.content.catalogue import Words, load
from bot.content.model import KINDS
from bot.domain import command_help, tips
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins import acknowledgements, preferences, questions
from bot.domain.checkins.acknowledgements import Answered, Heard
from bot.domain.checkins.questions import Intention
from bot.domain.counts import release_rule, reports
from bot.domain.debriefs import debrief_form, guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.people import Clinician
from bot.domain.person import home_page, privacy_notice
from bot.domain.person.personal_data import Portrait
from bot.domain.teams import setup_form, welcome_card
from bot.elements import Form, Home, Message
from tests.sample_team import MARIE, TEAM

CATALOGUE = load()
SPOKEN = tuple(CATALOGUE.words(tag) for tag in CATALOGUE.languages)

DAY = date(2026, 9, 30)
"""A Wednesday in a month with a long name."""

NEW = Clinician(
    MARIE,
    language="",
    locale="",
    zone="",
    rule=None,
    paused_until=None,
    joined=False,
    home_team="",
    quiet=0,
    unreachable="",
)


def messages(words: Words) -> Iterator[Message]:
    """Every message: tips, lists, usage, check-ins, tables, what is kept, the team's card."""
    yield from (tips.message(tip, words) for tip in words.tips)
    yield from (tips.about(topic, words, kind) for topic in words.topics for kind in KINDS)
    yield from (tips.listing(words), tips.usage(words), privacy_notice.notice(words))
    yield from (command_help.of(command, words) for command in command_help.LINES)
    yield from (setup_form.refused(words), reports.refused(words, on_roster=True))
    yield from (questions.nudge(words, "2026-W10", sign) for sign in words.signs)
    yield from (questions.nudge(words, f"2026-W{n:02}", words.signs[0]) for n in range(1, 9))
    yield from (_told(words, table) for table in _tables())
    yield reports.page(reports.Shelf(TEAM, (), DAY), None, words)
    yield from (
        welcome_card.introduction(TEAM, setter, ("U2", "U3"), words) for setter in ("", "U1")
    )
    yield from (preferences.done(key, words, **_facts(words)) for key in _done(words))


def _done(words: Words) -> Iterator[str]:
    """The name of every word that is said after a step about one's own check-ins."""
    begun = "home.done."
    for key in words.sentences:
        if key.startswith(begun) and key != "home.done.title":
            yield key.removeprefix(begun)


def _facts(words: Words) -> dict[str, str]:
    return {"team": TEAM.name, "day": words.day(DAY), "time": words.time(time(9, 5))}


def _tables() -> Iterator[release_rule.Table]:
    """A published table of each band, and of each question with each leader and with none."""
    yield from (
        release_rule.kept(release_rule.TOTAL, f'{{"band":"{one.value}"}}')
        for one in release_rule.Band
    )
    for question, asked in release_rule.CODES.items():
        for leader in ("", *asked):
            shares = dict.fromkeys(asked, 25)
            told = {"leader": leader, "question": question, "shares": shares}
            yield release_rule.kept(release_rule.BREAKDOWN, json.dumps(told))


def _told(words: Words, table: release_rule.Table) -> Message:
    """What a reader is shown of a table, with earlier ones and another team to turn to."""
    spans = [timedelta(weeks=4 * place) for place in range(4)]
    published = tuple(
        reports.Published(DAY - span - spans[1], DAY - span, 4, shared=True, table=table)
        for span in spans
    )
    return reports.page(reports.Shelf(TEAM, published, DAY, (TEAM,), by_role=False), None, words)


def forms(words: Words) -> Iterator[Form]:
    """Every form, and the guide for every debrief and every deeper answer by itself."""
    policy = privacy_notice.policy(words, TEAM, DAY)
    yield debrief_form.form(words, opening=words.say("usage.discarded"), policy=policy)
    yield from (guides.chooser(words), privacy_notice.withdrawal(words), reports.agreement(words))
    yield from (questions.form(words, "2026-W10", words.signs[0]), preferences.pause(words))
    closed = replace(TEAM, unreachable="is_archived")
    yield from (setup_form.form(setup_form.Current(team), words) for team in (None, closed))
    yield setup_form.card_again(words)
    yield setup_form.done(TEAM, DAY, words, introduces=True, question_waits=True)
    yield preferences.settings(Portrait(NEW, TEAM), TEAM, words)
    yield from _after_a_checkin(words)
    yield from _guides(words)


def _after_a_checkin(words: Words) -> Iterator[Form]:
    sign, picked = words.signs[0], _codes("intention", words)
    for code, intention in product(_codes("checkin", words), ("", *picked)):
        yield acknowledgements.thanks(words, Answered(code, intention, again=True), sign)
    for code in _codes("followup", words):
        yield acknowledgements.heard(words, Heard(code, _codes("tried", words)))
    for code in (questions.AGAIN, *picked):
        yield questions.followup(words, Intention(code, sign.code, "2026-W10", DAY))


def _guides(words: Words) -> Iterator[Form]:
    filed = privacy_notice.filed(words, on_a_roster=True, until=DAY)
    for form, status in product(debrief_form.FORMS, debrief_form.STATUSES):
        debrief = Debrief(form, status)
        yield debrief_form.deeper(debrief, words)
        for refined in (None, *_refined(words)):
            yield guides.guide(debrief, words, refined, supervisors=("U1", "U2"), filed=filed)


def _refined(words: Words) -> Iterator[Refinement]:
    cues = (*_codes("cue_away", words), *_codes("cue_against", words))
    yield from (Refinement(strain=code) for code in _codes("strain", words))
    yield from (Refinement(mine=(code,)) for code in _codes("mine", words))
    yield from (Refinement(cues=(code,)) for code in cues)
    yield from (Refinement(help=code) for code in _codes("help", words))
    yield from (Refinement(state=code) for code in _codes("my_state", words))
    yield Refinement(unsafe=True)


def _codes(question: str, words: Words) -> tuple[str, ...]:
    return tuple(option.code for option in words.questions[question].options)


def pages(words: Words) -> Iterator[Home]:
    """The own page of a stranger, and of somebody about whom everything is kept."""
    languages = home_page.spoken(CATALOGUE)
    person = Clinician(
        MARIE,
        language=words.language,
        locale="",
        zone="America/Toronto",
        rule=WeeklyRule(3, time(9, 5)),
        paused_until=DAY,
        joined=True,
        home_team=TEAM.id,
        quiet=6,
        unreachable="user_disabled",
    )
    everything = Portrait(
        person,
        TEAM,
        DAY,
        Intention("I1", words.signs[0].code, "2026-W10", DAY),
        datetime(2026, 9, 30, 9, tzinfo=UTC),
        (replace(TEAM, unreachable="is_archived"),),
        (TEAM,),
        (TEAM,),
        agreed=True,
    )
    yield from (home_page.page(known, words, languages) for known in (Portrait(NEW), everything))
