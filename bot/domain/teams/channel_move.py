"""The move of a team to the channel in which its set-up was opened."""

from collections.abc import Collection
from enum import Enum

from bot.content.catalogue import LanguagePack
from bot.conversation import Channel
from bot.domain import surface
from bot.domain.people import Team
from bot.elements import Button, Confirmation, Form, Text

_SEPARATOR = " "
"""Between the ids of team and channel in a button's data; no id of either contains one."""


class MoveFault(Enum):
    """Why a team cannot move to a channel; the value is the key of its sentence."""

    CHANNEL_IN_USE = "channel_taken"
    """Another team has the channel."""
    CHANNEL_UNKNOWN = "channel_unknown"
    """The bot was not seen in the channel, where a client can submit any text."""


def offers_move(team: Team, channel: Channel | None, *, is_channel_in_use: bool) -> bool:
    """Return whether the set-up of *team*, opened in *channel*, offers to move the team there.

    *is_channel_in_use* is True for the channel of any team, this one included.
    """
    return channel is not None and channel.id != team.channel and not is_channel_in_use


def find_move_fault(
    channel: str,
    *,
    is_channel_in_use: bool,
    is_channel_known: bool,
    listed_channels: Collection[str] | None,
) -> MoveFault | None:
    """Return why a team cannot move to *channel*; ``None`` if it can.

    *is_channel_in_use* is True for the channel of another team. A product without a list of
    channels (*listed_channels* is ``None``) vouches for the channel itself; for others it has to
    be listed, or *is_channel_known* from an earlier report.
    """
    if is_channel_in_use:
        return MoveFault.CHANNEL_IN_USE
    is_vouched_for = listed_channels is None or channel in listed_channels or is_channel_known
    return None if channel and is_vouched_for else MoveFault.CHANNEL_UNKNOWN


def build_move_button(team: Team, channel: str, words: LanguagePack) -> Button:
    """Build the button that moves *team* to *channel*, after a confirmation of what it means."""
    confirmation = Confirmation(
        *(words.translate(f"team_changes.move.{part}") for part in ("title", "text", "yes", "no"))
    )
    return Button(
        "supervision.move",
        words.translate("team_changes.move.step"),
        data=f"{team.id}{_SEPARATOR}{channel}",
        confirmation=confirmation,
    )


def parse_new_channel(data: str) -> str:
    """Return the channel in the data of :func:`build_move_button`, ``""`` for other data."""
    return data.partition(_SEPARATOR)[2]


def build_move_refusal(fault: MoveFault, words: LanguagePack) -> Form:
    """Build the form that states why a team stays where it is."""
    sentence = words.translate(f"supervision.fault.{fault.value}")
    title = words.translate("team_changes.move.refused")
    return surface.build_note_form(words, title, (Text(sentence),))
