"""Iterators over every message, form and Home page of the catalogue, in one language."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.content.model import CARD_KINDS
from bot.domain import command_help, tip_list, tips
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins import acknowledgements, preferences, questions
from bot.domain.checkins.acknowledgements import CheckinAnswer, FollowUpAnswer
from bot.domain.checkins.questions import Intention
from bot.domain.codebook import ANSWER_CODES, FORM_CODES, STATUS_CODES
from bot.domain.counts import close_notice, release_rule, reports
from bot.domain.counts.close_notice import NoticeSubject
from bot.domain.counts.close_schedule import NoticePreference
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.debriefs import debrief_form, guide_layout, guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.domain.people import Clinician
from bot.domain.person import home_page, privacy_notice
from bot.domain.person.personal_data import PersonalData
from bot.domain.teams import (
    channel_move,
    setup_form,
    setup_result,
    team_removal,
    welcome_card,
)
from bot.domain.teams.channel_move import MoveFault
from bot.domain.teams.setup_result import CardStatus
from bot.domain.teams.team_removal import RemovalEffects
from bot.elements import Audience, Form, Home, Message
from tests.chat import hour_screens, joining_screens
from tests.closed_periods import CLOSED_ARCHIVES, CLOSES
from tests.sample_team import MARIE, TEAM

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = tuple(CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages)

DAY = date(2026, 9, 30)
NEXT_RELEASE, LOST_RELEASE = NextRelease(DAY), NextRelease(DAY, is_key_lost=True)
PAUSED_RELEASE = NextRelease(DAY, is_paused=True)
"""A Wednesday, in a month with a long name."""

NEW_CLINICIAN = Clinician(
    MARIE,
    language="",
    locale="",
    zone="",
    rule=None,
    paused_until=None,
    has_joined=False,
    home_team_id="",
    unanswered_count=0,
    unreachable_reason="",
)


def iter_messages(words: LanguagePack) -> Iterator[Message]:
    """Yield every message: tips, lists, usage, check-ins, reports, notices and the team's card."""
    yield from (tips.render_tip(tip, words) for tip in words.tips)
    yield from (
        tips.render_topic(topic, words, kind) for topic in words.topics for kind in CARD_KINDS
    )
    yield from (
        tip_list.render_topic_list(words),
        *(tip_list.render_situation(code, words) for code in tip_list.SITUATION_ATOMS),
        *(tips.render_tip(tip, words, Audience.TEAM) for tip in words.tips[:5]),
        tips.render_usage(words),
        privacy_notice.render_notice(words),
    )
    yield from (command_help.render_help(command, words) for command in command_help.HELP_LINES)
    yield from (setup_form.render_refusal(words), reports.render_refusal(words, on_roster=True))
    yield from (questions.render_checkin(words, "2026-W10", sign) for sign in words.signs)
    yield from (
        questions.render_checkin(words, f"2026-W{week:02}", words.signs[0]) for week in range(1, 9)
    )
    yield questions.render_checkin(words, "2026-W10", words.signs[0], DAY)
    yield questions.render_checkin(words, "2026-W10", words.signs[0], moved_until=DAY)
    yield from (_report_page(words, table) for table in _iter_tables())
    yield from (
        reports.render_report(ReportArchive(TEAM, (), next_release), None, words)
        for next_release in (NEXT_RELEASE, LOST_RELEASE, PAUSED_RELEASE)
    )
    yield from hour_screens.iter_messages(words)
    yield from _close_notices(words)
    yield from (
        welcome_card.render_introduction(TEAM, installer_id, ("U2", "U3"), words)
        for installer_id in ("", "U1")
    )
    yield from (
        preferences.render_confirmation(key, words, **_sentence_facts(words))
        for key in _acknowledgement_keys(words)
    )
    yield from joining_screens.iter_messages(words, NEW_CLINICIAN)


def _close_notices(words: LanguagePack) -> Iterator[Message]:
    """Yield the notice of a closed period in every case and scope, and each confirmation."""
    for archive in CLOSED_ARCHIVES.values():
        for scope in ("team", "practice", "teams"):
            subject = NoticeSubject(scope, "x" * 60, replace(TEAM, name="x" * 60), may_share=True)
            yield close_notice.render_notice(subject, archive, CLOSES, words)
    for is_stopped in (False, True):
        preference = NoticePreference(is_stopped=is_stopped)
        yield close_notice.render_confirmation(preference, TEAM, words)


