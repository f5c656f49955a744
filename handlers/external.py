"""Handlers that refuse what is for members only to people of another or unknown organisation."""

from bot.affiliation import Affiliation
from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import external_access, surface


async def refuse_request(request: Request, context: Context) -> Reply:
    """Show why the request is not served and what is open to the person; nothing is stored."""
    words = context.catalogue.get_pack(request.language)
    is_unknown = request.affiliation is Affiliation.UNKNOWN
    title = words.translate("external.unknown_title" if is_unknown else "external.title")
    refusal = external_access.render_refusal(words, request.affiliation)
    return surface.as_message_or_form(request, words, title, refusal)


async def show_home(request: Request, context: Context) -> Reply:
    """Show the home page without any stored data."""
    words = context.catalogue.get_pack(request.language)
    return external_access.render_home_page(words, request.affiliation)
