"""Joining the weekly check-in: the invitation, and what happens next after one tap."""

from bot.content.catalogue import LanguagePack
from bot.domain.checkins import preferences
from bot.domain.people import Team
from bot.domain.person.personal_data import PersonalData
from bot.elements import ActionRow, Button, Caption, Message, Text

JOINING_DATA = "join"
"""The data of the settings button of an invitation: the weekly question is selected in its form."""


def render_invitation(person_data: PersonalData, team: Team, words: LanguagePack) -> Message:
    """Render the invitation for a person who has not joined: one tap joins, with no form.

    The day and time are the team's, unless the person selected others before. The question on
    demand is offered to people on a team's list alone: a form of any other stores nothing.
    """
    rule = person_data.clinician.rule or team.checkin_rule
    rhythm = words.translate(
        "home.invitation.rhythm",
        weekday=words.weekday_name(rule.weekday),
        time=words.format_clock_time(rule.local_time),
    )
    question_buttons = (build_question_button(words),) if person_data.team else ()
    return Message(
        words.translate("home.settings.title"),
        (
            Text(words.translate("home.next.invite")),
            Text(rhythm),
            ActionRow(
                (
                    Button("checkin.join", words.translate("common.step.join"), primary=True),
                    Button(
                        "checkin.settings",
                        words.translate("home.invitation.other"),
                        JOINING_DATA,
                        opens_form=True,
                    ),
                    *question_buttons,
                    Button("kept", words.translate("common.step.kept")),
                )
            ),
        ),
    )


def build_question_button(words: LanguagePack) -> Button:
    """Build the button that opens this week's question on demand."""
    return Button("checkin.now", words.translate("common.step.question"), opens_form=True)


def find_weekly_step(person_data: PersonalData) -> str:
    """Return the step by which a person is asked weekly: ``join``, ``again``, or ``""``."""
    if not person_data.clinician.has_joined:
        return "join"
    return "again" if person_data.is_frequency_reduced else ""


def render_join_result(outcome: str, person_data: PersonalData, words: LanguagePack) -> Message:
    """Render the result of joining: ``joined``, ``already``, ``elsewhere`` or ``supervises``.

    It says when the next question comes and how to move it, and to a person who does not count
    yet from which day on they do.
    """
    if outcome == "supervises":
        return preferences.render_confirmation(outcome, words)
    texts = _render_outcome(outcome, person_data, words)
    buttons = (
        Button("checkin.settings", words.translate("common.step.settings"), opens_form=True),
        build_question_button(words),
        Button("kept", words.translate("common.step.kept")),
    )
    return Message(
        texts[0].text.replace("**", ""),
        (
            *texts,
            *_render_move(person_data, words),
            *_render_counted_from(person_data, words),
            ActionRow(buttons),
        ),
    )


def _render_outcome(
    outcome: str, person_data: PersonalData, words: LanguagePack
) -> tuple[Text, ...]:
    if outcome == "already":
        already = Text(words.translate("home.done.already"))
        return (already, *render_next_question(person_data, words))
    joined = preferences.describe_next_checkin("joined", person_data, words)
    if outcome == "elsewhere" and person_data.team:
        home_team = words.translate("home.done.elsewhere", team=person_data.team.name)
        return (Text(home_team), Text(joined))
    return (Text(joined),)


def render_next_question(person_data: PersonalData, words: LanguagePack) -> tuple[Text, ...]:
    """Render when the next question comes: a day and time after now, or that it is on its way."""
    if person_data.is_checkin_due:
        return (Text(words.translate("home.next.due")),)
    facts = preferences.next_checkin_facts(person_data, words)
    return (Text(words.translate("home.next.at", **facts)),) if facts else ()


def _render_move(person_data: PersonalData, words: LanguagePack) -> tuple[Text, ...]:
    """Render the weekly day and time, whose they are, and how to move them."""
    rule, team = person_data.clinician.rule, person_data.team
    if team is None:
        return ()
    used_rule = rule or team.checkin_rule
    return (
        Text(
            words.translate(
                f"home.invitation.{'move_own' if rule else 'move_team'}",
                weekday=words.weekday_name(used_rule.weekday),
                time=words.format_clock_time(used_rule.local_time),
                settings=words.translate("common.step.settings"),
            )
        ),
    )


def _render_counted_from(person_data: PersonalData, words: LanguagePack) -> tuple[Caption, ...]:
    if person_data.counted_from is None:
        return ()
    day = words.format_day(person_data.counted_from)
    return (Caption(words.translate("home.done.counted_from", day=day)),)
