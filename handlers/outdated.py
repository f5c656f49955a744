"""Names of all routes of earlier releases, and the handler of those that have none any more."""

from collections.abc import Mapping

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import outdated_control, surface


def _map_unchanged(*names: str) -> dict[str, str]:
    return {name: name for name in names}


RELEASED_NAMES: Mapping[str, Mapping[str, str]] = {
    "commands": _map_unchanged("checkin", "debriefs", "help", "rupture", "supervision", "tip"),
    "forms": {
        **_map_unchanged(
            "agreement", "ask", "checkin", "debrief", "deeper", "followup", "guide", "note"
        ),
        **_map_unchanged("closing", "messages", "naming", "preview", "strained"),
        **_map_unchanged("notice", "pause", "settings", "setup", "share", "thanks", "which"),
        **_map_unchanged("erase", "withdraw"),
        "reading": "note",
        "waiting": "note",
    },
    "buttons": {
        **_map_unchanged("ask.open", "ask.preview"),
        **_map_unchanged("checkin.again", "checkin.answer", "checkin.join", "checkin.leave"),
        **_map_unchanged("checkin.menu", "checkin.now", "checkin.pause", "checkin.resume"),
        **_map_unchanged("checkin.settings"),
        **_map_unchanged("debriefs.hour", "debriefs.open", "debriefs.period", "debriefs.share"),
        **_map_unchanged("debriefs.shared"),
        **_map_unchanged(
            "debriefs.exercise", "debriefs.export", "debriefs.lines", "debriefs.method"
        ),
        **_map_unchanged("help.open", "home.copy", "home.erase", "home.language"),
        **_map_unchanged("home.open", "join", "kept", "link", "rupture.deeper", "rupture.guide"),
        **_map_unchanged("notice.menu", "notice.settings"),
        **_map_unchanged("rupture.back", "rupture.questions", "rupture.rehearse"),
        **_map_unchanged("rupture.open", "supervision.card", "supervision.introduce"),
        **_map_unchanged("supervision.close", "supervision.history", "supervision.move"),
        **_map_unchanged("supervision.name", "supervision.open", "supervision.undo"),
        **_map_unchanged("supervision.edit", "supervision.new"),
        **_map_unchanged("tip.kind", "tip.list", "tip.next", "tip.situation", "tip.today"),
        **_map_unchanged("tip.drill", "tip.drills", "tip.topic"),
    },
    "shortcuts": _map_unchanged("debrief"),
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
