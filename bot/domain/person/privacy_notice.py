"""Render the privacy notice: what is stored, who can read what, and for how long."""

from datetime import date

from bot.content.catalogue import LanguagePack
from bot.domain.people import Team
from bot.elements import Caption, Divider, Element, Form, Heading, Message, Text

STORED_DATA_KEYS = ("person", "team", "checkin", "quiet", "intention", "deliveries", "marks")
NOT_STORED_KEYS = ("not_filed", "not_answers", "not_clients")


def policy_sentences(
    words: LanguagePack, team: Team | None, period_close: date | None
) -> tuple[str, ...]:
    """Return two sentences on what a supervisor will be able to read, and when.

    *period_close* is the day on which the team's open period is published, ``None`` without an open
    period.
    """
    if team is None:
        return words.translate("privacy.policy.no_team"), words.translate(
            "privacy.policy.no_team_next"
        )
    if period_close is None:
        return words.translate("privacy.policy.no_period"), words.translate(
            "privacy.policy.no_period_next"
        )
    key = "team_too" if team.open_to_team else "aggregate"
    visibility = words.translate(f"privacy.policy.{key}", day=words.format_day(period_close))
    return visibility, words.translate("privacy.policy.until")


def filing_note(
    words: LanguagePack,
    *,
    on_roster: bool,
    withdrawable_until: date | None,
    is_full: bool = False,
) -> str:
    """Describe what a filed debrief stored; it can be withdrawn before *withdrawable_until*.

    *is_full* when nothing was stored for lack of a free slot.
    """
    if withdrawable_until is not None:
        return words.translate("privacy.filed.kept", day=words.format_day(withdrawable_until))
    if is_full:
        return words.translate("privacy.filed.full")
    return words.translate("privacy.filed.no_period" if on_roster else "privacy.filed.nothing")


def build_withdrawal_form(words: LanguagePack) -> Form:
    """Build the confirmation form for deleting everything a person filed in the open periods."""
    body = (
        Text(words.translate("privacy.withdraw.ask")),
        Caption(words.translate("privacy.withdraw.earlier")),
    )
    return Form(
        "withdraw",
        words.translate("privacy.withdraw.title"),
        body,
        submit=words.translate("privacy.withdraw.submit"),
        close=words.translate("common.cancel"),
    )


def render_notice(words: LanguagePack) -> Message:
    """Render the list of stored and not stored data; it is identical for all readers."""
    return Message(words.translate("privacy.kept.summary"), _render_stored_data(words))


def _render_stored_data(words: LanguagePack) -> tuple[Element, ...]:
    return (
        Heading(words.translate("privacy.kept.heading")),
        Text(words.translate("privacy.kept.intro")),
        _render_list(words, STORED_DATA_KEYS),
        Divider(),
        Heading(words.translate("privacy.kept.not_heading")),
        _render_list(words, NOT_STORED_KEYS),
    )


def _render_list(words: LanguagePack, keys: tuple[str, ...]) -> Text:
    return Text("\n".join(f"• {words.translate(f'privacy.kept.{key}')}" for key in keys))
