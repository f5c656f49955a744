"""Composer of the introduction card in a team's channel."""

from bot.context import Context
from bot.domain.people import Role
from bot.domain.teams import welcome_card
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import decode_introduction_detail
from bot.store.repositories.deliveries import Delivery
from bot.workflows.team_setup import WELCOME_SLOT


def compose_introduction(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | None:
    """Render the card that names the person who set the team up and its supervisors, with Join.

    The delivery's ``detail`` column contains that person's id and, for a welcome card, a locale.
    In a channel without a row in the team table, the welcome slot renders the welcome card, which
    names the person who added the bot; any other slot returns ``None``.
    """
    person_id, locale = decode_introduction_detail(delivery.detail)
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        pack = context.catalogue.get_pack(context.catalogue.choose_language(locale))
        return (
            welcome_card.render_welcome(person_id, pack) if delivery.slot == WELCOME_SLOT else None
        )
    supervisors = repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
    words = context.catalogue.get_pack(team.language)
    return welcome_card.render_introduction(
        team, person_id, tuple(supervisor.id for supervisor in supervisors), words
    )
