"""Handlers of requests from people of other organisations that are for members only."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import external_access, surface


async def refuse_request(request: Request, context: Context) -> Reply:
    """Show what is for members only and what is open to the person; nothing is read or stored."""
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request, words, words.translate("external.title"), external_access.render_refusal(words)
    )


async def show_home(request: Request, context: Context) -> Reply:
    """Show the home page without any stored data."""
    return external_access.render_home_page(context.catalogue.get_pack(request.language))
