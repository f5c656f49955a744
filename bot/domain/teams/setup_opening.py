"""Select the set-up that ``/supervision`` opens, and the defaults of a team in a new channel."""

import re
from collections.abc import Collection

from bot.conversation import Channel
from bot.domain.people import Team
from bot.domain.teams.setup_form import MAX_NAME_CHARS, NEW_TEAM_ID
from bot.domain.teams.setup_submission import CHANNEL_MARK, PLAIN_NAME_CHARACTERS

_OTHER_CHARACTERS_PATTERN = re.compile(f"[^{PLAIN_NAME_CHARACTERS}]+")
_WORD_SEPARATOR_PATTERN = re.compile(r"[\s_-]+")


def select_setup(
    editable_teams: Collection[Team], channel: Channel | None, *, may_create: bool
) -> str:
    """Return the id of the team whose set-up opens without a choice, ``""`` for a choice or none.

    It is the team of *channel*, in which the command was typed; else the only one that the person
    may edit or create. *may_create* is whether they may create a team.
    """
    channel_ids = [team.id for team in editable_teams if channel and team.channel == channel.id]
    team_ids = [team.id for team in editable_teams] + ([NEW_TEAM_ID] if may_create else [])
    if channel_ids:
        return channel_ids[0]
    return team_ids[0] if len(team_ids) == 1 else ""


def find_supervised_team(
    channel_team: Team | None, editable_teams: Collection[Team], *, may_create: bool
) -> Team | None:
    """Return the team of the channel in which the command was typed, if its supervisors edit it.

    Who may create a team would otherwise get the form of a new team in a channel that has one.
    Returns ``None`` for other people, whose reply does not depend on the channel.
    """
    if channel_team is None or not may_create or channel_team in editable_teams:
        return None
    return channel_team


def propose_team_name(channel_name: str) -> str:
    """Return a name for the team of a channel, ``""`` where the channel's name is unknown.

    Characters that a team's name cannot contain separate its parts: they become commas.
    """
    words = _WORD_SEPARATOR_PATTERN.sub(" ", channel_name)
    parts = [part.strip(" ,") for part in _OTHER_CHARACTERS_PATTERN.split(words)]
    name = ", ".join(filter(None, parts))[:MAX_NAME_CHARS].strip(" ,")
    return (name[:1].upper() + name[1:])[:MAX_NAME_CHARS]


def encode_channel(channel: Channel | None) -> str:
    """Encode the channel of a new team as the data of the team chooser."""
    return f"{CHANNEL_MARK}{channel.id} {channel.name[:MAX_NAME_CHARS]}" if channel else ""


def parse_channel(data: str) -> Channel | None:
    """Parse the data of the team chooser, see :func:`encode_channel`; ``None`` for other data."""
    channel_id, _, name = data.removeprefix(CHANNEL_MARK).partition(" ")
    return Channel(channel_id, name) if data.startswith(CHANNEL_MARK) and channel_id else None
