"""Find the team that an operator names by its channel, and check where it may move."""

import re
from collections.abc import Iterable
from enum import StrEnum

from bot.domain.people import Team

CHANNEL_PATTERN = r"[A-Za-z0-9:._@;=-]{2,80}"
"""The characters of channel ids on every product; none of them is a channel's name with a hash."""


class ReferenceFault(StrEnum):
    """Why a reference or a new channel is refused."""

    UNKNOWN_TEAM = "unknown_team"
    """No team has the channel."""
    AMBIGUOUS_TEAM = "ambiguous_team"
    """Teams of several workspaces have the channel."""
    MALFORMED_CHANNEL = "malformed_channel"
    """The new channel is no channel id."""
    CHANNEL_IN_USE = "channel_in_use"
    """Another team of the workspace has the new channel."""


def resolve_team(teams: Iterable[Team], reference: str) -> Team | ReferenceFault:
    """Return the team that *reference* names: a channel, or ``WORKSPACE/CHANNEL``.

    The workspace is given as in the team file, without its product.
    """
    workspace, _, channel = reference.rpartition("/")
    matches = [
        team
        for team in teams
        if team.channel == channel and workspace in {"", bare_workspace(team.workspace)}
    ]
    if not matches:
        return ReferenceFault.UNKNOWN_TEAM
    return matches[0] if len(matches) == 1 else ReferenceFault.AMBIGUOUS_TEAM


def check_new_channel(team: Team, teams: Iterable[Team], channel: str) -> ReferenceFault | None:
    """Return why *team* cannot move to *channel*; ``None`` if it can, or is there already."""
    if not re.fullmatch(CHANNEL_PATTERN, channel):
        return ReferenceFault.MALFORMED_CHANNEL
    is_in_use = any(
        other.id != team.id and (other.workspace, other.channel) == (team.workspace, channel)
        for other in teams
    )
    return ReferenceFault.CHANNEL_IN_USE if is_in_use else None


def bare_workspace(workspace: str) -> str:
    """Return the workspace's id without its product, as a team file names it."""
    return workspace.partition(":")[2]


def format_reference(team: Team) -> str:
    """Return the reference that :func:`resolve_team` resolves to *team* alone."""
    return f"{bare_workspace(team.workspace)}/{team.channel}"
