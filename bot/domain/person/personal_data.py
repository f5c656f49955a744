"""Everything that is kept about one person, gathered so that they can be shown it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content.catalogue import LanguagePack
from bot.domain.calendar import load_zone
from bot.domain.checkins import frequency
from bot.domain.checkins.questions import UNNAMED_INTENTION, Intention
from bot.domain.people import Clinician, Team


@dataclass(frozen=True)
class PersonalData:
    """One person as the bot knows them; nobody but that person is ever shown it.

    ``team`` is the home team, ``closes`` the day on which its open period is told.
    ``next_at`` is the next check-in in the person's own zone; ``reads`` are the teams whose
    published tables they may open, ``agreed`` that they gave the agreement for a role.
    """

    clinician: Clinician
    team: Team | None = None
    period_close: date | None = None
    intention: Intention | None = None
    next_checkin_at: datetime | None = None
    supervised_teams: tuple[Team, ...] = ()
    directed_teams: tuple[Team, ...] = ()
    readable_teams: tuple[Team, ...] = ()
    has_agreed: bool = False

    def local_today(self, now: datetime) -> date:
        """The person's own day at the instant *now*."""
        return now.astimezone(resolve_zone(self.clinician, self.team)).date()


def resolve_zone(clinician: Clinician, team: Team | None) -> ZoneInfo:
    """Where a person is: their own zone, else their team's, else UTC."""
    return load_zone(clinician.zone or (team.zone if team else "") or "UTC")


def describe_personal_data(person_data: PersonalData, words: LanguagePack) -> tuple[str, ...]:
    """Put into words everything that is kept about a person, one fact a line."""
    person = person_data.clinician
    lives = person.zone or words.translate("home.mine.zone_unknown")
    found = [
        words.translate("home.mine.profile", language=words.display_name, zone=lives),
        *_describe_teams(person_data, words),
        *_describe_schedule(person_data, words),
        *_describe_unanswered(person, words),
    ]
    if person.has_joined:
        found.append(words.translate("home.mine.deliveries"))
    if person.unreachable_reason:
        found.append(words.translate("home.mine.unreachable"))
    if person_data.intention:
        found.append(_describe_intention(person_data.intention, words))
    return (*found, words.translate("home.mine.rest"))


def _describe_teams(person_data: PersonalData, words: LanguagePack) -> list[str]:
    found = [words.translate("home.mine.no_team")]
    if person_data.team:
        found = [words.translate("home.mine.team", team=person_data.team.name)]
    for key, teams in (
        ("supervisor", person_data.supervised_teams),
        ("director", person_data.directed_teams),
    ):
        if teams:
            names = words.join_items(team.name for team in teams)
            found.append(words.translate(f"home.mine.{key}", teams=names))
    if person_data.has_agreed:
        found.append(words.translate("home.mine.agreed"))
    return found


def _describe_schedule(person_data: PersonalData, words: LanguagePack) -> list[str]:
    person, team = person_data.clinician, person_data.team
    if not person.has_joined or team is None:
        return [words.translate("home.mine.not_joined")]
    rule = person.rule or team.checkin_rule
    at = {
        "weekday": words.weekday_name(rule.weekday),
        "time": words.format_clock_time(rule.local_time),
    }
    found = [words.translate("home.mine.joined", **at)]
    if person.rule:
        found.append(words.translate("home.mine.own_rule"))
    if person.work_days:
        days = words.join_items(words.weekday_name(day) for day in person.work_days)
        found.append(words.translate("home.mine.work_days", days=days))
    if team.holiday_region:
        found.append(
            words.translate("home.mine.holidays", region=words.region_name(team.holiday_region))
        )
    if person.paused_until:
        found.append(words.translate("home.mine.paused", day=words.format_day(person.paused_until)))
    return found


def _describe_unanswered(person: Clinician, words: LanguagePack) -> list[str]:
    """How many questions in a row stayed unanswered, and what came of it."""
    found = [words.translate("home.mine.quiet", count=person.unanswered_count)]
    if person.unanswered_count >= frequency.REDUCE_AFTER_UNANSWERED:
        key = "silent" if person.unanswered_count >= frequency.STOP_AFTER_UNANSWERED else "seldom"
        found.append(words.translate(f"home.mine.{key}"))
    return found


def _describe_intention(intention: Intention, words: LanguagePack) -> str:
    sign = words.get_sign(intention.sign_code)
    facts = {
        "picture": sign.glyph,
        "sign": sign.name,
        "day": words.format_day(intention.expires_on),
    }
    if intention.code == UNNAMED_INTENTION:
        return words.translate("home.mine.follow_up", **facts)
    choice = words.questions["intention"].get_option(intention.code).label
    return words.translate("home.mine.intention", choice=choice, **facts)
