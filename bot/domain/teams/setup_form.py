"""A team's set-up: its form, and what may stand in it."""

from dataclasses import dataclass
from datetime import date, time

from bot.content.catalogue import Words
from bot.domain import surface
from bot.domain.people import Team
from bot.domain.teams import holiday_regions, timezones
from bot.elements import (
    Actions,
    Banner,
    Button,
    Channel,
    Choice,
    ClockTime,
    Confirm,
    Element,
    Form,
    Message,
    Name,
    Option,
    People,
    Small,
    Text,
)

NEW = "new"
"""Stands for the team that an admin is about to set up."""

LONGEST_NAME = 60
MOST_PEOPLE = 100

Body = tuple[Element, ...]


@dataclass(frozen=True)
class Current:
    """What a team's set-up holds now; blank for a new team, with the setter's own zone.

    ``clinicians`` are those declared, never those who merely joined: the set-up does not
    tell a supervisor who did. ``names_practice`` says that the practice may be typed here: to
    name one is to read what it is told, so its own supervisors only see the name.
    """

    team: Team | None = None
    clinicians: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    zone: str = ""
    languages: tuple[Option, ...] = ()
    names_practice: bool = True


def chooser(teams: tuple[Team, ...], words: Words, *, may_create: bool) -> Form:
    """Ask which team's set-up to open."""
    offered = [Option(team.id, team.name[:LONGEST_NAME]) for team in teams]
    if may_create:
        offered.append(Option(NEW, words.say("supervision.form.new")))
    which = words.say("supervision.form.which")
    return Form(
        "which",
        words.say("supervision.form.title"),
        (Choice("which", which, tuple(offered), select=True),),
        submit=words.say("supervision.form.next"),
        close=words.say("common.cancel"),
    )


def form(current: Current, words: Words) -> Form:
    """Show a team's set-up, filled in with what holds now."""
    body = (
        *_closed(current.team, words),
        Text(words.say("supervision.form.intro")),
        *_place(current.team, words),
        *_people(current, words),
        *_rhythm(current.team, words),
        *_manner(current, words),
        *_counts(current, words),
        *_again(current.team, words),
    )
    return Form(
        "setup",
        words.say("supervision.form.title"),
        body,
        submit=words.say("supervision.form.submit"),
        close=words.say("common.cancel"),
        data=current.team.id if current.team else NEW,
    )


def refused(words: Words) -> Message:
    """Say kindly to whom a set-up opens, and how somebody comes to be one of them."""
    text = words.say("supervision.refused.text")
    return Message(words.say("supervision.refused.summary"), (Text(text),))


def done(
    team: Team, closes: date | None, words: Words, *, introduces: bool, question_waits: bool
) -> Form:
    """Say what a saved set-up brings about next; *closes* ends the open period, if any.

    *introduces*: the channel is owed its card; *question_waits*: for the next period.
    """
    lines = [words.say("supervision.done.saved", team=team.name)]
    if introduces:
        lines.append(words.say("supervision.done.card", channel=f"#{{{team.channel}}}"))
        lines.append(words.say("supervision.done.invite"))
    lines.append(words.say("supervision.done.clinicians"))
    if closes:
        lines.append(words.say("supervision.done.closes", day=words.day(closes)))
    else:
        lines.append(words.say("supervision.done.no_period"))
    if question_waits:
        lines.append(words.say("supervision.done.question"))
    title = words.say("supervision.done.title")
    return surface.read_only(words, title, tuple(Text(line) for line in lines))


def card_again(words: Words) -> Form:
    """Say that the introduction card goes out once more, and what it needs."""
    lines = (words.say("supervision.done.card_again"), words.say("supervision.done.invite"))
    title = words.say("supervision.done.title")
    return surface.read_only(words, title, tuple(Text(line) for line in lines))


def _closed(team: Team | None, words: Words) -> Body:
    """Say that nothing is posted in the channel, to the one who can mend it."""
    if team is None or not team.unreachable:
        return ()
    return (Banner(words.say("supervision.form.unreachable")),)


