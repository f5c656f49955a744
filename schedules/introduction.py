"""Introduces the bot once in a team's channel, and tells who set it up when that fails."""

from bot.context import Context
from bot.domain.people import Role
from bot.domain.teams import welcome_card
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows.team_setup import WELCOME_SLOT

INTRODUCTION_KIND = "intro"


def compose_introduction(
    repos: Repositories, delivery: Delivery, context: Context
) -> Message | None:
    """Write the card that names who set the team up and who supervises it, with Join.

    Where the bot was added to a channel that has no team yet, it says who did that.
    """
    who, _, locale = delivery.detail.partition(" ")
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        spoken = context.catalogue.get_pack(context.catalogue.choose_language(locale))
        return welcome_card.render_welcome(who, spoken) if delivery.slot == WELCOME_SLOT else None
    supervisors = repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
    words = context.catalogue.get_pack(team.language)
    return welcome_card.render_introduction(team, who, tuple(one.id for one in supervisors), words)
