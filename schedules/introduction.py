"""Introduces the bot once in a team's channel, and tells who set it up when that fails."""

from bot.context import Desk
from bot.domain.people import Role
from bot.domain.teams import welcome_card
from bot.elements import Message
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery
from bot.workflows.team_setup import ARRIVED

KIND = "intro"


def compose(books: Books, delivery: Delivery, desk: Desk) -> Message | None:
    """Write the card that names who set the team up and who supervises it, with Join.

    Where the bot was added to a channel that has no team yet, it says who did that.
    """
    who, _, locale = delivery.detail.partition(" ")
    team = books.teams.at(delivery.workspace, delivery.channel)
    if team is None:
        spoken = desk.catalogue.words(desk.catalogue.settle(locale))
        return welcome_card.welcome(who, spoken) if delivery.slot == ARRIVED else None
    supervisors = books.teams.holders(team.id, Role.SUPERVISOR)
    words = desk.catalogue.words(team.language)
    return welcome_card.introduction(team, who, tuple(one.id for one in supervisors), words)
