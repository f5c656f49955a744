"""Every request meets the person's language, and every error becomes a kind sentence."""

import logging

import pytest

from bot.context import Desk
from bot.conversation import Later, Profile, Reply, Request
from bot.elements import Form, Message, Text
from bot.errors import NoTeamError
from bot.middleware import Front
from tests.doubles import Pigeonholes, clock, desk, migrated, outlet, words_in_all_languages
from tests.sample_team import MARIE, STRANGER, TEAM, request, set_up, text

__all__ = ["clock", "desk", "migrated", "outlet", "words_in_all_languages"]

CANARY = "canary-in-an-error"


async def told_language(asked: Request, _desk: Desk) -> Reply:
    """Answer with the language that was settled on."""
    return Message(asked.language, (Text(asked.language),))


async def known(_request: Request, _desk: Desk) -> Reply:
    """Go wrong in a way that the person can be told."""
    raise NoTeamError


async def unknown(_request: Request, _desk: Desk) -> Reply:
    """Go wrong in a way that nobody foresaw."""
    raise RuntimeError(CANARY)


async def test_an_error_is_told_as_its_sentence(desk: Desk) -> None:
    """What can be told is told in the catalogue's words, with what to do next."""
    reply = await Front(desk).bind(known)(request(STRANGER))

    assert text(reply) == desk.catalogue.words("en").say("error.no_team")


async def test_an_error_inside_a_form_is_told_in_its_place(desk: Desk) -> None:
    """A form is answered with a form, so that the sentence appears where the person looks."""
    reply = await Front(desk).bind(known)(request(STRANGER, answers={}))

    assert isinstance(reply, Form)
    assert reply.submit == ""


async def test_what_nobody_foresaw_is_told_kindly_and_logged_without_its_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """The person gets a sentence, the operator a line, and nobody the error's own words."""
    with caplog.at_level(logging.DEBUG):
        reply = await Front(desk).bind(unknown)(request(STRANGER))

    assert text(reply) == desk.catalogue.words("en").say("error.unexpected")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == [
        "front.handler_failed"
    ]
    assert CANARY not in caplog.text
    assert STRANGER.id not in caplog.text


async def test_an_error_in_what_comes_later_is_told_too(desk: Desk) -> None:
    """Work that waits for the product is guarded like work that does not."""

    async def later(asked: Request, at: Desk) -> Reply:
        return Later(lambda: unknown(asked, at))

    reply = await Front(desk).bind(later)(request(STRANGER))

    assert isinstance(reply, Later)
    assert text(await reply.work()) == desk.catalogue.words("en").say("error.unexpected")


async def test_whoever_only_uses_the_bot_leaves_no_row(desk: Desk, outlet: Pigeonholes) -> None:
    """A locale is remembered in memory; a row would tell who uses the bot."""
    outlet.profiles[STRANGER] = Profile(locale="en-GB", zone="Europe/London")
    front = Front(desk)
    await front.bind(told_language)(request(STRANGER))
    await front.settle()

    person = await desk.store.read(lambda books: books.people.get(STRANGER))
    assert (person.locale, person.zone) == ("", "")


async def test_whoever_joined_is_met_in_their_own_zone_from_then_on(
    desk: Desk, outlet: Pigeonholes
) -> None:
    """What the product says of somebody who joined is kept, for their check-in."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    outlet.profiles[MARIE] = Profile(locale="fr-CA", zone="America/Halifax")
    front = Front(desk)
    await front.bind(told_language)(request(MARIE))
    await front.settle()

    person = await desk.store.read(lambda books: books.people.get(MARIE))
    assert (person.locale, person.zone) == ("fr-CA", "America/Halifax")


async def test_a_language_that_is_not_on_offer_is_answered_in_english(desk: Desk) -> None:
    """A language is complete or not offered."""
    reply = await Front(desk).bind(told_language)(request(STRANGER))

    assert isinstance(reply, Message)
    assert reply.summary == "en"


async def test_after_each_answer_the_house_is_told(desk: Desk) -> None:
    """What a form has just promised need not wait for the minute."""
    told: list[bool] = []
    await Front(desk).bind(told_language, lambda: told.append(True))(request(STRANGER))

    assert told == [True]
