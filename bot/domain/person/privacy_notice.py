"""What a person is told about what is kept of them, who sees what, and until when."""

from datetime import date

from bot.content.catalogue import Words
from bot.domain.people import Team
from bot.elements import Divider, Element, Form, Heading, Message, Small, Text

KEPT = ("person", "team", "checkin", "quiet", "intention", "deliveries", "marks")
NOT_KEPT = ("not_filed", "not_answers", "not_clients")


def policy(words: Words, team: Team | None, closes: date | None) -> tuple[str, ...]:
    """Say in two sentences what a supervisor will be able to see, and when.

    *closes* is the day on which the team's open period is told, ``None`` where none is open.
    """
    if team is None:
        return words.say("privacy.policy.no_team"), words.say("privacy.policy.no_team_next")
    if closes is None:
        return words.say("privacy.policy.no_period"), words.say("privacy.policy.no_period_next")
    key = "team_too" if team.open_to_team else "aggregate"
    seen = words.say(f"privacy.policy.{key}", day=words.day(closes))
    return seen, words.say("privacy.policy.until")


def filed(words: Words, *, on_a_roster: bool, until: date | None) -> str:
    """Say what a debrief left behind; before the day *until* it can be taken back."""
    if until is not None:
        return words.say("privacy.filed.kept", day=words.day(until))
    return words.say("privacy.filed.no_period" if on_a_roster else "privacy.filed.nothing")


def withdrawal(words: Words) -> Form:
    """Ask whether everything filed in the open period is to be taken back."""
    body = (Text(words.say("privacy.withdraw.ask")), Small(words.say("privacy.withdraw.earlier")))
    return Form(
        "withdraw",
        words.say("privacy.withdraw.title"),
        body,
        submit=words.say("privacy.withdraw.submit"),
        close=words.say("common.cancel"),
    )


def notice(words: Words) -> Message:
    """List what is kept of anybody and what is not; the same for every reader."""
    return Message(words.say("privacy.kept.summary"), _kept(words))


def _kept(words: Words) -> tuple[Element, ...]:
    return (
        Heading(words.say("privacy.kept.heading")),
        Text(words.say("privacy.kept.intro")),
        _listed(words, KEPT),
        Divider(),
        Heading(words.say("privacy.kept.not_heading")),
        _listed(words, NOT_KEPT),
    )


def _listed(words: Words, keys: tuple[str, ...]) -> Text:
    return Text("\n".join(f"• {words.say(f'privacy.kept.{key}')}" for key in keys))