def _acknowledgement_keys(words: LanguagePack) -> Iterator[str]:
    """Yield the key of every confirmation of a check-in setting, without its prefix."""
    prefix = "home.done."
    for key in words.sentences:
        if key.startswith(prefix) and key != "home.done.title":
            yield key.removeprefix(prefix)


def _sentence_facts(words: LanguagePack) -> dict[str, str]:
    return {
        "team": TEAM.name,
        "day": words.format_day(DAY),
        "time": words.format_clock_time(time(9, 5)),
    }


def _iter_tables() -> Iterator[release_rule.ReleasedTable]:
    """Yield a released table of each band, and of each question with each leader and none."""
    yield from (
        release_rule.parse_table(release_rule.TOTAL, f'{{"band":"{band.value}"}}')
        for band in release_rule.Band
    )
    for question, codes in ANSWER_CODES.items():
        for leader in ("", *codes):
            shares = {code: 75 if code == leader else 25 for code in codes}
            breakdown = {"leader": leader, "question": question, "shares": shares}
            yield release_rule.parse_table(release_rule.BREAKDOWN, json.dumps(breakdown))


def _report_page(words: LanguagePack, table: release_rule.ReleasedTable) -> Message:
    """Return a report of a table, with earlier tables and another team to select."""
    ages = [timedelta(weeks=4 * number) for number in range(4)]
    published = tuple(
        PublishedTable(DAY - age - ages[1], DAY - age, 4, is_pooled=True, table=table)
        for age in ages
    )
    return reports.render_report(
        ReportArchive(TEAM, published, NEXT_RELEASE, (TEAM,), reads_by_role=False),
        None,
        words,
    )


def iter_forms(words: LanguagePack) -> Iterator[Form]:
    """Yield every form, including the guide for every debrief and every deeper answer."""
    yield from (
        debrief_form.build_debrief_form(
            words,
            opening_line=words.translate("usage.discarded"),
            policy_lines=privacy_notice.policy_sentences(words, TEAM, next_release),
        )
        for next_release in (NEXT_RELEASE, LOST_RELEASE, PAUSED_RELEASE)
    )
    for facts in ({"counted_from": DAY}, {"moved_until": DAY}):
        release = NEXT_RELEASE if "moved_until" in facts else None
        lines = privacy_notice.policy_sentences(words, TEAM, release, **facts)
        yield debrief_form.build_debrief_form(words, policy_lines=lines)
    yield from (
        guide_layout.build_code_chooser_form(words),
        *_withdrawal_forms(words),
        reports.build_agreement_form(words),
    )
    yield from (
        questions.build_checkin_form(words, "2026-W10", words.signs[0], announces_message=True),
        preferences.build_pause_form(words),
    )
    closed_team = replace(TEAM, unreachable_reason="is_archived")
    yield from (
        setup_form.build_setup_form(setup_form.CurrentSetup(team), words)
        for team in (None, closed_team)
    )
    yield setup_form.build_setup_form(setup_form.CurrentSetup(TEAM, free_channel="C2"), words)
    yield from _setup_results(words)
    yield from _team_changes(words)
    yield close_notice.build_settings_form(NoticePreference(), TEAM, words)
    yield preferences.build_settings_form(PersonalData(NEW_CLINICIAN, TEAM), TEAM, words)
    yield from hour_screens.iter_forms(words)
    yield from _checkin_forms(words)
    yield from _guide_forms(words)


def _setup_results(words: LanguagePack) -> Iterator[Form]:
    yield from (setup_result.build_card_form(TEAM, status, words) for status in CardStatus)
    yield from (
        setup_result.build_saved_form(
            TEAM,
            next_release,
            words,
            card_status=CardStatus.REFUSED,
            is_question_deferred=True,
        )
        for next_release in (NEXT_RELEASE, LOST_RELEASE, PAUSED_RELEASE)
    )


