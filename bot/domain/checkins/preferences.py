"""A clinician's check-in settings: build and parse their forms, render the confirmations."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers, parse_code, parse_codes, parse_date, parse_time
from bot.domain.calendar import WEEKDAY_CODES, WeeklyRule, is_quiet_hour
from bot.domain.checkins import scheduling
from bot.domain.people import Team
from bot.domain.person.personal_data import PersonalData
from bot.elements import (
    ActionRow,
    Button,
    ChoiceField,
    DateField,
    Element,
    Form,
    Message,
    Option,
    Text,
    TimeField,
)

MAX_PAUSE = timedelta(days=366)
"""Maximum length of a pause; leaving the check-ins serves a longer one better."""

SNOOZE_DURATIONS = {f"snooze{weeks}": timedelta(weeks=weeks) for weeks in (1, 2, 4)}
"""The pause durations of the snooze menu, by option code."""


@dataclass(frozen=True)
class CheckinSettings:
    """Submitted check-in settings: membership, weekly rule and pause.

    ``work_days`` are the selected ISO weekdays, ``()`` for the default ones.
    """

    has_joined: bool
    rule: WeeklyRule
    paused_until: date | None
    work_days: tuple[int, ...] = ()


def build_settings_form(
    person_data: PersonalData, team: Team, words: LanguagePack, *, joins: bool = False
) -> Form:
    """Build the settings form; *team* provides the defaults of what the person did not select.

    With *joins* the weekly question is selected for a person who has not joined.
    """
    person = person_data.clinician
    rule = person.rule or team.checkin_rule
    pause_end = person.paused_until.isoformat() if person.paused_until else ""
    body: tuple[Element, ...] = (
        Text(words.translate("home.settings.intro")),
        _build_joined_choice(words, has_joined=person.has_joined or joins),
        _build_weekday_choice(words, rule.weekday),
        TimeField(
            "time",
            words.translate("home.settings.time"),
            f"{rule.local_time:%H:%M}",
            hint=words.translate("home.settings.time_hint"),
        ),
        _build_work_days_choice(words, scheduling.allowed_weekdays(person.work_days, rule)),
        DateField(
            "until",
            words.translate("home.settings.pause"),
            pause_end,
            required=False,
            hint=words.translate("home.settings.pause_hint"),
        ),
    )
    return Form(
        "settings",
        words.translate("home.settings.title"),
        body,
        submit=words.translate("home.settings.submit"),
        close=words.translate("common.cancel"),
        data=team.id,
    )


def _build_joined_choice(words: LanguagePack, *, has_joined: bool) -> ChoiceField:
    options = (
        Option("on", words.translate("home.settings.on")),
        Option("off", words.translate("home.settings.off")),
    )
    initial_codes = ("on" if has_joined else "off",)
    return ChoiceField(
        "state", words.translate("home.settings.state"), options, initial=initial_codes
    )


def _build_weekday_choice(words: LanguagePack, selected_day: int) -> ChoiceField:
    options = tuple(Option(str(day), words.weekday_name(day)) for day in range(1, 8))
    label = words.translate("home.settings.day")
    return ChoiceField("day", label, options, initial=(str(selected_day),), as_dropdown=True)


def _build_work_days_choice(words: LanguagePack, selected_days: tuple[int, ...]) -> ChoiceField:
    options = tuple(Option(str(day), words.weekday_name(day)) for day in range(1, 8))
    label, hint = (
        words.translate("home.settings.work_days"),
        words.translate("home.settings.work_days_hint"),
    )
    return ChoiceField(
        "work_days",
        label,
        options,
        max_selected=7,
        hint=hint,
        initial=tuple(map(str, selected_days)),
    )


def parse_settings(
    answers: Answers, today: date, words: LanguagePack
) -> CheckinSettings | InvalidAnswers:
    """Parse and validate the settings form; *today* is the clinician's local date.

    Raises :class:`bot.errors.UnknownAnswerError` for values that the form does not offer.
    """
    state = parse_code(answers, "state", ("on", "off"))
    day = int(parse_code(answers, "day", WEEKDAY_CODES))
    work_days = tuple(map(int, parse_codes(answers, "work_days", WEEKDAY_CODES)))
    rule = WeeklyRule(day, parse_time(answers, "time"))
    pause_end = parse_pause_end(answers, today, words) if answers.get("until") else None
    errors = dict(pause_end.errors) if isinstance(pause_end, InvalidAnswers) else {}
    if work_days and day not in work_days:
        errors["day"] = words.translate("home.settings.off_that_day")
    if is_quiet_hour(rule.local_time):
        errors["time"] = words.translate("home.settings.quiet")
    if isinstance(pause_end, InvalidAnswers) or errors:
        return InvalidAnswers(errors)
    are_default_days = set(work_days) == set(scheduling.allowed_weekdays((), rule))
    return CheckinSettings(
        state == "on",
        rule,
        pause_end,
        () if are_default_days else work_days,
    )


def build_pause_form(words: LanguagePack) -> Form:
    """Build the form that requests the end date of a pause."""
    body = (
        Text(words.translate("home.pause.intro")),
        DateField("until", words.translate("home.pause.until")),
    )
    return Form(
        "pause",
        words.translate("home.pause.title"),
        body,
        submit=words.translate("home.pause.submit"),
        close=words.translate("common.cancel"),
    )


def parse_pause_end(answers: Answers, today: date, words: LanguagePack) -> date | InvalidAnswers:
    """Parse the day on which check-ins resume: after *today*, at most :data:`MAX_PAUSE` later."""
    pause_end = parse_date(answers, "until")
    if pause_end <= today:
        return InvalidAnswers({"until": words.translate("home.pause.past")})
    if pause_end > today + MAX_PAUSE:
        return InvalidAnswers({"until": words.translate("home.pause.far")})
    return pause_end


def render_confirmation(key: str, words: LanguagePack, **facts: str) -> Message:
    """Render the private confirmation of a change; *key* is a text key below ``home.done``."""
    return _render_sentence(key, words.translate(f"home.done.{key}", **facts), words)


def _render_sentence(key: str, sentence: str, words: LanguagePack) -> Message:
    return Message(
        sentence.replace("**", ""), (Text(sentence), ActionRow(_next_step_buttons(key, words)))
    )


def render_saved_settings(person_data: PersonalData, words: LanguagePack) -> Message:
    """Render the confirmation of the saved settings."""
    if person_data.clinician.has_joined and not person_data.clinician.paused_until:
        return _render_next_checkin("saved", person_data, words)
    return render_pause_status(person_data, words)


def render_pause_status(person_data: PersonalData, words: LanguagePack) -> Message:
    """Render whether check-ins are stopped, paused until a day, undeliverable, or active."""
    if not person_data.clinician.has_joined:
        return render_confirmation("left", words)
    pause_end = person_data.clinician.paused_until
    if pause_end:
        return render_confirmation("paused", words, day=words.format_day(pause_end))
    if person_data.clinician.unreachable_reason:
        return render_confirmation("unreachable", words)
    return _render_next_checkin("resumed", person_data, words)


def render_weekly_restart(person_data: PersonalData, words: LanguagePack) -> Message:
    """Render that check-ins are weekly again, or the reason why they are not."""
    if person_data.clinician.has_joined and person_data.next_checkin_at:
        return _render_next_checkin("again", person_data, words)
    return render_pause_status(person_data, words)


def _render_next_checkin(key: str, person_data: PersonalData, words: LanguagePack) -> Message:
    return _render_sentence(key, describe_next_checkin(key, person_data, words), words)


def describe_next_checkin(key: str, person_data: PersonalData, words: LanguagePack) -> str:
    """Return the sentence *key* below ``home.done`` with the day and time of the next check-in.

    One that is due already has no day and time, which would lie in the past when it is read.
    """
    if person_data.is_checkin_due:
        return words.translate(f"home.done.{key}_due")
    return words.translate(f"home.done.{key}", **next_checkin_facts(person_data, words))


def next_checkin_facts(person_data: PersonalData, words: LanguagePack) -> dict[str, str]:
    """Return the day and time of the next check-in in the person's zone; empty without one."""
    due_at = person_data.next_checkin_at
    if due_at is None:
        return {}
    return {
        "day": words.format_day(due_at.date()),
        "time": words.format_clock_time(due_at.time()),
    }


def _next_step_buttons(key: str, words: LanguagePack) -> tuple[Button, ...]:
    privacy_button = Button("kept", words.translate("common.step.kept"))
    if key == "supervises":
        return (privacy_button,)
    if key in {"left", "unreachable"}:
        return (Button("checkin.join", words.translate("common.step.join")), privacy_button)
    if key == "paused":
        return (Button("checkin.resume", words.translate("home.step.resume")), privacy_button)
    settings_button = Button(
        "checkin.settings", words.translate("common.step.settings"), opens_form=True
    )
    return (settings_button, privacy_button)
