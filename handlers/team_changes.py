"""Handlers of a team's changes by its supervisors: the move to a channel, and the removal."""

from bot import card_posting
from bot.context import Context
from bot.conversation import DeferredReply, Reply, Request
from bot.domain.people import Team
from bot.domain.teams import channel_move, setup_result, team_removal
from bot.domain.teams.channel_move import MoveFault
from bot.domain.teams.setup_submission import parse_team_id
from bot.workflows import team_changes


async def submit_move(request: Request, context: Context) -> Reply:
    """Move the team to the channel that the button names, and post its card there."""
    words, now = context.catalogue.get_pack(request.language), context.now()
    team_id = parse_team_id(request.data, request.answers)
    channel = channel_move.parse_new_channel(request.data)
    team = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: team_changes.move_team(
            repos, request.person, team_id, channel, request.listed_channels, now
        )
    )
    if isinstance(team, MoveFault):
        return channel_move.build_move_refusal(team, words)

    async def post_card() -> Reply:
        return setup_result.build_card_form(
            team, await card_posting.post_card(context, team), words
        )

    return DeferredReply(post_card)


async def open_removal_form(request: Request, context: Context) -> Reply:
    """Show what removing the team changes for its people, periods and tables; write nothing.

    Raises :class:`bot.errors.StaleFormError` for a team that the workspace does not have.
    """
    team_id = parse_team_id(request.data, request.answers)
    effects = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: (
            team_changes.find_removed_team(repos, request.person, team_id)
            or team_changes.load_chosen_team_effects(repos, request.person, team_id)
        )
    )
    words = context.catalogue.get_pack(request.language)
    if isinstance(effects, Team):
        return team_removal.build_repeated_form(effects, words)
    return team_removal.build_removal_form(effects, words)


async def submit_removal(request: Request, context: Context) -> Reply:
    """Remove the team, and show until when its people count; idempotent.

    For a team that is removed already the reply states that. Raises
    :class:`bot.errors.StaleFormError` for a team that the workspace does not have.
    """
    team_id, now = parse_team_id(request.data, request.answers), context.now()
    effects = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: team_changes.remove_team(repos, request.person, team_id, now)
    )
    words = context.catalogue.get_pack(request.language)
    if isinstance(effects, Team):
        return team_removal.build_repeated_form(effects, words)
    return team_removal.build_removed_form(effects, words)
