"""Composer of the announcement that a team without an active supervisor has a new one."""

from bot.context import Context
from bot.domain.teams import taking_over
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery


def compose_assignment(repos: Repositories, delivery: Delivery, context: Context) -> Message | None:
    """Render who assigned whom, from the ids in the ``detail`` column, in the team's language.

    ``None``, which withdraws the row, for a channel that no team has any more.
    """
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        return None
    assigner_id, assigned_ids = taking_over.parse_assignment(delivery.detail)
    words = context.catalogue.get_pack(team.language)
    return taking_over.render_announcement(team, assigner_id, assigned_ids, words)
