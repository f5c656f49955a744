"""Command routing of slash commands, and routing tables: forms, buttons, home page, events."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.conversation import ChatEvent, Reply, Request, RequestStep
from bot.domain import permission_table, tips
from bot.keywords import Keywords
from handlers import (
    checkin,
    debriefs,
    drill,
    events,
    help,  # noqa: A004 - the command's own name
    home,
    hour,
    join,
    notice,
    outdated,
    oversight,
    own_data,
    preferences,
    rehearsal,
    rupture,
    setup_preview,
    supervision,
    supervision_strain,
    team_changes,
    ten_minutes,
    tip,
)
from handlers.required_rights import wrap_all_with_table_rights, wrap_with_table_right
from handlers.rights import Handler


@dataclass(frozen=True)
class Command:
    """The handlers of a slash command: default, by keyword, and fallback for any other words.

    ``topic_handler`` handles the topic keywords under which the catalogue files its cards.
    ``exact_keywords`` contains the keywords that change data with no form to confirm the change:
    when more words follow one of them, ``fallback_handler`` handles the request instead.
    """

    default_handler: Handler
    keyword_handlers: Mapping[str, Handler]
    fallback_handler: Handler
    topic_handler: Handler | None = None
    exact_keywords: frozenset[str] = frozenset()

    def build_keywords(self, *catalogues: Catalogue) -> Keywords:
        """Return the keywords that an adapter may forward, with the topics of all *catalogues*.

        An adapter discards all other words, so that no typed text reaches a handler.
        """
        packs = [
            catalogue.get_pack(tag)
            for catalogue in catalogues
            for tag in catalogue.languages
            if self.topic_handler
        ]
        keywords = frozenset(self.keyword_handlers).union(
            *(tips.topics_by_keyword(pack) for pack in packs)
        )
        return Keywords(keywords, self.exact_keywords)

    async def handle_request(self, request: Request, context: Context) -> Reply:
        """Dispatch *request* to the handler of its keyword.

        A topic that only other workspaces' catalogues have is matched against the keywords of this
        workspace again, as any other words are.
        """
        if not request.keyword:
            return await self.default_handler(request, context)
        if self.topic_handler:
            words = context.catalogue.get_pack(request.language)
            topics = tips.topics_by_keyword(words)
            if request.keyword not in {*topics, *self.keyword_handlers}:
                workspace_keywords = self.build_keywords(context.catalogue)
                request = replace(request, keyword=workspace_keywords.match(request.keyword))
            if request.keyword in topics:
                return await self.topic_handler(request, context)
        handler = self.keyword_handlers.get(request.keyword, self.fallback_handler)
        return await handler(request, context)


def _wrap_command_handlers(name: str, command: Command) -> Command:
    """Return a copy of the command *name* whose handlers are wrapped with their right checks."""

    def wrap(words: str, handler: Handler) -> Handler:
        return wrap_with_table_right("commands", f"{name} {words}".strip(), handler)

    topic_handler = command.topic_handler
    return replace(
        command,
        default_handler=wrap("", command.default_handler),
        keyword_handlers={
            keyword: wrap(keyword, handler) for keyword, handler in command.keyword_handlers.items()
        },
        fallback_handler=wrap(permission_table.OTHER_WORDS, command.fallback_handler),
        topic_handler=wrap(permission_table.TOPIC, topic_handler) if topic_handler else None,
    )


def _ignore_closed_form(handle_open_form: Handler) -> Handler:
    """Wrap the handler of a form so that a request from a closed form returns ``None``."""

    async def handle_form(request: Request, context: Context) -> Reply:
        is_closed = request.step is RequestStep.CLOSED
        return None if is_closed else await handle_open_form(request, context)

    return handle_form


_UNCHECKED_COMMANDS: Mapping[str, Command] = {
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
            "supervision": supervision_strain.open_strain_form,
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

COMMANDS: Mapping[str, Command] = {
    name: _wrap_command_handlers(name, command) for name, command in _UNCHECKED_COMMANDS.items()
}

FORMS: Mapping[str, Handler] = {
    name: _ignore_closed_form(wrap_with_table_right("forms", name, handler))
    for name, handler in {
        "agreement": debriefs.submit_agreement,
        "ask": ten_minutes.submit_request,
        "checkin": checkin.submit_checkin,
        "closing": team_changes.submit_removal,
        "debrief": rupture.submit_debrief,
        "erase": own_data.submit_erasure,
        "deeper": rupture.submit_deeper_form,
        "followup": checkin.submit_follow_up,
        "guide": rupture.show_guide,
        "messages": notice.submit_settings,
        "naming": oversight.submit_assignment,
        "note": help.close_read_form,
        "notice": help.close_read_form,
        "pause": preferences.submit_pause,
        "preview": setup_preview.apply_setup,
        "reading": help.close_read_form,
        "settings": preferences.submit_settings,
        "setup": supervision.submit_setup,
        "share": hour.submit_share,
        "strained": supervision_strain.show_strain_guide,
        "thanks": help.close_read_form,
        "waiting": help.close_read_form,
        "which": supervision.open_chosen_setup,
        "withdraw": rupture.submit_debrief_withdrawal,
    }.items()
}

BUTTONS: Mapping[str, Handler] = wrap_all_with_table_rights(
    "buttons",
    {
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
        "home.copy": own_data.open_copy,
        "home.erase": own_data.open_erasure,
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
        "rupture.rehearse": rehearsal.open_rehearsal,
        "supervision.card": supervision.retry_introduction,
        "supervision.close": team_changes.open_removal_form,
        "supervision.edit": setup_preview.edit_setup,
        "supervision.history": oversight.show_history,
        "supervision.introduce": supervision.repost_introduction,
        "supervision.move": team_changes.submit_move,
        "supervision.name": oversight.open_assignment_form,
        "supervision.new": supervision.open_chosen_setup,
        "supervision.open": supervision.open_setup,
        "supervision.undo": supervision.undo_setup,
        "tip.drill": drill.show_drill,
        "tip.drills": drill.show_drill_list,
        "tip.kind": tip.show_cards_of_kind,
        "tip.list": tip.show_topics,
        "tip.next": tip.show_card_ahead,
        "tip.situation": tip.show_situation,
        "tip.today": tip.show_todays_card,
        "tip.topic": tip.show_listed_topic,
    },
)

ROUTES_WITHOUT_DELIVERIES = frozenset(
    {
        *("checkin", "debrief", "deeper", "followup", "guide", "withdraw"),
        *("checkin.answer", "checkin.now", "rupture.deeper", "rupture.questions"),
        *(name for name in BUTTONS if name.startswith("tip.")),
    }
)
"""Forms and buttons whose handlers queue no delivery, so that the delivery worker is not woken.

They are those used most; they change sealed records at most."""

SHORTCUTS: Mapping[str, Handler] = wrap_all_with_table_rights(
    "shortcuts", {"debrief": rupture.open_debrief_form}
)

HOME_HANDLER: Handler = wrap_with_table_right("pages", "home", home.show_home)

UNKNOWN_ROUTE_HANDLER: Handler = outdated.show_outdated_notice

EVENT_HANDLER: Callable[[ChatEvent, Context], Awaitable[None]] = events.handle_event
