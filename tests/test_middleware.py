"""The request middleware resolves languages and converts exceptions into replies."""

import logging

import pytest

from bot.context import Context
from bot.conversation import DeferredReply, InvalidAnswers, Profile, Reply, Request
from bot.elements import Form, Message, Text
from bot.errors import NoTeamError, StoreBusyError, UnknownProfileError
from bot.middleware import RequestMiddleware
from tests.doubles import RecordingOutlet, clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import MARIE, STRANGER, TEAM, build_request, reply_text, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

CANARY = "canary-in-an-error"


async def reply_with_language(request: Request, _context: Context) -> Reply:
    """Reply with the language that the middleware resolved."""
    return Message(request.language, (Text(request.language),))


async def raise_bot_error(_request: Request, _context: Context) -> Reply:
    """Raise an error with a message in the catalogue."""
    raise NoTeamError


async def raise_unexpected_error(_request: Request, _context: Context) -> Reply:
    """Raise an exception that no handler expects."""
    raise RuntimeError(CANARY)


async def test_bot_error_becomes_its_catalogue_message(context: Context) -> None:
    """A BotError is converted into the catalogue's message for its key."""
    reply = await RequestMiddleware(context).bind_handler(raise_bot_error)(build_request(STRANGER))

    assert reply_text(reply) == context.catalogue.get_pack("en").translate("error.no_team")


async def test_error_inside_a_form_is_a_form(context: Context) -> None:
    """An exception in a form's handler becomes a form without a submit button."""
    reply = await RequestMiddleware(context).bind_handler(raise_bot_error)(
        build_request(STRANGER, answers={})
    )

    assert isinstance(reply, Form)
    assert reply.submit == ""


@pytest.mark.parametrize("error", [StoreBusyError(), UnknownProfileError(), RuntimeError(CANARY)])
async def test_form_that_can_be_sent_again_stays_open(context: Context, error: Exception) -> None:
    """What was filled in is not replaced by an error that may be gone the next time."""

    async def raise_error(_request: Request, _context: Context) -> Reply:
        raise error

    reply = await RequestMiddleware(context).bind_handler(raise_error)(
        build_request(STRANGER, answers={})
    )

    assert isinstance(reply, InvalidAnswers)
    assert list(reply.errors) == [""]


