"""The right that each handler requires: one table, so that no handler is registered without one."""

from collections.abc import Mapping

from bot.domain.people import Right
from handlers import (
    checkin,
    debriefs,
    help,  # noqa: A004 - the command's own name
    home,
    join,
    preferences,
    rupture,
    supervision,
    tip,
)
from handlers.rights import Handler, require_right

RIGHTS: Mapping[Handler, Right] = {
    checkin.open_checkin_form: Right.CLINICIAN,
    checkin.submit_checkin: Right.CLINICIAN,
    checkin.submit_follow_up: Right.CLINICIAN,
    debriefs.show_counts: Right.MEMBER,
    debriefs.show_period: Right.READER,
    debriefs.submit_agreement: Right.READER,
    help.close_read_form: Right.PUBLIC,
    help.show_checkin_help: Right.PUBLIC,
    help.show_debriefs_help: Right.PUBLIC,
    help.show_help: Right.PUBLIC,
    help.show_privacy_notice: Right.PUBLIC,
    help.show_rupture_help: Right.PUBLIC,
    help.show_supervision_help: Right.PUBLIC,
    home.show_home: Right.MEMBER,
    home.submit_language: Right.MEMBER,
    join.join_checkins: Right.JOINER,
    preferences.leave_checkins: Right.PUBLIC,
    preferences.open_pause_form: Right.JOINER,
    preferences.open_settings: Right.JOINER,
    preferences.restart_weekly_checkins: Right.CLINICIAN,
    preferences.resume_checkins: Right.CLINICIAN,
    preferences.submit_menu_choice: Right.CLINICIAN,
    preferences.submit_pause: Right.CLINICIAN,
    preferences.submit_settings: Right.JOINER,
    rupture.open_debrief_form: Right.MEMBER,
    rupture.open_debrief_withdrawal_form: Right.PUBLIC,
    rupture.open_deeper_form: Right.PUBLIC,
    rupture.open_guide_chooser: Right.PUBLIC,
    rupture.show_guide: Right.PUBLIC,
    rupture.submit_debrief: Right.MEMBER,
    rupture.submit_debrief_withdrawal: Right.PUBLIC,
    rupture.submit_deeper_form: Right.PUBLIC,
    supervision.open_chosen_setup: Right.EDITOR,
    supervision.open_setup: Right.MEMBER,
    supervision.repeat_introduction: Right.EDITOR,
    supervision.submit_setup: Right.EDITOR,
    tip.show_card_ahead: Right.PUBLIC,
    tip.show_cards_of_kind: Right.PUBLIC,
    tip.show_next_card: Right.PUBLIC,
    tip.show_todays_card: Right.PUBLIC,
    tip.show_topic: Right.PUBLIC,
    tip.show_topics: Right.PUBLIC,
    tip.show_usage: Right.PUBLIC,
}
"""The right that each handler requires. A handler that is not listed cannot be registered."""


def check_right(handler: Handler) -> Handler:
    """Wrap *handler* so that its right is checked first; KeyError for a handler without one."""
    return require_right(handler, RIGHTS[handler])
