"""All data stored about one person, collected for display to that person."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content.catalogue import LanguagePack
from bot.domain.calendar import iso_week, load_zone
from bot.domain.checkins import frequency, intentions, scheduling
from bot.domain.checkins.intentions import UNNAMED_INTENTION, Intention
from bot.domain.counts import close_notice
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Clinician, Team
from bot.domain.person.privacy_notice import describe_periods


@dataclass(frozen=True)
class PersonalData:
    """All data stored about one person; displayed to that person only.

    ``team`` is the home team and ``next_release`` that in which the person is counted; where they
    are not yet, ``counted_from`` is the day from which they are. ``moved_until`` is the day until
    which a person who was moved or removed counts in the unit on whose list they were, and
    ``is_on_frozen_list`` whether any list of a period has them. ``is_in_audit_trail`` is True for a
    person who changed a set-up or got or lost a role.
    ``next_checkin_at`` is the next check-in in the person's own zone; with ``is_checkin_due`` it is
    due already, and only its delivery is awaited. ``readable_teams`` are the teams whose published
    tables the person may read; ``has_agreed`` is True once the reader's agreement of a role was
    accepted. ``checkin_in_doubt`` is the week and the sign's code of this
    week's check-in, if it is not known whether it was posted. ``is_last_message_undelivered`` is
    True when the last message to the person was rejected or missed; ``undelivered_teams`` are the
    supervised teams to whose channel it was. ``unsupervised_teams`` and ``cardless_teams`` are the
    directed teams without a supervisor, or without an introduction card. ``supervisor_ids`` are the
    supervisors to whom the person may write. ``notice_preference`` is the choice about the notices
    of closed periods, if one was made.
    """

    clinician: Clinician
    team: Team | None = None
    next_release: NextRelease | None = None
    intention: Intention | None = None
    next_checkin_at: datetime | None = None
    supervised_teams: tuple[Team, ...] = ()
    directed_teams: tuple[Team, ...] = ()
    readable_teams: tuple[Team, ...] = ()
    has_agreed: bool = False
    checkin_in_doubt: tuple[str, str] | None = None
    is_last_message_undelivered: bool = False
    undelivered_teams: tuple[Team, ...] = ()
    supervisor_ids: tuple[str, ...] = ()
    notice_preference: NoticePreference | None = None
    counted_from: date | None = None
    moved_until: date | None = None
    is_on_frozen_list: bool = False
    is_in_audit_trail: bool = False
    is_checkin_due: bool = False
    unsupervised_teams: tuple[Team, ...] = ()
    cardless_teams: tuple[Team, ...] = ()

    @property
    def notice_team(self) -> Team | None:
        """The team whose hour is the default of the person's notices; ``None`` without a role."""
        teams = self.supervised_teams or self.directed_teams
        return teams[0] if teams else None

    def local_today(self, now: datetime) -> date:
        """Return the person's local date at the instant *now*."""
        return now.astimezone(resolve_zone(self.clinician, self.team)).date()

    @property
    def is_frequency_reduced(self) -> bool:
        """Whether the person is asked less often than weekly, or no more."""
        return self.clinician.unanswered_count >= frequency.REDUCE_AFTER_UNANSWERED

    def reset_unanswered_count(self) -> "PersonalData":
        """Return the data after a use of a check-in, with an unanswered count of 0."""
        return replace(self, clinician=replace(self.clinician, unanswered_count=0))

    def awaits_checkin(self, week: str) -> bool:
        """Return whether the message of the ISO week *week* is still to come."""
        due_at = self.next_checkin_at
        return due_at is not None and iso_week(due_at.date()) == week

    def find_follow_up_day(self, week: str) -> date | None:
        """Return the local day of the person's check-in in the week after *week*.

        ``None`` for a person who gets none that week, such as one who has not joined.
        """
        is_sent = self.clinician.has_joined and not self.clinician.unreachable_reason
        if self.team is None or not is_sent or self.is_frequency_reduced:
            return None
        schedule = scheduling.build_schedule(self.clinician, self.team)
        return intentions.find_follow_up_day(schedule, week)


