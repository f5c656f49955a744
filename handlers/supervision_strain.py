"""Handlers of ``/rupture supervision``: a private guide that files and stores nothing."""

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain.debriefs import supervision_strain


async def open_strain_form(request: Request, context: Context) -> Reply:
    """Open the two questions on a strain in supervision itself."""
    return supervision_strain.build_strain_form(context.catalogue.get_pack(request.language))


async def show_strain_guide(request: Request, context: Context) -> Reply:
    """Show the guide for the answers; no row is written, not even an idempotency key."""
    return supervision_strain.build_strain_guide(
        request.answers, context.catalogue.get_pack(request.language)
    )
