"""Everything that is kept about one person, gathered so that they can be shown it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content.catalogue import Words
from bot.domain.calendar import zone
from bot.domain.checkins import frequency
from bot.domain.checkins.questions import AGAIN, Intention
from bot.domain.people import Clinician, Team


@dataclass(frozen=True)
class Portrait:
    """One person as the bot knows them; nobody but that person is ever shown it.

    ``team`` is the home team, ``closes`` the day on which its open period is told.
    ``next_at`` is the next check-in in the person's own zone; ``reads`` are the teams whose
    published tables they may open, ``agreed`` that they gave the agreement for a role.
    """

    clinician: Clinician
    team: Team | None = None
    closes: date | None = None
    intention: Intention | None = None
    next_at: datetime | None = None
    supervises: tuple[Team, ...] = ()
    directs: tuple[Team, ...] = ()
    reads: tuple[Team, ...] = ()
    agreed: bool = False

    def today(self, now: datetime) -> date:
        """The person's own day at the instant *now*."""
        return now.astimezone(zone_of(self.clinician, self.team)).date()


def zone_of(clinician: Clinician, team: Team | None) -> ZoneInfo:
    """Where a person is: their own zone, else their team's, else UTC."""
    return zone(clinician.zone or (team.zone if team else "") or "UTC")


def lines(known: Portrait, words: Words) -> tuple[str, ...]:
    """Put into words everything that is kept about a person, one fact a line."""
    person = known.clinician
    lives = person.zone or words.say("home.mine.zone_unknown")
    found = [
        words.say("home.mine.profile", language=words.name, zone=lives),
        *_places(known, words),
        *_rhythm(known, words),
        *_quiet(person, words),
    ]
    if person.joined:
        found.append(words.say("home.mine.deliveries"))
    if person.unreachable:
        found.append(words.say("home.mine.unreachable"))
    if known.intention:
        found.append(_intention(known.intention, words))
    return (*found, words.say("home.mine.rest"))


def _places(known: Portrait, words: Words) -> list[str]:
    found = [words.say("home.mine.no_team")]
    if known.team:
        found = [words.say("home.mine.team", team=known.team.name)]
    for key, teams in (("supervisor", known.supervises), ("director", known.directs)):
        if teams:
            names = words.list(team.name for team in teams)
            found.append(words.say(f"home.mine.{key}", teams=names))
    if known.agreed:
        found.append(words.say("home.mine.agreed"))
    return found


def _rhythm(known: Portrait, words: Words) -> list[str]:
    person, team = known.clinician, known.team
    if not person.joined or team is None:
        return [words.say("home.mine.not_joined")]
    rule = person.rule or team.checkin
    at = {"weekday": words.weekday(rule.weekday), "time": words.time(rule.at)}
    found = [words.say("home.mine.joined", **at)]
    if person.rule:
        found.append(words.say("home.mine.own_rule"))
    if person.work_days:
        days = words.list(words.weekday(day) for day in person.work_days)
        found.append(words.say("home.mine.work_days", days=days))
    if team.holidays:
        found.append(words.say("home.mine.holidays", region=words.region(team.holidays)))
    if person.paused_until:
        found.append(words.say("home.mine.paused", day=words.day(person.paused_until)))
    return found


def _quiet(person: Clinician, words: Words) -> list[str]:
    """How many questions in a row stayed unanswered, and what came of it."""
    found = [words.say("home.mine.quiet", count=person.quiet)]
    if person.quiet >= frequency.SELDOM:
        key = "silent" if person.quiet >= frequency.SILENT else "seldom"
        found.append(words.say(f"home.mine.{key}"))
    return found


def _intention(intention: Intention, words: Words) -> str:
    sign = words.sign(intention.sign)
    facts = {"picture": sign.picture, "sign": sign.name, "day": words.day(intention.until)}
    if intention.code == AGAIN:
        return words.say("home.mine.follow_up", **facts)
    choice = words.questions["intention"].option(intention.code).label
    return words.say("home.mine.intention", choice=choice, **facts)