def resolve_zone(clinician: Clinician, team: Team | None) -> ZoneInfo:
    """Return a person's time zone: their own, the default of their team, or UTC."""
    return load_zone(clinician.zone or (team.zone if team else "") or "UTC")


def describe_personal_data(person_data: PersonalData, words: LanguagePack) -> tuple[str, ...]:
    """Describe all data stored about a person as a list of sentences, one fact each."""
    person, periods = person_data.clinician, describe_periods(words.retention)
    lines = [
        _describe_profile(person_data, words),
        *_describe_teams(person_data, words),
        *_describe_schedule(person_data, words),
        *_describe_unanswered(person, words),
    ]
    if person.has_joined:
        lines.append(words.translate("home.mine.deliveries", **periods))
    if person_data.is_on_frozen_list:
        lines.append(words.translate("home.mine.lists", **periods))
    if person_data.is_in_audit_trail:
        lines.append(words.translate("home.mine.trail", months=words.retention.audit_months))
    if person_data.notice_team:
        lines += close_notice.describe_preference(
            person_data.notice_preference, person_data.notice_team, words
        )
    if person.unreachable_reason:
        lines.append(words.translate("home.mine.unreachable"))
    if person_data.intention:
        lines.append(_describe_intention(person_data.intention, words))
    return (*lines, words.translate("home.mine.rest"))


def _describe_profile(person_data: PersonalData, words: LanguagePack) -> str:
    """Name the zone that times are stated in: the person's own, else their team's, else none."""
    person, team, facts = person_data.clinician, person_data.team, {"language": words.display_name}
    if person.zone:
        return words.translate("home.mine.profile", zone=person.zone, **facts)
    if team:
        return words.translate("home.mine.profile_team_zone", zone=team.zone, **facts)
    return words.translate("home.mine.profile_no_zone", **facts)


def _describe_teams(person_data: PersonalData, words: LanguagePack) -> list[str]:
    lines = [words.translate("home.mine.no_team")]
    if person_data.team:
        lines = [words.translate("home.mine.team", team=person_data.team.name)]
    for key, teams in (
        ("supervisor", person_data.supervised_teams),
        ("director", person_data.directed_teams),
    ):
        if teams:
            names = words.join_items(team.name for team in teams)
            lines.append(words.translate(f"home.mine.{key}", teams=names))
    if person_data.supervised_teams:
        periods = describe_periods(words.retention)
        lines.append(words.translate("home.mine.shared", **periods))
    if person_data.has_agreed:
        lines.append(words.translate("home.mine.agreed"))
    return lines


def _describe_schedule(person_data: PersonalData, words: LanguagePack) -> list[str]:
    person, team = person_data.clinician, person_data.team
    if not person.has_joined or team is None:
        return [words.translate("home.mine.not_joined")]
    rule = person.rule or team.checkin_rule
    rule_facts = {
        "weekday": words.weekday_name(rule.weekday),
        "time": words.format_clock_time(rule.local_time),
    }
    lines = [words.translate("home.mine.joined", **rule_facts)]
    if person.rule:
        lines.append(words.translate("home.mine.own_rule"))
    if person.work_days:
        days = words.join_items(words.weekday_name(day) for day in person.work_days)
        lines.append(words.translate("home.mine.work_days", days=days))
    if team.holiday_region:
        lines.append(
            words.translate("home.mine.holidays", region=words.region_name(team.holiday_region))
        )
    if person.paused_until:
        lines.append(words.translate("home.mine.paused", day=words.format_day(person.paused_until)))
    return lines


def _describe_unanswered(person: Clinician, words: LanguagePack) -> list[str]:
    """Describe the number of unanswered check-ins in a row and the resulting frequency."""
    lines = [words.translate("home.mine.quiet", count=person.unanswered_count)]
    if person.unanswered_count >= frequency.REDUCE_AFTER_UNANSWERED:
        key = "silent" if person.unanswered_count >= frequency.STOP_AFTER_UNANSWERED else "seldom"
        lines.append(words.translate(f"home.mine.{key}"))
    return lines


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
