"""A clinician's own check-in settings: the forms that change them, and what is said after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.calendar import WeeklyRule, is_quiet_hour
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
from bot.errors import UnknownAnswerError

MAX_PAUSE = timedelta(days=366)
"""How far ahead a pause may reach; whoever wants longer is better served by leaving."""

SNOOZE_DURATIONS = {f"snooze{weeks}": timedelta(weeks=weeks) for weeks in (1, 2, 4)}
"""The rests that one tap gives, by the menu's codes."""

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class CheckinSettings:
    """What a clinician chose for themselves: joined or not, when, and rested until.

    ``work_days`` are those on which they work, ``()`` for the usual ones.
    """

    has_joined: bool
    rule: WeeklyRule
    paused_until: date | None
    work_days: tuple[int, ...] = ()


def build_settings_form(person_data: PersonalData, team: Team, words: LanguagePack) -> Form:
    """Show a clinician their own check-in settings; *team* gives what they did not choose."""
    person = person_data.clinician
    rule = person.rule or team.checkin_rule
    rests = person.paused_until.isoformat() if person.paused_until else ""
    body: tuple[Element, ...] = (
        Text(words.translate("home.settings.intro")),
        _build_joined_choice(words, has_joined=person.has_joined),
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
            rests,
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
    chosen = ("on" if has_joined else "off",)
    return ChoiceField("state", words.translate("home.settings.state"), options, initial=chosen)


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
    """Read the settings form; *today* is the clinician's own.

    Raises :class:`bot.errors.UnknownAnswerError` on what the form does not offer.
    """
    state, day, works = (
        _single_answer(answers, "state"),
        _single_answer(answers, "day"),
        answers.get("work_days", ()),
    )
    if state not in {"on", "off"} or not set("1234567").issuperset({day, *works}):
        raise UnknownAnswerError
    rests = parse_pause_end(answers, today, words) if answers.get("until") else None
    rule = WeeklyRule(int(day), parse_clock_time(_single_answer(answers, "time")))
    wrong = dict(rests.errors) if isinstance(rests, InvalidAnswers) else {}
    if works and day not in works:
        wrong["day"] = words.translate("home.settings.off_that_day")
    if is_quiet_hour(rule.local_time):
        wrong["time"] = words.translate("home.settings.quiet")
    if isinstance(rests, InvalidAnswers) or wrong:
        return InvalidAnswers(wrong)
    usual = set(map(int, works)) == set(scheduling.allowed_weekdays((), rule))
    return CheckinSettings(
        state == "on", rule, rests, () if usual else tuple(sorted(map(int, works)))
    )


def build_pause_form(words: LanguagePack) -> Form:
    """Ask until when a clinician's check-ins rest."""
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
    """Read the day on which check-ins come back: after today, within twelve months."""
    try:
        until = date.fromisoformat(_single_answer(answers, "until"))
    except ValueError:
        raise UnknownAnswerError from None
    if until <= today:
        return InvalidAnswers({"until": words.translate("home.pause.past")})
    if until > today + MAX_PAUSE:
        return InvalidAnswers({"until": words.translate("home.pause.far")})
    return until


def parse_clock_time(text: str) -> time:
    """Read ``HH:MM``; raises :class:`bot.errors.UnknownAnswerError` on anything else."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a local time of day
    except ValueError:
        raise UnknownAnswerError from None


def _single_answer(answers: Answers, field_id: str) -> str:
    values = answers.get(field_id, ())
    return values[0] if len(values) == 1 else ""


def render_confirmation(key: str, words: LanguagePack, **facts: str) -> Message:
    """Say, to the clinician alone, what a step changed; *key* is one of ``home.done``."""
    sentence = words.translate(f"home.done.{key}", **facts)
    return Message(
        sentence.replace("**", ""), (Text(sentence), ActionRow(_next_step_buttons(key, words)))
    )


def render_join_result(outcome: str, person_data: PersonalData, words: LanguagePack) -> Message:
    """Say what joining came to: ``joined``, ``already``, ``elsewhere`` or ``supervises``."""
    return render_confirmation(outcome, words, **_next_checkin_facts(person_data, words))


def render_saved_settings(person_data: PersonalData, words: LanguagePack) -> Message:
    """Say what a clinician's settings are from now on."""
    if person_data.clinician.has_joined and not person_data.clinician.paused_until:
        return render_confirmation("saved", words, **_next_checkin_facts(person_data, words))
    return render_pause_status(person_data, words)


def render_pause_status(person_data: PersonalData, words: LanguagePack) -> Message:
    """Say until when check-ins rest, or that they no longer do."""
    if not person_data.clinician.has_joined:
        return render_confirmation("left", words)
    until = person_data.clinician.paused_until
    if until:
        return render_confirmation("paused", words, day=words.format_day(until))
    if person_data.clinician.unreachable_reason:
        return render_confirmation("unreachable", words)
    return render_confirmation("resumed", words, **_next_checkin_facts(person_data, words))


def render_weekly_restart(person_data: PersonalData, words: LanguagePack) -> Message:
    """Say that check-ins come weekly again, or why they do not."""
    if person_data.clinician.has_joined and person_data.next_checkin_at:
        return render_confirmation("again", words, **_next_checkin_facts(person_data, words))
    return render_pause_status(person_data, words)


def _next_checkin_facts(person_data: PersonalData, words: LanguagePack) -> dict[str, str]:
    """The person's team, and the next check-in's day and time in their own zone."""
    team, at = person_data.team, person_data.next_checkin_at
    next_one = (
        {"day": words.format_day(at.date()), "time": words.format_clock_time(at.time())}
        if at
        else {}
    )
    return {"team": team.name if team else "", **next_one}


def _next_step_buttons(key: str, words: LanguagePack) -> tuple[Button, ...]:
    kept = Button("kept", words.translate("common.step.kept"))
    if key == "supervises":
        return (kept,)
    if key in {"left", "unreachable"}:
        return (Button("checkin.join", words.translate("common.step.join")), kept)
    if key == "paused":
        return (Button("checkin.resume", words.translate("home.step.resume")), kept)
    own = Button("checkin.settings", words.translate("common.step.settings"), opens_form=True)
    return (own, kept)
