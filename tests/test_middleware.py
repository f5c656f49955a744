"""Every request meets the person's language, and every error becomes a kind sentence."""

import logging

import pytest

from bot.context import Context
from bot.conversation import DeferredReply, Profile, Reply, Request
from bot.elements import Form, Message, Text
from bot.errors import NoTeamError
from bot.middleware import RequestMiddleware
from tests.doubles import RecordingOutlet, clock, context, migrated, outlet, words_in_all_languages
from tests.sample_team import MARIE, STRANGER, TEAM, build_request, reply_text, set_up_team

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]

CANARY = "canary-in-an-error"


async def told_language(asked: Request, _context: Context) -> Reply:
    """Answer with the language that was settled on."""
    return Message(asked.language, (Text(asked.language),))


async def known(_request: Request, _context: Context) -> Reply:
    """Go wrong in a way that the person can be told."""
    raise NoTeamError


async def unknown(_request: Request, _context: Context) -> Reply:
    """Go wrong in a way that nobody foresaw."""
    raise RuntimeError(CANARY)


async def test_an_error_is_told_as_its_sentence(context: Context) -> None:
    """What can be told is told in the catalogue's words, with what to do next."""
    reply = await RequestMiddleware(context).bind_handler(known)(build_request(STRANGER))

    assert reply_text(reply) == context.catalogue.get_pack("en").translate("error.no_team")


async def test_an_error_inside_a_form_is_told_in_its_place(context: Context) -> None:
    """A form is answered with a form, so that the sentence appears where the person looks."""
    reply = await RequestMiddleware(context).bind_handler(known)(
        build_request(STRANGER, answers={})
    )

    assert isinstance(reply, Form)
    assert reply.submit == ""


async def test_what_nobody_foresaw_is_told_kindly_and_logged_without_its_words(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """The person gets a sentence, the operator a line, and nobody the error's own words."""
    with caplog.at_level(logging.DEBUG):
        reply = await RequestMiddleware(context).bind_handler(unknown)(build_request(STRANGER))

    assert reply_text(reply) == context.catalogue.get_pack("en").translate("error.unexpected")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == [
        "front.handler_failed"
    ]
    assert CANARY not in caplog.text
    assert STRANGER.id not in caplog.text


async def test_an_error_in_what_comes_later_is_told_too(context: Context) -> None:
    """Work that waits for the product is guarded like work that does not."""

    async def later(asked: Request, at: Context) -> Reply:
        return DeferredReply(lambda: unknown(asked, at))

    reply = await RequestMiddleware(context).bind_handler(later)(build_request(STRANGER))

    assert isinstance(reply, DeferredReply)
    assert reply_text(await reply.continuation()) == context.catalogue.get_pack("en").translate(
        "error.unexpected"
    )


async def test_whoever_only_uses_the_bot_leaves_no_row(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A locale is remembered in memory; a row would tell who uses the bot."""
    outlet.profiles[STRANGER] = Profile(locale="en-GB", zone="Europe/London")
    front = RequestMiddleware(context)
    await front.bind_handler(told_language)(build_request(STRANGER))
    await front.wait_for_profile_lookups()

    person = await context.store.read(lambda repos: repos.people.get(STRANGER))
    assert (person.locale, person.zone) == ("", "")


async def test_whoever_joined_is_met_in_their_own_zone_from_then_on(
    context: Context, outlet: RecordingOutlet
) -> None:
    """What the product says of somebody who joined is kept, for their check-in."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    outlet.profiles[MARIE] = Profile(locale="fr-CA", zone="America/Halifax")
    front = RequestMiddleware(context)
    await front.bind_handler(told_language)(build_request(MARIE))
    await front.wait_for_profile_lookups()

    person = await context.store.read(lambda repos: repos.people.get(MARIE))
    assert (person.locale, person.zone) == ("fr-CA", "America/Halifax")


async def test_a_language_that_is_not_on_offer_is_answered_in_english(context: Context) -> None:
    """A language is complete or not offered."""
    reply = await RequestMiddleware(context).bind_handler(told_language)(build_request(STRANGER))

    assert isinstance(reply, Message)
    assert reply.summary == "en"


async def test_after_each_answer_the_house_is_told(context: Context) -> None:
    """What a form has just promised need not wait for the minute."""
    told: list[bool] = []
    await RequestMiddleware(context).bind_handler(told_language, lambda: told.append(True))(
        build_request(STRANGER)
    )

    assert told == [True]
