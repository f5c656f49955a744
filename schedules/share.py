"""Composer of the post that a supervisor shares with the team's channel."""

from bot.context import Context
from bot.domain.counts import sharing
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.workflows import shared_tables


def compose_share(repos: Repositories, delivery: Delivery, context: Context) -> Message | None:
    """Render the shared question or plan, from the tables published until the preview's day.

    The row's ``detail`` column contains the supervisor's id and the post's parameters. ``None``,
    which withdraws the row, for a channel that no team has any more.
    """
    team = repos.teams.get_by_channel(delivery.workspace, delivery.channel)
    if team is None:
        return None
    person_id, post = shared_tables.parse_post_detail(delivery.detail)
    archive = shared_tables.load_team_archive(repos, team, context.now())
    words = context.catalogue.get_pack(team.language)
    return sharing.render_post(archive, post, person_id, words)
