"""Command routing and the other handler tables: forms, buttons, shortcuts, home page, events."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import ChatEvent, Reply, Request, RequestStep
from bot.domain import tips
from bot.domain.people import Right
from bot.keywords import Keywords
from handlers import (
    checkin,
    debriefs,
    drill,
    events,
    external,
    help,  # noqa: A004 - the command's own name
    home,
    hour,
    join,
    notice,
    outdated,
    oversight,
    preferences,
    rights,
    rupture,
    supervision,
    team_changes,
    ten_minutes,
    tip,
)
from handlers.rights import Handler


@dataclass(frozen=True)
class Command:
    """A command's handlers: without a keyword, for each of its keywords, and for any other words.

    ``topic_handler`` handles the topic keywords under which the catalogue files its cards.
    ``exact_keywords`` contains the keywords that change data with no form to confirm the change:
    when more words follow one of them, ``fallback_handler`` handles the request instead.
    """

    default_handler: Handler
    keyword_handlers: Mapping[str, Handler]
    fallback_handler: Handler
    topic_handler: Handler | None = None
    exact_keywords: frozenset[str] = frozenset()

    def accepted_keywords(self, catalogue: Catalogue) -> Keywords:
        """Return the keywords that an adapter may pass on.

        An adapter discards all other words, so that no typed text enters the bot.
        """
        packs = (
            [catalogue.get_pack(tag) for tag in catalogue.languages] if self.topic_handler else []
        )
        keywords = frozenset(self.keyword_handlers).union(
            *(tips.topics_by_keyword(pack) for pack in packs)
        )
        return Keywords(keywords, self.exact_keywords)

    async def handle_request(self, request: Request, context: Context) -> Reply:
        """Dispatch *request* to the handler of its keyword."""
        handler = self.keyword_handlers.get(request.keyword, self.fallback_handler)
        if not request.keyword:
            handler = self.default_handler
        elif self.topic_handler and request.keyword in tips.topics_by_keyword(
            context.catalogue.get_pack(request.language)
        ):
            handler = self.topic_handler
        return await _check_right(handler)(request, context)


RIGHTS: Mapping[Handler, Right] = {
    checkin.open_checkin_form: Right.CLINICIAN,
    checkin.open_current_question: Right.CLINICIAN,
    checkin.submit_checkin: Right.CLINICIAN,
    checkin.submit_follow_up: Right.CLINICIAN,
    debriefs.show_counts: Right.MEMBER,
    debriefs.show_exercise: Right.READER,
    debriefs.show_export: Right.SUPERVISOR,
    debriefs.show_method: Right.READER,
    debriefs.show_period: Right.READER,
    debriefs.submit_agreement: Right.READER,
    drill.show_drill: Right.PUBLIC,
    drill.show_drill_list: Right.PUBLIC,
    drill.show_first_drill: Right.PUBLIC,
    help.close_read_form: Right.PUBLIC,
    help.show_checkin_help: Right.PUBLIC,
    help.show_debriefs_help: Right.PUBLIC,
    help.show_help: Right.PUBLIC,
    help.show_privacy_notice: Right.PUBLIC,
    help.show_rupture_help: Right.PUBLIC,
    help.show_supervision_help: Right.PUBLIC,
    home.show_home: Right.MEMBER,
    home.submit_language: Right.MEMBER,
    hour.open_share_form: Right.SUPERVISOR,
    hour.show_plan: Right.SUPERVISOR,
    hour.show_share_status: Right.SUPERVISOR,
    hour.submit_share: Right.SUPERVISOR,
    join.join_checkins: Right.JOINER,
    notice.open_settings: Right.SUPERVISOR,
    notice.submit_menu_choice: Right.SUPERVISOR,
    notice.submit_settings: Right.SUPERVISOR,
    oversight.show_history: Right.OVERSEER,
    preferences.leave_checkins: Right.PUBLIC,
    preferences.open_pause_form: Right.JOINER,
    preferences.open_settings: Right.JOINER,
    preferences.open_settings_or_invitation: Right.JOINER,
    preferences.restart_weekly_checkins: Right.CLINICIAN,
    preferences.resume_checkins: Right.CLINICIAN,
    preferences.submit_menu_choice: Right.CLINICIAN,
    preferences.submit_pause: Right.CLINICIAN,
    preferences.submit_settings: Right.JOINER,
    rupture.open_debrief_form: Right.MEMBER,
    rupture.open_debrief_withdrawal_form: Right.PUBLIC,
    rupture.open_deeper_form: Right.PUBLIC,
    rupture.open_guide_chooser: Right.PUBLIC,
    rupture.show_all_deeper_questions: Right.PUBLIC,
    rupture.show_guide: Right.PUBLIC,
    rupture.show_guide_again: Right.PUBLIC,
    rupture.submit_debrief: Right.MEMBER,
    rupture.submit_debrief_withdrawal: Right.PUBLIC,
    rupture.submit_deeper_form: Right.PUBLIC,
    supervision.open_chosen_setup: Right.EDITOR,
    supervision.open_setup: Right.MEMBER,
    supervision.repeat_introduction: Right.SETTER,
    supervision.retry_introduction: Right.SETTER,
    supervision.submit_setup: Right.EDITOR,
    team_changes.open_closing_form: Right.EDITOR,
    team_changes.submit_closing: Right.EDITOR,
    team_changes.submit_move: Right.EDITOR,
    ten_minutes.open_choice_form: Right.CLINICIAN,
    ten_minutes.open_preview_form: Right.CLINICIAN,
    ten_minutes.submit_request: Right.CLINICIAN,
    tip.show_card_ahead: Right.PUBLIC,
    tip.show_cards_of_kind: Right.PUBLIC,
    tip.show_listed_topic: Right.PUBLIC,
    tip.show_next_card: Right.PUBLIC,
    tip.show_situation: Right.PUBLIC,
    tip.show_todays_card: Right.PUBLIC,
    tip.show_topic: Right.PUBLIC,
    tip.show_topics: Right.PUBLIC,
    tip.show_usage: Right.PUBLIC,
}
"""The right that each handler requires. A handler that is not listed cannot be registered."""


def _check_right(handler: Handler) -> Handler:
    """Wrap *handler* so that its right is checked first; KeyError for a handler without one."""
    refusal = external.show_home if handler is home.show_home else external.refuse_request
    return rights.require_right(handler, RIGHTS[handler], refuse_external=refusal)


def _ignore_closed_form(handler: Handler) -> Handler:
    """Wrap *handler* so that a request from a closed form returns ``None``."""
    handle_open_form = _check_right(handler)

    async def handle_form(request: Request, context: Context) -> Reply:
        is_closed = request.step is RequestStep.CLOSED
        return None if is_closed else await handle_open_form(request, context)

    return handle_form


COMMANDS: Mapping[str, Command] = {
    "tip": Command(
        tip.show_todays_card,
        {
            "next": tip.show_next_card,
            "list": tip.show_topics,
            "help": tip.show_usage,
            "practice": drill.show_first_drill,
            "pratique": drill.show_first_drill,
            "练习": drill.show_first_drill,
        },
        fallback_handler=tip.show_usage,
        topic_handler=tip.show_topic,
    ),
    "rupture": Command(
        rupture.open_debrief_form,
        {
            "guide": rupture.open_guide_chooser,
            "withdraw": rupture.open_debrief_withdrawal_form,
            "retirer": rupture.open_debrief_withdrawal_form,
            "help": help.show_rupture_help,
        },
        fallback_handler=rupture.open_debrief_form,
    ),
    "checkin": Command(
        preferences.open_settings_or_invitation,
        {
            "now": checkin.open_current_question,
            "maintenant": checkin.open_current_question,
            "join": join.join_checkins,
            "participer": join.join_checkins,
            "pause": preferences.open_pause_form,
            "leave": preferences.leave_checkins,
            "help": help.show_checkin_help,
        },
        fallback_handler=help.show_checkin_help,
        exact_keywords=frozenset({"join", "participer", "leave"}),
    ),
    "debriefs": Command(
        debriefs.show_counts,
        {"hour": hour.show_plan, "export": debriefs.show_export, "help": help.show_debriefs_help},
        fallback_handler=help.show_debriefs_help,
    ),
    "supervision": Command(
        supervision.open_setup,
        {"help": help.show_supervision_help},
        fallback_handler=help.show_supervision_help,
    ),
    "help": Command(help.show_help, {}, fallback_handler=help.show_help),
}

FORMS: Mapping[str, Handler] = {
    name: _ignore_closed_form(handler)
    for name, handler in {
        "agreement": debriefs.submit_agreement,
        "ask": ten_minutes.submit_request,
        "checkin": checkin.submit_checkin,
        "closing": team_changes.submit_closing,
        "debrief": rupture.submit_debrief,
        "deeper": rupture.submit_deeper_form,
        "followup": checkin.submit_follow_up,
        "guide": rupture.show_guide,
        "messages": notice.submit_settings,
        "note": help.close_read_form,
        "notice": help.close_read_form,
        "pause": preferences.submit_pause,
        "reading": help.close_read_form,
        "settings": preferences.submit_settings,
        "setup": supervision.submit_setup,
        "share": hour.submit_share,
        "thanks": help.close_read_form,
        "waiting": help.close_read_form,
        "which": supervision.open_chosen_setup,
        "withdraw": rupture.submit_debrief_withdrawal,
    }.items()
}

BUTTONS: Mapping[str, Handler] = {
    name: _check_right(handler)
    for name, handler in {
        "ask.open": ten_minutes.open_choice_form,
        "ask.preview": ten_minutes.open_preview_form,
        "checkin.again": preferences.restart_weekly_checkins,
        "checkin.answer": checkin.open_checkin_form,
        "checkin.join": join.join_checkins,
        "checkin.leave": preferences.leave_checkins,
        "checkin.menu": preferences.submit_menu_choice,
        "checkin.now": checkin.open_current_question,
        "checkin.pause": preferences.open_pause_form,
        "checkin.resume": preferences.resume_checkins,
        "checkin.settings": preferences.open_settings,
        "debriefs.exercise": debriefs.show_exercise,
        "debriefs.export": debriefs.show_export,
        "debriefs.hour": hour.show_plan,
        "debriefs.lines": hour.show_plan,
        "debriefs.method": debriefs.show_method,
        "debriefs.open": debriefs.show_counts,
        "debriefs.period": debriefs.show_period,
        "debriefs.share": hour.open_share_form,
        "debriefs.shared": hour.show_share_status,
        "help.open": help.show_help,
        "home.language": home.submit_language,
        "home.open": home.show_home,
        "join": join.join_checkins,
        "kept": help.show_privacy_notice,
        "link": help.close_read_form,  # Slack reports a click on a link, too
        "notice.menu": notice.submit_menu_choice,
        "notice.settings": notice.open_settings,
        "rupture.back": rupture.show_guide_again,
        "rupture.deeper": rupture.open_deeper_form,
        "rupture.guide": rupture.open_guide_chooser,
        "rupture.open": rupture.open_debrief_form,
        "rupture.questions": rupture.show_all_deeper_questions,
        "supervision.card": supervision.retry_introduction,
        "supervision.close": team_changes.open_closing_form,
        "supervision.history": oversight.show_history,
        "supervision.introduce": supervision.repeat_introduction,
        "supervision.move": team_changes.submit_move,
        "supervision.open": supervision.open_setup,
        "tip.drill": drill.show_drill,
        "tip.drills": drill.show_drill_list,
        "tip.kind": tip.show_cards_of_kind,
        "tip.list": tip.show_topics,
        "tip.next": tip.show_card_ahead,
        "tip.situation": tip.show_situation,
        "tip.today": tip.show_todays_card,
        "tip.topic": tip.show_listed_topic,
    }.items()
}

SHORTCUTS: Mapping[str, Handler] = {"debrief": _check_right(rupture.open_debrief_form)}

HOME_HANDLER: Handler = _check_right(home.show_home)

UNKNOWN_ROUTE_HANDLER: Handler = outdated.show_outdated_notice

EVENT_HANDLER: Callable[[ChatEvent, Context], Awaitable[None]] = events.handle_event
