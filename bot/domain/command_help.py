"""How the bot is used, for whoever asks for help or types words that a command does not know."""

from collections.abc import Mapping

from bot.content.catalogue import LanguagePack
from bot.elements import Caption, Message, Text

HELP_LINES: Mapping[str, tuple[str, ...]] = {
    "help": ("tip", "rupture", "checkin", "debriefs", "supervision", "home"),
    "rupture": ("alone", "guide", "withdraw", "words"),
    "checkin": ("alone", "join", "pause", "leave"),
    "debriefs": ("alone", "who"),
    "supervision": ("alone", "who"),
}
"""Each command's lines, in reading order."""

INTRO_AND_FOOTER: Mapping[str, tuple[str, str]] = {
    "help": ("intro", "support"),
    "checkin": ("", "private"),
}


def render_help(command: str, words: LanguagePack) -> Message:
    """Say how *command* is used; ``help`` is the overview of them all."""
    first, last = INTRO_AND_FOOTER.get(command, ("", ""))
    listed = "\n".join(words.translate(f"usage.{command}.{line}") for line in HELP_LINES[command])
    body = (
        *((Text(words.translate(f"usage.{command}.{first}")),) if first else ()),
        Text(listed),
        *((Caption(words.translate(f"usage.{command}.{last}")),) if last else ()),
    )
    return Message(words.translate(f"usage.{command}.summary"), body)
