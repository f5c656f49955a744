"""Render a person's home page: introduction, next check-in and all data stored about them."""

from bot.content.catalogue import Catalogue, LanguagePack
from bot.domain.checkins import joining
from bot.domain.checkins.frequency import STOP_AFTER_UNANSWERED
from bot.domain.checkins.questions import encode_checkin_data
from bot.domain.person import own_data, personal_data, privacy_notice, ten_minutes
from bot.domain.person.personal_data import PersonalData
from bot.domain.teams import oversight
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    Confirmation,
    Divider,
    Element,
    Heading,
    Home,
    Option,
    OverflowMenu,
    Text,
)

Body = tuple[Element, ...]


def offered_languages(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Return the tag and the display name of each language of *catalogue*."""
    return tuple((tag, catalogue.get_pack(tag).display_name) for tag in catalogue.languages)


def render_home_page(
    person_data: PersonalData, words: LanguagePack, languages: tuple[tuple[str, str], ...]
) -> Home:
    """Render the home page for any person: clinician, supervisor or a person without a team.

    *languages* are the tags and display names of the available languages.
    """
    return Home(
        (
            *_render_welcome(person_data, words),
            *_render_roles(person_data, words),
            Divider(),
            *_render_next_checkin(person_data, words),
            *_render_checkin_in_doubt(person_data, words),
            *_render_undelivered_banner(person_data, words),
            Divider(),
            Heading(words.translate("home.see.heading")),
            Text(
                words.join_sentences(
                    privacy_notice.policy_sentences(
                        words,
                        person_data.team,
                        person_data.next_release,
                        counted_from=person_data.counted_from,
                        moved_until=person_data.moved_until,
                    )
                )
            ),
            Divider(),
            *_render_personal_data(person_data, words, languages),
            Divider(),
            *_render_help(words),
        )
    )


def _render_welcome(person_data: PersonalData, words: LanguagePack) -> Body:
    debrief_button = Button(
        "rupture.open", words.translate("common.step.debrief"), primary=True, opens_form=True
    )
    tip_button = Button("tip.today", words.translate("common.step.tip"), opens_form=True)
    # The same button as in a guide: to ask for ten minutes proves no debrief.
    ask_buttons = (ten_minutes.build_ask_button(words),) if person_data.supervisor_ids else ()
    return (
        Heading(words.translate("home.intro.heading")),
        Text(words.translate("home.intro.text")),
        ActionRow((debrief_button, tip_button, *ask_buttons)),
    )


def _render_roles(person_data: PersonalData, words: LanguagePack) -> Body:
    buttons: list[Button] = []
    sentences: list[str] = []
    if person_data.readable_teams:
        sentences.append(words.translate("home.counts.text"))
        buttons.append(Button("debriefs.open", words.translate("common.step.counts")))
    if person_data.supervised_teams:
        sentences.append(words.translate("home.supervision.text"))
    if person_data.supervised_teams or person_data.unsupervised_teams:
        label = words.translate("common.step.supervision")
        buttons.append(Button("supervision.open", label, opens_form=True))
    if person_data.notice_team:
        buttons.append(
            Button("notice.settings", words.translate("notice.change_home"), opens_form=True)
        )
    if not buttons:
        return ()
    return (
        Divider(),
        Text(words.join_sentences(sentences)),
        *_render_unreachable_banner(person_data, words),
        *_render_incomplete_teams(person_data, words),
        ActionRow(tuple(buttons)),
    )


def _render_incomplete_teams(person_data: PersonalData, words: LanguagePack) -> Body:
    """List to a director the teams that lack a supervisor or a card; no figure of any team.

    Where the product reports no admin, the director may name a supervisor.
    """
    has_admins = oversight.reports_admins(person_data.clinician.person.workspace)
    remedy = "by_admin" if has_admins else "by_director"
    return tuple(
        Banner(words.translate(key, teams=words.join_items(team.name for team in teams)), "info")
        for key, teams in (
            (f"home.direction.unsupervised_{remedy}", person_data.unsupervised_teams),
            ("home.direction.cardless", person_data.cardless_teams),
        )
        if teams
    )


def _render_unreachable_banner(person_data: PersonalData, words: LanguagePack) -> Body:
    """Show a supervisor the names of teams whose channel rejects messages, or rejected the last."""
    unreachable_teams = [team for team in person_data.supervised_teams if team.unreachable_reason]
    failed_teams = [team for team in person_data.undelivered_teams if not team.unreachable_reason]
    return tuple(
        Banner(words.translate(key, teams=words.join_items(team.name for team in teams)))
        for key, teams in (
            ("home.supervision.closed", unreachable_teams),
            ("home.supervision.undelivered", failed_teams),
        )
        if teams
    )


def _render_undelivered_banner(person_data: PersonalData, words: LanguagePack) -> Body:
    """Show a person whose messages go on that the last one could not be delivered."""
    clinician = person_data.clinician
    is_shown = person_data.is_last_message_undelivered and not clinician.unreachable_reason
    return (Banner(words.translate("home.next.undelivered")),) if is_shown else ()


def _render_next_checkin(person_data: PersonalData, words: LanguagePack) -> Body:
    heading = Heading(words.translate("home.next.heading"))
    if next_question := joining.render_next_question(person_data, words):
        buttons = (
            joining.build_question_button(words),
            *_build_checkin_buttons(person_data, words),
        )
        return (heading, *next_question, ActionRow(buttons))
    if (
        person_data.clinician.has_joined
        and person_data.clinician.unanswered_count >= STOP_AFTER_UNANSWERED
    ):
        restart_button = Button("checkin.again", words.translate("common.step.again"), primary=True)
        stopped_text = Text(words.translate("home.next.silent"))
        return (
            heading,
            stopped_text,
            ActionRow(
                (
                    restart_button,
                    joining.build_question_button(words),
                    *_build_checkin_buttons(person_data, words),
                )
            ),
        )
    invite_text = Text(words.translate("home.next.invite"))
    if person_data.team is None:
        return (heading, invite_text, Caption(words.translate("home.next.how_to_join")))
    join_button = Button("checkin.join", words.translate("common.step.join"))
    return (
        heading,
        invite_text,
        ActionRow((join_button, joining.build_question_button(words))),
    )


def _render_checkin_in_doubt(person_data: PersonalData, words: LanguagePack) -> Body:
    """Offer this week's question where it is not known whether its message was posted.

    The offer stays for the week, answered or not: an answer is not stored.
    """
    if person_data.checkin_in_doubt is None:
        return ()
    week, sign_code = person_data.checkin_in_doubt
    answer_button = Button(
        "checkin.answer",
        words.translate("home.step.answer"),
        encode_checkin_data(week, words.get_sign(sign_code)),
        primary=True,
        opens_form=True,
    )
    return (Text(words.translate("home.next.in_doubt")), ActionRow((answer_button,)))


def _build_checkin_buttons(person_data: PersonalData, words: LanguagePack) -> tuple[Button, ...]:
    is_paused = person_data.clinician.paused_until is not None
    pause_button = (
        Button("checkin.resume", words.translate("home.step.resume"))
        if is_paused
        else Button("checkin.pause", words.translate("home.step.pause"), opens_form=True)
    )
    settings_button = Button(
        "checkin.settings", words.translate("common.step.settings"), opens_form=True
    )
    leave_button = Button(
        "checkin.leave",
        words.translate("home.step.leave"),
        confirmation=_build_leave_confirm(words),
    )
    return (settings_button, pause_button, leave_button)


def _build_leave_confirm(words: LanguagePack) -> Confirmation:
    return Confirmation(
        *(words.translate(f"home.leave.{part}") for part in ("title", "text", "yes", "no"))
    )


def _render_personal_data(
    person_data: PersonalData, words: LanguagePack, languages: tuple[tuple[str, str], ...]
) -> Body:
    lines = "\n".join(
        f"• {line}" for line in personal_data.describe_personal_data(person_data, words)
    )
    heading = Heading(words.translate("home.mine.heading"))
    body: Body = (heading, Text(lines), own_data.build_buttons(words))
    if len(languages) > 1:
        options = tuple(Option(tag, name) for tag, name in languages)
        menu = OverflowMenu("home.language", words.translate("home.language.label"), options)
        return (*body, ActionRow((menu,)))
    return body


def _render_help(words: LanguagePack) -> Body:
    buttons = (
        Button("help.open", words.translate("common.step.help"), opens_form=True),
        Button("kept", words.translate("common.step.kept"), opens_form=True),
    )
    return (
        Heading(words.translate("home.help.heading")),
        Text(words.translate("home.help.text")),
        ActionRow(buttons),
        Caption(words.translate("source.attribution", url=words.references["source"].url)),
    )
