"""Render the notice that periods have closed, and the form to stop or move these notices.

The notice is the same whatever the tables say: a sentence, the question for the hour, and the same
controls. It reads published tables alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers, parse_code, parse_time
from bot.domain.calendar import WEEKDAY_CODES, WeeklyRule, is_quiet_hour
from bot.domain.counts import close_schedule, exercises
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.people import Role, Team, may_share_with_team
from bot.elements import (
    ActionRow,
    Button,
    ChoiceField,
    Form,
    Message,
    Option,
    OverflowMenu,
    Text,
    TimeField,
)
from bot.retention_periods import DELIVERY_RETENTION

MENU_CODES = ("stop", "move", "kept")
"""The secondary actions of every notice."""

_MAX_NAME_CHARS = 40


@dataclass(frozen=True)
class NoticeSubject:
    """What a notice is about: ``scope`` selects its sentence, ``name`` is the name in it.

    ``lead_team`` is the team whose question the notice contains; ``may_share`` is True for a
    person who supervises it.
    """

    scope: str
    name: str
    lead_team: Team
    may_share: bool


def select_lead_team(teams: Iterable[Team], roles: Mapping[str, frozenset[Role]]) -> Team:
    """Select one of a person's *teams*, at least one: one that they supervise, if there is any."""
    return min(teams, key=lambda team: (Role.SUPERVISOR not in roles[team.id], team.id))


def select_subject(teams: tuple[Team, ...], roles: Mapping[str, frozenset[Role]]) -> NoticeSubject:
    """Select the subject of a notice about *teams*, at least one, by a person's roles by team id.

    That is the one team, the practice for a director of all of them, or the person's teams.
    """
    lead_team = select_lead_team(teams, roles)
    is_practice = {team.practice for team in teams} == {lead_team.practice or None} and all(
        Role.DIRECTOR in roles[team.id] for team in teams
    )
    scope, name = "teams", ""
    if len(teams) == 1:
        scope, name = "team", lead_team.name
    elif is_practice:
        scope, name = "practice", lead_team.practice
    return NoticeSubject(scope, name, lead_team, may_share_with_team(roles[lead_team.id]))


def render_notice(
    subject: NoticeSubject, archive: ReportArchive, day: date, words: LanguagePack
) -> Message:
    """Render the notice of the closing day *day*, with the lead team's published *archive*."""
    question = _select_question(archive, day, words)
    codes_with_labels = ((code, words.translate(f"notice.menu.{code}")) for code in MENU_CODES)
    options = tuple(Option(code, label) for code, label in codes_with_labels)
    controls = (
        Button("debriefs.open", words.translate("notice.open"), subject.lead_team.id, primary=True),
        *((_build_share_button(subject, words),) if subject.may_share else ()),
        OverflowMenu("notice.menu", words.translate("notice.menu.label"), options),
    )
    return Message(
        words.translate("notice.summary"),
        (
            Text(words.translate(f"notice.{subject.scope}", name=subject.name)),
            Text(words.translate("notice.question", text=question)),
            ActionRow(controls),
        ),
    )


def build_settings_form(preference: NoticePreference, team: Team, words: LanguagePack) -> Form:
    """Build the form to stop or move the notices; *team* provides the default time."""
    rule = preference.rule or close_schedule.default_rule(team)
    states = tuple(Option(code, words.translate(f"notice.form.{code}")) for code in ("on", "off"))
    days = tuple(Option(code, words.weekday_name(int(code))) for code in WEEKDAY_CODES)
    body = (
        Text(words.translate("notice.form.intro")),
        ChoiceField(
            "state",
            words.translate("notice.form.state"),
            states,
            initial=("off" if preference.is_stopped else "on",),
        ),
        ChoiceField(
            "day",
            words.translate("notice.form.day"),
            days,
            hint=words.translate("notice.form.day_hint"),
            initial=(str(rule.weekday),),
            as_dropdown=True,
        ),
        TimeField(
            "time",
            words.translate("notice.form.time"),
            f"{rule.local_time:%H:%M}",
            hint=words.translate("notice.form.time_hint"),
        ),
    )
    return Form(
        "messages",
        words.translate("notice.form.title"),
        body,
        submit=words.translate("notice.form.submit"),
        close=words.translate("common.cancel"),
    )


def parse_settings(
    answers: Answers, team: Team, words: LanguagePack
) -> NoticePreference | InvalidAnswers:
    """Parse the form; the default day and time of *team* are not stored as a choice.

    Raises :class:`bot.errors.UnknownAnswerError` for values that the form does not offer.
    """
    is_stopped = parse_code(answers, "state", ("on", "off")) == "off"
    rule = WeeklyRule(int(parse_code(answers, "day", WEEKDAY_CODES)), parse_time(answers, "time"))
    if is_quiet_hour(rule.local_time):
        return InvalidAnswers({"time": words.translate("notice.form.quiet")})
    is_default = rule == close_schedule.default_rule(team)
    return NoticePreference(is_stopped, None if is_default else rule)


def render_confirmation(preference: NoticePreference, team: Team, words: LanguagePack) -> Message:
    """Render what was saved, with a button to change it."""
    key = "off" if preference.is_stopped else "on"
    text = words.translate(f"notice.done.{key}", **_format_rule(preference, team, words))
    change = Button("notice.settings", words.translate("notice.change"), opens_form=True)
    privacy = Button("kept", words.translate("common.step.kept"))
    return Message(text.replace("**", ""), (Text(text), ActionRow((change, privacy))))


def describe_preference(
    preference: NoticePreference | None, team: Team, words: LanguagePack
) -> tuple[str, ...]:
    """Describe what is stored for the notices of a person with a role in *team*, a fact each."""
    message_weeks = DELIVERY_RETENTION // timedelta(weeks=1)
    lines = [words.translate("notice.mine.deliveries", message_weeks=message_weeks)]
    if preference and preference.is_stopped:
        lines.append(words.translate("notice.mine.stopped"))
    elif preference:
        facts = _format_rule(preference, team, words)
        lines.append(words.translate("notice.mine.chosen", **facts))
    return tuple(lines)


def _select_question(archive: ReportArchive, day: date, words: LanguagePack) -> str:
    """Return the question of the team's newest report: the one that the report shows, too."""
    return exercises.select_ten_minutes(archive.tables, None, day, words).question


def _build_share_button(subject: NoticeSubject, words: LanguagePack) -> Button:
    team = subject.lead_team
    label = words.translate("notice.share")
    if subject.scope != "team":
        label = words.translate("notice.share_one", name=team.name[:_MAX_NAME_CHARS])
    return Button("debriefs.share", label, team.id, opens_form=True)


def _format_rule(preference: NoticePreference, team: Team, words: LanguagePack) -> dict[str, str]:
    rule = preference.rule or close_schedule.default_rule(team)
    return {
        "weekday": words.weekday_name(rule.weekday),
        "time": words.format_clock_time(rule.local_time),
    }
