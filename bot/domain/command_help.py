"""Render the help text of each command, also used for unknown arguments."""

from collections.abc import Mapping

from bot.content.catalogue import LanguagePack
from bot.elements import Caption, Message, Text

HELP_LINES: Mapping[str, tuple[str, ...]] = {
    "help": ("tip", "rupture", "checkin", "debriefs", "supervision", "home"),
    "rupture": ("alone", "guide", "supervision", "withdraw", "words"),
    "checkin": ("alone", "now", "join", "pause", "leave"),
    "debriefs": ("alone", "hour", "export", "message", "who"),
    "supervision": ("alone", "who"),
}
"""Each command's help lines, in reading order."""

INTRO_AND_FOOTER: Mapping[str, tuple[str, str]] = {
    "help": ("intro", "support"),
    "checkin": ("", "private"),
}
"""The keys of the line above and the line below a command's list; ``""`` for no line."""


def render_help(command: str, words: LanguagePack) -> Message:
    """Render the help message of *command*; ``help`` lists all commands."""
    intro, footer = INTRO_AND_FOOTER.get(command, ("", ""))
    lines = "\n".join(words.translate(f"usage.{command}.{line}") for line in HELP_LINES[command])
    body = (
        *((Text(words.translate(f"usage.{command}.{intro}")),) if intro else ()),
        Text(lines),
        *((Caption(words.translate(f"usage.{command}.{footer}")),) if footer else ()),
    )
    return Message(words.translate(f"usage.{command}.summary"), body)