async def test_unexpected_error_is_logged_without_its_message(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception becomes a generic reply and a log line without personal data."""
    with caplog.at_level(logging.DEBUG):
        reply = await RequestMiddleware(context).bind_handler(raise_unexpected_error)(
            build_request(STRANGER)
        )

    assert reply_text(reply) == context.catalogue.get_pack("en").translate("error.unexpected")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == [
        "middleware.handler_failed"
    ]
    assert CANARY not in caplog.text
    assert STRANGER.id not in caplog.text


async def test_error_in_a_deferred_reply_becomes_a_reply(context: Context) -> None:
    """An exception in a deferred reply's callback is converted like one in the handler."""

    async def defer_error(request: Request, context: Context) -> Reply:
        return DeferredReply(lambda: raise_unexpected_error(request, context))

    reply = await RequestMiddleware(context).bind_handler(defer_error)(build_request(STRANGER))

    assert isinstance(reply, DeferredReply)
    assert reply_text(await reply.continuation()) == context.catalogue.get_pack("en").translate(
        "error.unexpected"
    )


async def test_a_deferred_reply_retains_its_waiting_text(context: Context) -> None:
    """The text that a form shows meanwhile is that of the handler."""

    async def save(request: Request, context: Context) -> Reply:
        return DeferredReply(lambda: reply_with_language(request, context), "Saving")

    reply = await RequestMiddleware(context).bind_handler(save)(build_request(STRANGER))

    assert isinstance(reply, DeferredReply)
    assert reply.waiting_text == "Saving"


async def test_profile_of_a_non_member_is_not_stored(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The locale is cached in memory only; a row would reveal who uses the bot."""
    outlet.profiles[STRANGER] = Profile(locale="en-GB", zone="Europe/London")
    middleware = RequestMiddleware(context)
    await middleware.bind_handler(reply_with_language)(build_request(STRANGER))
    await middleware.wait_for_profile_lookups()

    person = await context.store.across_workspaces.read(lambda repos: repos.people.get(STRANGER))
    assert (person.locale, person.zone) == ("", "")


async def test_profile_of_a_member_is_stored(context: Context, outlet: RecordingOutlet) -> None:
    """Locale and zone of a person who joined are stored, for the check-in's schedule."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    outlet.profiles[MARIE] = Profile(locale="fr-CA", zone="America/Halifax")
    middleware = RequestMiddleware(context)
    await middleware.bind_handler(reply_with_language)(build_request(MARIE))
    await middleware.wait_for_profile_lookups()

    person = await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert (person.locale, person.zone) == ("fr-CA", "America/Halifax")


async def test_unavailable_language_falls_back_to_english(context: Context) -> None:
    """If none of the person's languages is available, English is the default."""
    reply = await RequestMiddleware(context).bind_handler(reply_with_language)(
        build_request(STRANGER)
    )

    assert isinstance(reply, Message)
    assert reply.summary == "en"


async def test_callback_runs_after_each_reply(context: Context) -> None:
    """The callback that wakes the delivery worker runs after the handler."""
    calls: list[bool] = []
    await RequestMiddleware(context).bind_handler(reply_with_language, lambda: calls.append(True))(
        build_request(STRANGER)
    )

    assert calls == [True]


async def test_handler_may_be_bound_without_the_callback(context: Context) -> None:
    """The callback runs after the handlers of a table, but for those that are named."""
    calls: list[bool] = []
    table = {"planning": reply_with_language, "reading": reply_with_language}
    bound = RequestMiddleware(context).bind_handlers(
        table, lambda: calls.append(True), excluded_names={"reading"}
    )
    await bound["reading"](build_request(STRANGER))
    calls_after_reading = list(calls)
    await bound["planning"](build_request(STRANGER))

    assert (calls_after_reading, calls) == ([], [True])


async def join_as_unreachable(context: Context, reason: str) -> None:
    """Enrol Marie, and mark her as unreachable."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    await context.store.across_workspaces.write(
        lambda repos: repos.people.mark_unreachable(MARIE, reason)
    )


@pytest.mark.parametrize("reason", ["deactivated", "cannot_dm_bot", "uninstalled"])
async def test_a_request_makes_its_person_reachable(context: Context, reason: str) -> None:
    """Any request ends the mark before its handler runs, whatever the reason."""
    await join_as_unreachable(context, reason)

    async def reply_with_reason(request: Request, context: Context) -> Reply:
        person = await context.store.across_workspaces.read(
            lambda repos: repos.people.get(request.person)
        )
        return Message(person.unreachable_reason or "reachable", ())

    reply = await RequestMiddleware(context).bind_handler(reply_with_reason)(build_request(MARIE))

    assert isinstance(reply, Message)
    assert reply.summary == "reachable"


async def test_a_closed_account_is_noticed_by_the_profile_lookup(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A late request of a person whose account is closed ends with the mark of a closed account."""
    await join_as_unreachable(context, "cannot_dm_bot")
    outlet.profiles[MARIE] = Profile(is_active_person=False)
    middleware = RequestMiddleware(context)
    await middleware.bind_handler(reply_with_language)(build_request(MARIE))
    await middleware.wait_for_profile_lookups()

    person = await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))
    assert person.unreachable_reason == "deactivated"


async def test_profile_that_is_not_stored_is_logged(
    context: Context, outlet: RecordingOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception in the background lookup is logged, and the next request repeats the lookup."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    outlet.profiles[MARIE] = Profile(locale="\ud800")
    middleware = RequestMiddleware(context)
    for _ in range(2):
        await middleware.bind_handler(reply_with_language)(build_request(MARIE))
        await middleware.wait_for_profile_lookups()

    assert [record.message for record in caplog.records] == ["middleware.profile_not_stored"] * 2
