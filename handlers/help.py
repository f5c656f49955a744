"""Handlers that show each command's help or the privacy notice, or close a form without fields."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import command_help, surface
from bot.domain.person import privacy_notice


async def show_help(request: Request, context: Context) -> Reply:
    """Show an overview of the commands, whatever the person typed."""
    return _show_usage("help", request, context)


async def show_rupture_help(request: Request, context: Context) -> Reply:
    """Show how to debrief, and that words after the command are discarded."""
    return _show_usage("rupture", request, context)


async def show_checkin_help(request: Request, context: Context) -> Reply:
    """Show how to join, move, pause and leave the weekly check-in."""
    return _show_usage("checkin", request, context)


async def show_debriefs_help(request: Request, context: Context) -> Reply:
    """Show who can read the counts, and when."""
    return _show_usage("debriefs", request, context)


async def show_supervision_help(request: Request, context: Context) -> Reply:
    """Show who may set a team up."""
    return _show_usage("supervision", request, context)


async def show_privacy_notice(request: Request, context: Context) -> Reply:
    """Show what is stored about a person and what is not; the text is the same for every reader."""
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request, words, words.translate("privacy.kept.title"), privacy_notice.render_notice(words)
    )


async def close_read_form(request: Request, context: Context) -> Reply:
    """Close a form that has no fields, by an empty response."""
    return None


def _show_usage(command: str, request: Request, context: Context) -> Reply:
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request,
        words,
        words.translate("usage.help.title"),
        command_help.render_help(command, words),
    )