def _team_changes(words: LanguagePack) -> Iterator[Form]:
    yield from (channel_move.build_move_refusal(fault, words) for fault in MoveFault)
    for effects in (RemovalEffects(TEAM, 9, DAY, 3), RemovalEffects(TEAM, 1, None, 0)):
        yield team_removal.build_removal_form(effects, words)
        yield team_removal.build_removed_form(effects, words)


def _withdrawal_forms(words: LanguagePack) -> Iterator[Form]:
    for is_key_lost in (False, True):
        yield privacy_notice.build_withdrawal_form(words, is_key_lost=is_key_lost)
        yield privacy_notice.build_withdrawn_form(words, is_key_lost=is_key_lost)


def _checkin_forms(words: LanguagePack) -> Iterator[Form]:
    sign, intention_codes = words.signs[0], _option_codes("intention", words)
    for code, intention in product(_option_codes("checkin", words), ("", *intention_codes)):
        yield acknowledgements.build_thanks_form(
            words, CheckinAnswer(code, intention), sign, "2026-W10", DAY, "join"
        )
    checkin_data = questions.encode_checkin_data("2026-W10", sign)
    for code, expires_on in product(_option_codes("followup", words), (None, DAY)):
        answer = FollowUpAnswer(code, _option_codes("tried", words))
        yield acknowledgements.build_follow_up_thanks_form(
            words, answer, "2026-W10", checkin_data, expires_on
        )
    for code in (questions.UNNAMED_INTENTION, *intention_codes):
        yield questions.build_follow_up_form(words, Intention(code, sign.code, "2026-W10", DAY))


def _guide_forms(words: LanguagePack) -> Iterator[Form]:
    filing_note = privacy_notice.filing_note(words, on_roster=True, withdrawable_until=DAY)
    for form, status in product(FORM_CODES, STATUS_CODES):
        debrief = Debrief(form, status)
        yield debrief_form.build_deeper_form(debrief, words)
        for refinement in (None, *_iter_refinements(words)):
            yield guides.build_guide_form(
                debrief, words, refinement, supervisors=("U1", "U2"), filing_note=filing_note
            )


def _iter_refinements(words: LanguagePack) -> Iterator[Refinement]:
    cues = (*_option_codes("cue_away", words), *_option_codes("cue_against", words))
    yield from (Refinement(strain=code) for code in _option_codes("strain", words))
    own_parts = (*_option_codes("mine", words), *_option_codes("mine_more", words))
    yield from (Refinement(own_parts=(code,)) for code in own_parts)
    yield from (Refinement(room=code) for code in _option_codes("room", words) if code != "one")
    yield from (Refinement(cues=(code,)) for code in cues)
    yield from (Refinement(help_code=code) for code in _option_codes("help", words))
    yield from (Refinement(clinician_state=code) for code in _option_codes("my_state", words))
    yield Refinement(is_unsafe=True)


def _option_codes(question: str, words: LanguagePack) -> tuple[str, ...]:
    return tuple(option.code for option in words.questions[question].options)


def iter_home_pages(words: LanguagePack) -> Iterator[Home]:
    """Yield the Home page of a new person, and of a person with all possible data."""
    languages = home_page.offered_languages(CATALOGUE)
    person = Clinician(
        MARIE,
        language=words.language,
        locale="",
        zone="America/Toronto",
        rule=WeeklyRule(3, time(9, 5)),
        paused_until=DAY,
        has_joined=True,
        home_team_id=TEAM.id,
        unanswered_count=6,
        unreachable_reason="user_disabled",
    )
    complete_data = PersonalData(
        person,
        TEAM,
        NEXT_RELEASE,
        Intention("I1", words.signs[0].code, "2026-W10", DAY),
        datetime(2026, 9, 30, 9, tzinfo=UTC),
        (replace(TEAM, unreachable_reason="is_archived"),),
        (TEAM,),
        (TEAM,),
        has_agreed=True,
        checkin_in_doubt=("2026-W10", words.signs[0].code),
        supervisor_ids=("U1",),
        unsupervised_teams=(TEAM,),
        cardless_teams=(TEAM,),
    )
    yield from (
        home_page.render_home_page(personal_data, words, languages)
        for personal_data in (PersonalData(NEW_CLINICIAN), complete_data)
    )
