"""Names of all routes of earlier releases, and the handler of those that have none any more."""

from collections.abc import Mapping

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import outdated_control, surface


def _keep_names(*names: str) -> dict[str, str]:
    return {name: name for name in names}


RELEASED_NAMES: Mapping[str, Mapping[str, str]] = {
    "commands": _keep_names("checkin", "debriefs", "help", "rupture", "supervision", "tip"),
    "forms": {
        **_keep_names(
            "agreement", "ask", "checkin", "debrief", "deeper", "followup", "guide", "note"
        ),
        **_keep_names("closing", "messages", "naming", "preview", "strained"),
        **_keep_names("notice", "pause", "settings", "setup", "share", "thanks", "which"),
        **_keep_names("erase", "withdraw"),
        "reading": "note",
        "waiting": "note",
    },
    "buttons": {
        **_keep_names("ask.open", "ask.preview"),
        **_keep_names("checkin.again", "checkin.answer", "checkin.join", "checkin.leave"),
        **_keep_names("checkin.menu", "checkin.now", "checkin.pause", "checkin.resume"),
        **_keep_names("checkin.settings"),
        **_keep_names("debriefs.hour", "debriefs.open", "debriefs.period", "debriefs.share"),
        **_keep_names("debriefs.shared"),
        **_keep_names("debriefs.exercise", "debriefs.export", "debriefs.lines", "debriefs.method"),
        **_keep_names("help.open", "home.copy", "home.erase", "home.language"),
        **_keep_names("home.open", "join", "kept", "link", "rupture.deeper", "rupture.guide"),
        **_keep_names("notice.menu", "notice.settings"),
        **_keep_names("rupture.back", "rupture.questions", "rupture.rehearse"),
        **_keep_names("rupture.open", "supervision.card", "supervision.introduce"),
        **_keep_names("supervision.close", "supervision.history", "supervision.move"),
        **_keep_names("supervision.name", "supervision.open", "supervision.undo"),
        **_keep_names("supervision.edit", "supervision.new"),
        **_keep_names("tip.kind", "tip.list", "tip.next", "tip.situation", "tip.today"),
        **_keep_names("tip.drill", "tip.drills", "tip.topic"),
    },
    "shortcuts": _keep_names("debrief"),
}
"""By routing table, a dict from each name in messages and forms of any release to the present one.

A message stays in a chat for years, so a key is never deleted here and never reused with another
meaning. The value is ``""`` without a handler of the same meaning: the person is then shown that
the control is from an older version.
"""


async def show_outdated_notice(request: Request, context: Context) -> Reply:
    """Show that the control is from an older version; nothing is written."""
    words = context.catalogue.get_pack(request.language)
    return surface.as_message_or_form(
        request, words, words.translate("outdated.title"), outdated_control.render_notice(words)
    )
