"""Render the privacy notice: what is stored, who can read what, and for how long."""

from datetime import date

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Team
from bot.elements import Caption, Divider, Element, Form, Heading, Message, Text

STORED_DATA_KEYS = (
    "person",
    "team",
    "checkin",
    "quiet",
    "intention",
    "deliveries",
    "notices",
    "marks",
)
NOT_STORED_KEYS = ("not_filed", "not_answers", "not_clients")


def policy_sentences(
    words: LanguagePack, team: Team | None, next_release: NextRelease | None
) -> tuple[str, ...]:
    """Return two sentences on what a supervisor will be able to read, and when.

    *next_release* is that of the team's open period, ``None`` without an open period.
    """
    if team is None:
        return words.translate("privacy.policy.no_team"), words.translate(
            "privacy.policy.no_team_next"
        )
    if next_release is None:
        return words.translate("privacy.policy.no_period"), words.translate(
            "privacy.policy.no_period_next"
        )
    if next_release.is_key_lost:
        return words.translate("privacy.policy.lost"), words.translate("privacy.policy.lost_next")
    key = "team_too" if team.open_to_team else "aggregate"
    visibility = words.translate(f"privacy.policy.{key}", day=words.format_day(next_release.day))
    return visibility, words.translate("privacy.policy.until")


def filing_note(
    words: LanguagePack,
    *,
    on_roster: bool,
    withdrawable_until: date | None,
    is_full: bool = False,
    is_key_lost: bool = False,
    is_withdrawn: bool = False,
) -> str:
    """Describe what a filed debrief stored; it can be withdrawn before *withdrawable_until*.

    *is_full* when nothing was stored for lack of a free slot, *is_key_lost* when a record could
    not be opened, *is_withdrawn* when a repeated request finds nothing stored any more.
    """
    if withdrawable_until is not None:
        return words.translate("privacy.filed.kept", day=words.format_day(withdrawable_until))
    if is_full:
        return words.translate("privacy.filed.full")
    if is_key_lost:
        return words.translate("privacy.filed.lost")
    if is_withdrawn:
        return words.translate("privacy.filed.withdrawn")
    return words.translate("privacy.filed.no_period" if on_roster else "privacy.filed.nothing")


def build_withdrawal_form(words: LanguagePack, *, is_key_lost: bool) -> Form:
    """Build the confirmation form for deleting everything a person filed in the open periods.

    *is_key_lost* when nothing in the period of the person's own team can be deleted.
    """
    body = (
        Text(
            words.translate("privacy.withdraw.ask_lost" if is_key_lost else "privacy.withdraw.ask")
        ),
        Caption(words.translate("privacy.withdraw.earlier")),
    )
    return Form(
        "withdraw",
        words.translate("privacy.withdraw.title"),
        body,
        submit=words.translate("privacy.withdraw.submit"),
        close=words.translate("common.cancel"),
    )


def build_withdrawn_form(words: LanguagePack, *, is_key_lost: bool) -> Form:
    """Build the confirmation of a withdrawal, the same whether or not anything was filed.

    *is_key_lost* as in :func:`build_withdrawal_form`.
    """
    key = "privacy.withdraw.done_lost" if is_key_lost else "privacy.withdraw.done"
    title = words.translate("privacy.withdraw.title")
    return surface.build_note_form(words, title, (Text(words.translate(key)),))


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
