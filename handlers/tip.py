"""Handlers of ``/tip``: the day's card on trust, the same for the whole team; they only read."""

from datetime import date, datetime

from bot.content.catalogue import LanguagePack
from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import calendar, surface, tip_list, tip_rotation, tips
from bot.elements import Message
from bot.errors import UnknownAnswerError
from bot.store.repositories.teams import Account
from bot.workflows.access import load_requester

MAX_CARDS_AHEAD = 400
"""Maximum card offset in a button's ``data``; more than the number of cards."""


async def show_todays_card(request: Request, context: Context) -> Reply:
    """Show today's card, from the command or the home page."""
    return await _show_card(request, context, 0)


async def show_next_card(request: Request, context: Context) -> Reply:
    """Show the card after today's."""
    return await _show_card(request, context, 1)


async def show_card_ahead(request: Request, context: Context) -> Reply:
    """Show the card at the offset in ``data`` from today's.

    Raises :class:`bot.errors.UnknownAnswerError` for an offset that no button offers.
    """
    if not request.data.isdecimal() or int(request.data) > MAX_CARDS_AHEAD:
        raise UnknownAnswerError
    return await _show_card(request, context, int(request.data))


async def show_topics(request: Request, context: Context) -> Reply:
    """List the situations and the topics, each with a button."""
    words = context.catalogue.get_pack(request.language)
    return _present(request, words, tip_list.render_topic_list(words))


async def show_situation(request: Request, context: Context) -> Reply:
    """Show the cards for the situation code in the button's ``data``."""
    words = context.catalogue.get_pack(request.language)
    code = tip_list.parse_situation_data(request.data, words)
    return _present(request, words, tip_list.render_situation(code, words))


async def show_listed_topic(request: Request, context: Context) -> Reply:
    """Show the cards on the topic in the button's ``data``."""
    words = context.catalogue.get_pack(request.language)
    topic = tips.parse_topic_data(request.data, words)
    return _present(request, words, tips.render_topic(topic, words))


async def show_topic(request: Request, context: Context) -> Reply:
    """Show the cards on the topic of the request's keyword."""
    words = context.catalogue.get_pack(request.language)
    return tips.render_topic(tips.topics_by_keyword(words)[request.keyword], words)


async def show_cards_of_kind(request: Request, context: Context) -> Reply:
    """Show the cards with the topic and kind in the button's ``data``."""
    words = context.catalogue.get_pack(request.language)
    topic, kind = tips.parse_kind_data(request.data, words)
    return _present(request, words, tips.render_topic(topic, words, kind))


async def show_usage(request: Request, context: Context) -> Reply:
    """Show the usage of the command."""
    return tips.render_usage(context.catalogue.get_pack(request.language))


def _present(request: Request, words: LanguagePack, message: Message) -> Reply:
    """Return *message*, or a form with its body where there is no conversation."""
    title = words.translate("tip.list.heading")
    return surface.as_message_or_form(request, words, title, message)


async def _show_card(request: Request, context: Context, days_ahead: int) -> Reply:
    words = context.catalogue.get_pack(request.language)
    requester = context.requester
    if requester is None:
        scope = context.store.for_workspace(request.person.workspace)
        requester = await scope.read(lambda repos: load_requester(repos, request))
    team_key, day = _resolve_team_key_and_day(requester, context.now())
    message = tips.render_tip(
        tip_rotation.select_daily_tip(words.tips, team_key, day, days_ahead),
        words,
        working_days_ahead=days_ahead,
    )
    return surface.as_message_or_form(request, words, words.translate("common.step.tip"), message)


def _resolve_team_key_and_day(requester: Account, now: datetime) -> tuple[str, date]:
    """Return the key by which the daily card is selected, and the local date.

    The key is the id of the person's team, else of the channel's team, else of the workspace; the
    time zone is the team's, else the person's, else UTC.
    """
    profile, team = requester.profile, requester.team
    zone = team.zone if team else profile.zone
    day = now.astimezone(calendar.load_zone(zone or "UTC")).date()
    return (team.id if team else profile.person.workspace), day
