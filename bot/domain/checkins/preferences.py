"""A clinician's own check-in settings: the forms that change them, and what is said after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.content.catalogue import Words
from bot.conversation import Invalid
from bot.domain.calendar import WeeklyRule, is_quiet
from bot.domain.checkins import scheduling
from bot.domain.people import Team
from bot.domain.person.personal_data import Portrait
from bot.elements import (
    Actions,
    Button,
    CalendarDay,
    Choice,
    ClockTime,
    Element,
    Form,
    Message,
    Option,
    Text,
)
from bot.errors import UnknownAnswerError

FARTHEST = timedelta(days=366)
"""How far ahead a pause may reach; whoever wants longer is better served by leaving."""

SNOOZES = {f"snooze{weeks}": timedelta(weeks=weeks) for weeks in (1, 2, 4)}
"""The rests that one tap gives, by the menu's codes."""

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Settings:
    """What a clinician chose for themselves: joined or not, when, and rested until.

    ``work_days`` are those on which they work, ``()`` for the usual ones.
    """

    joined: bool
    rule: WeeklyRule
    rests_until: date | None
    work_days: tuple[int, ...] = ()


def settings(known: Portrait, team: Team, words: Words) -> Form:
    """Show a clinician their own check-in settings; *team* gives what they did not choose."""
    person = known.clinician
    rule = person.rule or team.checkin
    rests = person.paused_until.isoformat() if person.paused_until else ""
    body: tuple[Element, ...] = (
        Text(words.say("home.settings.intro")),
        _state(words, joined=person.joined),
        _weekday(words, rule.weekday),
        ClockTime(
            "time",
            words.say("home.settings.time"),
            f"{rule.at:%H:%M}",
            hint=words.say("home.settings.time_hint"),
        ),
        _work_days(words, scheduling.days_of(person.work_days, rule)),
        CalendarDay(
            "until",
            words.say("home.settings.pause"),
            rests,
            required=False,
            hint=words.say("home.settings.pause_hint"),
        ),
    )
    return Form(
        "settings",
        words.say("home.settings.title"),
        body,
        submit=words.say("home.settings.submit"),
        close=words.say("common.cancel"),
        data=team.id,
    )


def _state(words: Words, *, joined: bool) -> Choice:
    options = (
        Option("on", words.say("home.settings.on")),
        Option("off", words.say("home.settings.off")),
    )
    chosen = ("on" if joined else "off",)
    return Choice("state", words.say("home.settings.state"), options, chosen=chosen)


def _weekday(words: Words, chosen: int) -> Choice:
    options = tuple(Option(str(day), words.weekday(day)) for day in range(1, 8))
    label = words.say("home.settings.day")
    return Choice("day", label, options, chosen=(str(chosen),), select=True)


def _work_days(words: Words, chosen: tuple[int, ...]) -> Choice:
    options = tuple(Option(str(day), words.weekday(day)) for day in range(1, 8))
    label, hint = words.say("home.settings.work_days"), words.say("home.settings.work_days_hint")
    return Choice("work_days", label, options, at_most=7, hint=hint, chosen=tuple(map(str, chosen)))


def read(answers: Answers, today: date, words: Words) -> Settings | Invalid:
    """Read the settings form; *today* is the clinician's own.

    Raises :class:`bot.errors.UnknownAnswerError` on what the form does not offer.
    """
    state, day, works = _one(answers, "state"), _one(answers, "day"), answers.get("work_days", ())
    if state not in {"on", "off"} or not set("1234567").issuperset({day, *works}):
        raise UnknownAnswerError
    rests = read_until(answers, today, words) if answers.get("until") else None
    rule = WeeklyRule(int(day), clock_time(_one(answers, "time")))
    wrong = dict(rests.errors) if isinstance(rests, Invalid) else {}
    if works and day not in works:
        wrong["day"] = words.say("home.settings.off_that_day")
    if is_quiet(rule.at):
        wrong["time"] = words.say("home.settings.quiet")
    if isinstance(rests, Invalid) or wrong:
        return Invalid(wrong)
    usual = set(map(int, works)) == set(scheduling.days_of((), rule))
    return Settings(state == "on", rule, rests, () if usual else tuple(sorted(map(int, works))))


def pause(words: Words) -> Form:
    """Ask until when a clinician's check-ins rest."""
    body = (
        Text(words.say("home.pause.intro")),
        CalendarDay("until", words.say("home.pause.until")),
    )
    return Form(
        "pause",
        words.say("home.pause.title"),
        body,
        submit=words.say("home.pause.submit"),
        close=words.say("common.cancel"),
    )


def read_until(answers: Answers, today: date, words: Words) -> date | Invalid:
    """Read the day on which check-ins come back: after today, within twelve months."""
    try:
        until = date.fromisoformat(_one(answers, "until"))
    except ValueError:
        raise UnknownAnswerError from None
    if until <= today:
        return Invalid({"until": words.say("home.pause.past")})
    if until > today + FARTHEST:
        return Invalid({"until": words.say("home.pause.far")})
    return until


def clock_time(said: str) -> time:
    """Read ``HH:MM``; raises :class:`bot.errors.UnknownAnswerError` on anything else."""
    try:
        return datetime.strptime(said, "%H:%M").time()  # noqa: DTZ007 - a local time of day
    except ValueError:
        raise UnknownAnswerError from None


def _one(answers: Answers, name: str) -> str:
    values = answers.get(name, ())
    return values[0] if len(values) == 1 else ""


def done(key: str, words: Words, **facts: str) -> Message:
    """Say, to the clinician alone, what a step changed; *key* is one of ``home.done``."""
    sentence = words.say(f"home.done.{key}", **facts)
    return Message(sentence.replace("**", ""), (Text(sentence), Actions(_after(key, words))))


def joined(outcome: str, known: Portrait, words: Words) -> Message:
    """Say what joining came to: ``joined``, ``already``, ``elsewhere`` or ``supervises``."""
    return done(outcome, words, **_facts(known, words))


def changed(known: Portrait, words: Words) -> Message:
    """Say what a clinician's settings are from now on."""
    if known.clinician.joined and not known.clinician.paused_until:
        return done("saved", words, **_facts(known, words))
    return rested(known, words)


def rested(known: Portrait, words: Words) -> Message:
    """Say until when check-ins rest, or that they no longer do."""
    if not known.clinician.joined:
        return done("left", words)
    until = known.clinician.paused_until
    if until:
        return done("paused", words, day=words.day(until))
    if known.clinician.unreachable:
        return done("unreachable", words)
    return done("resumed", words, **_facts(known, words))


def back(known: Portrait, words: Words) -> Message:
    """Say that check-ins come weekly again, or why they do not."""
    if known.clinician.joined and known.next_at:
        return done("again", words, **_facts(known, words))
    return rested(known, words)


def _facts(known: Portrait, words: Words) -> dict[str, str]:
    """The person's team, and the next check-in's day and time in their own zone."""
    team, at = known.team, known.next_at
    next_one = {"day": words.day(at.date()), "time": words.time(at.time())} if at else {}
    return {"team": team.name if team else "", **next_one}


def _after(key: str, words: Words) -> tuple[Button, ...]:
    kept = Button("kept", words.say("common.step.kept"))
    if key == "supervises":
        return (kept,)
    if key in {"left", "unreachable"}:
        return (Button("checkin.join", words.say("common.step.join")), kept)
    if key == "paused":
        return (Button("checkin.resume", words.say("home.step.resume")), kept)
    own = Button("checkin.settings", words.say("common.step.settings"), opens_form=True)
    return (own, kept)
