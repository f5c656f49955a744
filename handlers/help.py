"""Help with each command, what is kept, and forms that were only read."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import command_help, surface
from bot.domain.person import privacy_notice


async def show_help(request: Request, context: Context) -> Reply:
    """Tell a person what the bot can do for them, whatever they typed."""
    return _show_usage("help", request, context)


async def show_rupture_help(request: Request, context: Context) -> Reply:
    """Say how to debrief, and that words after the command are thrown away."""
    return _show_usage("rupture", request, context)


async def show_checkin_help(request: Request, context: Context) -> Reply:
    """Say how the weekly question is joined, moved, rested and left."""
    return _show_usage("checkin", request, context)


async def show_debriefs_help(request: Request, context: Context) -> Reply:
    """Say who can read the counts, and when."""
    return _show_usage("debriefs", request, context)


async def show_supervision_help(request: Request, context: Context) -> Reply:
    """Say who sets a team up."""
    return _show_usage("supervision", request, context)


async def show_privacy_notice(request: Request, context: Context) -> Reply:
    """Tell a person what is kept and what is not; the same words for every reader."""
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request, words, words.translate("privacy.kept.title"), privacy_notice.render_notice(words)
    )


async def close_read_form(request: Request, context: Context) -> Reply:
    """Let a person put away a form in which there was nothing to fill in."""
    return None


def _show_usage(command: str, request: Request, context: Context) -> Reply:
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request,
        words,
        words.translate("usage.help.title"),
        command_help.render_help(command, words),
    )
