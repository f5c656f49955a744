"""Conformance of the notice of a closed period: the same behaviour and size on every product."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.chat.msteams.action_data import CardSurface
from bot.chat.msteams.render import surfaces as teams_surfaces
from bot.chat.slack.render import surfaces
from bot.content.catalogue import LanguagePack
from bot.domain.counts import close_notice
from bot.domain.counts.close_notice import NoticeSubject
from bot.elements import Message, Text
from tests.chat.expectations import CATALOGUE, DEBRIEF_ANSWERS, WORDS, advance_and_deliver
from tests.chat.msteams import card_samples
from tests.chat.surfaces import Product, Screen
from tests.closed_periods import CLOSED_ARCHIVES, CLOSES
from tests.sample_team import TEAM

TEAM_HOUR = datetime.fromisoformat("2026-07-06T13:00+00:00")
"""The Monday on which the quarter is closed, at 09:00 in Toronto."""

MAX_QUESTION_CHARACTERS = {"en": 160, "fr-CA": 200, "zh-Hans": 80}
SUBJECT = NoticeSubject("team", TEAM.name, TEAM, may_share=True)


def render_on_slack(message: Message, words: LanguagePack) -> str:
    """Return the message as Slack gets it."""
    blocks = surfaces.render_message(message, "T0123456789")
    return json.dumps({"language": words.language, **blocks}, ensure_ascii=False)


def render_on_teams(message: Message, words: LanguagePack) -> str:
    """Return the message as Teams gets it."""
    card = teams_surfaces.render_message(
        message,
        card_samples.build_card_context(CardSurface.MESSAGE),
        replace(card_samples.RESOURCES, words=words),
    )
    return json.dumps(card, ensure_ascii=False)


async def deliver_notice(product: Product) -> Screen:
    """Move the clock to the team's hour after the close, and return the supervisor's message.

    The supervisor never wrote to the bot; on Teams the bot has heard of the tenant's service.
    """
    await product.run_command(product.ada, "tip")
    await advance_and_deliver(product, TEAM_HOUR)
    await advance_and_deliver(product, TEAM_HOUR + timedelta(minutes=1))
    (notice,) = product.received_messages(product.supervisor)
    return notice


async def test_the_supervisor_is_notified_and_no_other_person(product: Product) -> None:
    """One message comes at the team's hour: a sentence, a question and the controls."""
    notice = await deliver_notice(product)

    assert notice.contains_text(WORDS.translate("notice.team", name="North team"))
    assert notice.contains_text("For your next hour together")
    assert {WORDS.translate(f"notice.{key}") for key in ("open", "share")} <= set(notice.steps)
    assert product.received_messages(product.marie) == []
    assert product.received_messages(product.stranger) == []


async def test_the_message_is_the_same_after_a_debrief(product: Product) -> None:
    """Whether somebody filed or nobody did, the supervisor reads the same sentence and controls."""
    form = await product.run_command(product.marie, "rupture")
    await product.submit_form(product.marie, form, DEBRIEF_ANSWERS)

    notice = await deliver_notice(product)

    labels = ("open", "share", *(f"menu.{code}" for code in close_notice.MENU_CODES))
    assert notice.contains_text(WORDS.translate("notice.team", name="North team"))
    assert {WORDS.translate(f"notice.{label}") for label in labels} <= set(notice.steps)


async def test_the_message_opens_the_report_and_the_share(product: Product) -> None:
    """After the agreement, the report opens, and sharing shows its preview."""
    notice = await deliver_notice(product)
    agreement = await product.press_button(
        product.supervisor, notice, WORDS.translate("notice.open")
    )
    await product.submit_form(product.supervisor, agreement, {})

    report = await product.press_button(product.supervisor, notice, WORDS.translate("notice.open"))
    preview = await product.press_button(
        product.supervisor, notice, WORDS.translate("notice.share")
    )

    assert agreement.contains_text(WORDS.translate("debriefs.agreement.pledge"))
    assert report.contains_text(WORDS.translate("debriefs.heading", team="North team"))
    assert preview.is_form
    assert preview.contains_text(WORDS.translate("hour.share.heading"))


async def test_the_menu_stops_the_messages(product: Product) -> None:
    """One choice stops them, and the next close brings none."""
    notice = await deliver_notice(product)

    goodbye = await product.press_button(
        product.supervisor, notice, WORDS.translate("notice.menu.stop")
    )
    await advance_and_deliver(product, TEAM_HOUR + timedelta(weeks=13, minutes=1))

    assert goodbye.contains_text(WORDS.translate("notice.done.off"))
    assert len(product.received_messages(product.supervisor)) == 1


async def test_the_menu_moves_the_messages(product: Product) -> None:
    """The form saves another day and time, and the next message comes then."""
    notice = await deliver_notice(product)
    form = await product.press_button(
        product.supervisor, notice, WORDS.translate("notice.menu.move")
    )
    wrong = await product.submit_form(product.supervisor, form, {"time": ("22:00",)})
    result = await product.submit_form(
        product.supervisor, wrong, {"day": ("4",), "time": ("15:30",)}
    )
    next_close = TEAM_HOUR + timedelta(weeks=13)
    counts = []
    for instant in (next_close, next_close + timedelta(days=3, hours=6, minutes=31)):
        await advance_and_deliver(product, instant)
        counts.append(len(product.received_messages(product.supervisor)))

    assert {"state", "day", "time"} <= form.fields
    assert wrong.contains_text(WORDS.translate("notice.form.quiet"))
    assert result.contains_text("Thursday")
    assert counts == [1, 2]


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("render", [render_on_slack, render_on_teams])
def test_the_rendered_size_depends_on_nothing_but_the_question(
    language: str, render: Callable[[Message, LanguagePack], str]
) -> None:
    """Few, many, nothing and a lost key: the rest of the message has the same size to the byte."""
    words = CATALOGUE.get_pack(language)
    sizes = {}
    for case, archive in CLOSED_ARCHIVES.items():
        message = close_notice.render_notice(SUBJECT, archive, CLOSES, words)
        question = _question_of(message)
        rendered = render(message, words)
        assert rendered.count(question) == 1
        sizes[case] = len(rendered) - len(question)
        assert len(question) <= MAX_QUESTION_CHARACTERS[language]

    assert len(set(sizes.values())) == 1, sizes


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_without_a_leader_the_message_is_the_same(language: str) -> None:
    """Few debriefs, none and a lost key give one and the same message."""
    words = CATALOGUE.get_pack(language)
    messages = [
        close_notice.render_notice(SUBJECT, CLOSED_ARCHIVES[case], CLOSES, words)
        for case in ("few", "nothing", "lost key")
    ]

    assert messages == [messages[0]] * 3


def _question_of(message: Message) -> str:
    text = message.body[1]
    assert isinstance(text, Text)
    return text.text.splitlines()[-1]
