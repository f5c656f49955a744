"""Composer of the announcement that a team without an active supervisor has a new one."""

from bot.context import Context
from bot.domain.teams import taking_over
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery


def compose_naming(repos: Repositories, delivery: Delivery, context: Context) -> Message | None:
    """Render who named whom, from the ids in the row's ``detail`` column, in the team's language.

    ``None``, which withdraws the row, for a channel that no team has any more.
    """
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        return None
    namer_id, named_ids = taking_over.parse_naming(delivery.detail)
    words = context.catalogue.get_pack(team.language)
    return taking_over.render_announcement(team, namer_id, named_ids, words)
