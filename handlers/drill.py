"""Handlers of ``/tip practice``: a made-up client's line to answer aloud; nothing is stored."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import calendar, drills, surface
from bot.elements import Message


async def show_first_drill(request: Request, context: Context) -> Reply:
    """Show the day's line at the easy level; it is selected by the person's id and local date."""
    zone = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: repos.people.get(request.person).zone
    )
    day = context.now().astimezone(calendar.load_zone(zone or "UTC")).date()
    words = context.catalogue.get_pack(request.language)
    first_round = drills.select_first_round(words, request.person.id, day)
    return _present(request, context, drills.render_round(first_round, words))


async def show_drill(request: Request, context: Context) -> Reply:
    """Show the line, level and repetition that the button's ``data`` encodes."""
    words = context.catalogue.get_pack(request.language)
    drill_round = drills.parse_round(request.data, words)
    return _present(request, context, drills.render_round(drill_round, words))


async def show_drill_list(request: Request, context: Context) -> Reply:
    """List every drill with a button."""
    words = context.catalogue.get_pack(request.language)
    return _present(request, context, drills.render_list(words))


def _present(request: Request, context: Context, message: Message) -> Reply:
    """Return *message*, or a form with its body where there is no conversation."""
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request, words, words.translate("drill.list.heading"), message
    )