def _place(team: Team | None, words: Words) -> Body:
    channel, name = (team.channel, team.name) if team else ("", "")
    ask, hint = _asked("channel", words)
    called, caution = _asked("name", words)
    return (
        Channel("channel", ask, channel, hint=hint),
        Name("name", called, name, at_most=LONGEST_NAME, hint=caution),
    )


def _people(current: Current, words: Words) -> Body:
    ask, hint = _asked("supervisors", words)
    whom, whom_hint = _asked("clinicians", words)
    return (
        People("supervisors", ask, current.supervisors, at_most=MOST_PEOPLE, hint=hint),
        People(
            "clinicians",
            whom,
            current.clinicians,
            required=False,
            at_most=MOST_PEOPLE,
            hint=whom_hint,
        ),
    )


def _rhythm(team: Team | None, words: Words) -> Body:
    day, at = (team.checkin.weekday, team.checkin.at) if team else (1, time(9))
    tip_days, tip_at = (team.tip_days, team.tip_at) if team else ((2, 4), time(9))
    week = tuple(Option(str(one), words.weekday(one)) for one in range(1, 8))
    ask, hint = _asked("time", words)
    tips, tips_hint = _asked("tip_days", words)
    return (
        Choice("day", words.say("supervision.form.day"), week, chosen=(str(day),), select=True),
        ClockTime("time", ask, f"{at:%H:%M}", hint=hint),
        Choice(
            "tip_days",
            tips,
            week,
            required=False,
            at_most=7,
            hint=tips_hint,
            chosen=tuple(str(one) for one in tip_days),
        ),
        ClockTime("tip_time", words.say("supervision.form.tip_time"), f"{tip_at:%H:%M}"),
    )


def _manner(current: Current, words: Words) -> Body:
    team = current.team
    zone = team.zone if team else current.zone or "UTC"
    known = timezones.options(zone, current.zone)
    ask = words.say("supervision.form.zone")
    kept = team.holidays if team else ""
    free, free_hint = _asked("holidays", words)
    off = holiday_regions.options(kept, words)
    asked: Body = (
        Choice("zone", ask, known, chosen=(zone,), select=True),
        Choice(
            "holidays",
            free,
            off,
            hint=free_hint,
            chosen=(kept or holiday_regions.NONE,),
            select=True,
        ),
    )
    if len(current.languages) < 2:  # noqa: PLR2004 - one language is no choice
        return asked
    spoken = team.language if team else words.language
    language = words.say("supervision.form.language")
    return (*asked, Choice("language", language, current.languages, chosen=(spoken,)))


def _counts(current: Current, words: Words) -> Body:
    team = current.team
    ask, later = _asked("question", words)
    question, open_to_team = (team.question, team.open_to_team) if team else ("form", False)
    who = "yes" if open_to_team else "no"
    return (
        _practice(current, words),
        Choice(
            "question",
            ask,
            _pair("question", ("form", "status"), words),
            hint=later,
            chosen=(question,),
        ),
        Choice(
            "open",
            words.say("supervision.form.open"),
            _pair("open", ("no", "yes"), words),
            chosen=(who,),
        ),
    )


def _practice(current: Current, words: Words) -> Element:
    practice = current.team.practice if current.team else ""
    if current.names_practice:
        ask, hint = _asked("practice", words)
        return Name("practice", ask, practice, required=False, hint=hint)
    named = words.say("supervision.form.practice_named", practice=practice)
    return Small(named if practice else words.say("supervision.form.practice_none"))


def _pair(name: str, codes: tuple[str, str], words: Words) -> tuple[Option, ...]:
    return tuple(Option(code, words.say(f"supervision.form.{name}_{code}")) for code in codes)


def _again(team: Team | None, words: Words) -> Body:
    if team is None:
        return ()
    label, parts = words.say("supervision.form.again"), ("title", "text", "yes", "no")
    sure = Confirm(*(words.say(f"supervision.again.{part}") for part in parts))
    return (Actions((Button("supervision.introduce", label, data=team.id, confirm=sure),)),)


def _asked(name: str, words: Words) -> tuple[str, str]:
    """The label of a field and the quieter line under it."""
    return words.say(f"supervision.form.{name}"), words.say(f"supervision.form.{name}_hint")
