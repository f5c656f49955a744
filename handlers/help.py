"""Help with each command, what is kept, and forms that were only read."""

from bot.context import Desk
from bot.conversation import Reply, Request
from bot.domain import command_help, surface
from bot.domain.person import privacy_notice


async def asked(request: Request, desk: Desk) -> Reply:
    """Tell a person what the bot can do for them, whatever they typed."""
    return _usage("help", request, desk)


async def rupture(request: Request, desk: Desk) -> Reply:
    """Say how to debrief, and that words after the command are thrown away."""
    return _usage("rupture", request, desk)


async def checkin(request: Request, desk: Desk) -> Reply:
    """Say how the weekly question is joined, moved, rested and left."""
    return _usage("checkin", request, desk)


async def debriefs(request: Request, desk: Desk) -> Reply:
    """Say who can read the counts, and when."""
    return _usage("debriefs", request, desk)


async def supervision(request: Request, desk: Desk) -> Reply:
    """Say who sets a team up."""
    return _usage("supervision", request, desk)


async def kept(request: Request, desk: Desk) -> Reply:
    """Tell a person what is kept and what is not; the same words for every reader."""
    words = desk.catalogue.words(request.language)
    return surface.beside(
        request, words, words.say("privacy.kept.title"), privacy_notice.notice(words)
    )


async def read(request: Request, desk: Desk) -> Reply:
    """Let a person put away a form in which there was nothing to fill in."""
    return None


def _usage(command: str, request: Request, desk: Desk) -> Reply:
    words = desk.catalogue.words(request.language)
    return surface.beside(
        request, words, words.say("usage.help.title"), command_help.of(command, words)
    )
