"""Render what a supervisor has to know before they change a set-up: its channel, and its lists."""

from bot.content.catalogue import LanguagePack
from bot.domain.people import Team
from bot.elements import Banner


def render_setup_banners(
    team: Team | None,
    words: LanguagePack,
    *,
    is_last_message_undelivered: bool,
    unlisted_count: int,
) -> tuple[Banner, ...]:
    """Render the state of the channel, and how many people count nowhere after the close.

    The number follows from the lists; it says nothing of who they are or what they filed.
    """
    banners: list[Banner] = []
    if team and team.unreachable_reason:
        banners.append(Banner(words.translate("supervision.form.unreachable")))
    elif is_last_message_undelivered:
        banners.append(Banner(words.translate("supervision.form.undelivered")))
    if unlisted_count:
        banners.append(Banner(words.translate("supervision.form.unlisted", count=unlisted_count)))
    return tuple(banners)
