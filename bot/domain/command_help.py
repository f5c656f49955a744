"""How the bot is used, for whoever asks for help or types words that a command does not know."""

from collections.abc import Mapping

from bot.content.catalogue import Words
from bot.elements import Message, Small, Text

LINES: Mapping[str, tuple[str, ...]] = {
    "help": ("tip", "rupture", "checkin", "debriefs", "supervision", "home"),
    "rupture": ("alone", "guide", "withdraw", "words"),
    "checkin": ("alone", "join", "pause", "leave"),
    "debriefs": ("alone", "who"),
    "supervision": ("alone", "who"),
}
"""Each command's lines, in reading order."""

FIRST_AND_LAST: Mapping[str, tuple[str, str]] = {
    "help": ("intro", "support"),
    "checkin": ("", "private"),
}


def of(command: str, words: Words) -> Message:
    """Say how *command* is used; ``help`` is the overview of them all."""
    first, last = FIRST_AND_LAST.get(command, ("", ""))
    listed = "\n".join(words.say(f"usage.{command}.{line}") for line in LINES[command])
    body = (
        *((Text(words.say(f"usage.{command}.{first}")),) if first else ()),
        Text(listed),
        *((Small(words.say(f"usage.{command}.{last}")),) if last else ()),
    )
    return Message(words.say(f"usage.{command}.summary"), body)
