"""The one card with which a team meets the bot in its channel."""

from bot.content.catalogue import Words
from bot.domain.people import Team
from bot.elements import Actions, Audience, Button, Element, Heading, Message, Small, Text


def introduction(team: Team, setter: str, supervisors: tuple[str, ...], words: Words) -> Message:
    """Introduce the bot to the team's channel: who set it up, who supervises, and Join.

    *setter* and *supervisors* are product ids; a blank *setter* is the operator.
    """
    summary = words.say("cards.intro.summary", team=team.name)
    body: tuple[Element, ...] = (
        Heading(words.say("cards.intro.heading", team=team.name)),
        Text(_named(setter, supervisors, words)),
        Text(f"**{words.say('cards.intro.promise')}**"),
        Actions(
            (
                Button("join", words.say("common.step.join"), primary=True),
                Button("kept", words.say("common.step.kept")),
            )
        ),
        Text(words.say("cards.intro.offer")),
        Small(_rhythm(team, words)),
    )
    return Message(summary, body, Audience.TEAM)


def welcome(who: str, words: Words) -> Message:
    """Say in a channel that has no team yet who added the bot, what it is, and what comes next."""
    heading = words.say("cards.welcome.heading")
    body: tuple[Element, ...] = (
        Heading(heading),
        Text(words.say("cards.welcome.added", who=words.people((who,)))),
        Text(words.say("cards.welcome.next")),
        Actions((Button("kept", words.say("common.step.kept")),)),
    )
    return Message(heading, body, Audience.TEAM)


def _named(setter: str, supervisors: tuple[str, ...], words: Words) -> str:
    key = "set_up_by_operator" if not setter else "set_up"
    return words.say(
        f"cards.intro.{key}",
        setter=words.people((setter,)),
        supervisors=words.people(supervisors),
    )


def _rhythm(team: Team, words: Words) -> str:
    lines = [words.say("cards.intro.no_tips")]
    if team.tip_days:
        days = words.list(words.weekday(day) for day in team.tip_days)
        lines = [words.say("cards.intro.tips", days=days, time=words.time(team.tip_at))]
    if team.open_to_team:
        lines.append(words.say("cards.intro.open_to_team"))
    return words.prose(lines)
