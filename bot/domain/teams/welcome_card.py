"""Render the introduction card of a team and the welcome card of a channel without a team."""

from bot.content.catalogue import LanguagePack
from bot.domain.people import Team
from bot.domain.teams import mentions
from bot.elements import ActionRow, Audience, Button, Caption, Element, Heading, Message, Text


def render_introduction(
    team: Team,
    setter_id: str,
    supervisor_ids: tuple[str, ...],
    words: LanguagePack,
    *,
    is_repost: bool = False,
) -> Message:
    """Render the introduction card: who posted it, who supervises the team, and a Join button.

    *setter_id* and *supervisor_ids* are product ids; a blank *setter_id* is the operator. With
    *is_repost* the setter posted an earlier card again, and may not have set the team up.
    """
    summary = words.translate("cards.intro.summary", team=team.name)
    body: tuple[Element, ...] = (
        Heading(words.translate("cards.intro.heading", team=team.name)),
        Text(_format_setter_line(setter_id, supervisor_ids, words, is_repost=is_repost)),
        Text(f"**{words.translate('cards.intro.promise')}**"),
        ActionRow(
            (
                Button("join", words.translate("common.step.join"), primary=True),
                Button("kept", words.translate("common.step.kept")),
            )
        ),
        Text(words.translate("cards.intro.offer")),
        Caption(_format_tip_schedule(team, words)),
    )
    return Message(summary, body, Audience.TEAM)


def render_welcome(adder_id: str, words: LanguagePack) -> Message:
    """Render the card for a channel without a team: who added the bot, and the next step."""
    heading = words.translate("cards.welcome.heading")
    body: tuple[Element, ...] = (
        Heading(heading),
        Text(
            words.translate("cards.welcome.added", who=mentions.mention_people((adder_id,), words))
        ),
        Text(words.translate("cards.welcome.next")),
        ActionRow((Button("kept", words.translate("common.step.kept")),)),
    )
    return Message(heading, body, Audience.TEAM)


def _format_setter_line(
    setter_id: str, supervisor_ids: tuple[str, ...], words: LanguagePack, *, is_repost: bool
) -> str:
    key = "posted_again" if is_repost else "set_up"
    if not setter_id:
        key = "set_up_by_operator"
    return words.translate(
        f"cards.intro.{key}",
        setter=mentions.mention_people((setter_id,), words),
        supervisors=words.mention_people(supervisor_ids),
    )


def _format_tip_schedule(team: Team, words: LanguagePack) -> str:
    lines = [words.translate("cards.intro.no_tips")]
    if team.tip_days:
        days = words.join_items(words.weekday_name(day) for day in team.tip_days)
        lines = [
            words.translate(
                "cards.intro.tips", days=days, time=words.format_clock_time(team.tip_time)
            )
        ]
    if team.open_to_team:
        lines.append(words.translate("cards.intro.open_to_team"))
    return words.join_sentences(lines)
