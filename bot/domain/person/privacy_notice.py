"""Render the privacy notice: what is stored, who can read what, and for how long."""

from datetime import date
from enum import Enum

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.checkins.intentions import MAX_INTENTION_LIFETIME
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Team
from bot.domain.person.departure import ERASURE_DELAY
from bot.elements import Caption, Divider, Element, Form, Heading, Message, Text
from bot.retention_periods import (
    DELIVERY_RETENTION,
    IDEMPOTENCY_KEY_RETENTION,
    MEMBER_RETENTION,
    RetentionPeriods,
)

_DAYS_PER_WEEK = 7

STORED_DATA_KEYS = (
    "person",
    "team",
    "checkin",
    "quiet",
    "intention",
    "lists",
    "deliveries",
    "notices",
    "trail",
    "marks",
)


class FilingRefusal(Enum):
    """Why nothing is stored of a debrief of a person who counts; the values are text keys."""

    FULL = "full"
    """The record has no free slot."""
    KEY_LOST = "lost"
    """A record could not be opened."""
    WITHDRAWN = "withdrawn"
    """A repeated request finds nothing stored any more."""


NOT_STORED_KEYS = ("not_filed", "not_answers", "not_clients")


def policy_sentences(
    words: LanguagePack,
    team: Team | None,
    next_release: NextRelease | None,
    *,
    counted_from: date | None = None,
    moved_until: date | None = None,
) -> tuple[str, ...]:
    """Return two sentences on what a supervisor will be able to read, and when.

    *next_release* is that in which the person is counted, ``None`` for a person who is not;
    *counted_from* is then the day from which they are. *moved_until* is the day until which a
    person counts in a unit that *team* does not feed.
    """
    if next_release is None and counted_from is not None:
        return words.translate(
            "privacy.policy.counted_from", day=words.format_day(counted_from)
        ), words.translate("privacy.policy.counted_from_next")
    if next_release and moved_until and not next_release.status_key:
        visibility = words.translate("privacy.policy.moved", day=words.format_day(moved_until))
        return visibility, words.translate("privacy.policy.until")
    if team is None and next_release is None:
        return words.translate("privacy.policy.no_team"), words.translate(
            "privacy.policy.no_team_next"
        )
    if next_release is None:
        return words.translate("privacy.policy.no_period"), words.translate(
            "privacy.policy.no_period_next"
        )
    if status := next_release.status_key:
        day = words.format_day(next_release.day)
        sentence = words.translate(f"privacy.policy.{status}", day=day)
        return sentence, words.translate(f"privacy.policy.{status}_next")
    key = "team_too" if team and team.open_to_team else "aggregate"
    visibility = words.translate(f"privacy.policy.{key}", day=words.format_day(next_release.day))
    return visibility, words.translate("privacy.policy.until")


def filing_note(
    words: LanguagePack,
    *,
    on_roster: bool,
    withdrawable_until: date | None,
    refusal: FilingRefusal | None = None,
    counted_from: date | None = None,
    exposure_pause_until: date | None = None,
) -> str:
    """Describe what a filed debrief stored; it can be withdrawn before *withdrawable_until*.

    *refusal* is why nothing is stored for a person who counts, and *counted_from* the day from
    which a person counts who does not yet. *exposure_pause_until* is the day until which the yearly
    exposure limit excludes them from every list.
    """
    if withdrawable_until is not None:
        return words.translate("privacy.filed.kept", day=words.format_day(withdrawable_until))
    if refusal is not None:
        return words.translate(f"privacy.filed.{refusal.value}")
    if exposure_pause_until is not None:
        return words.translate("privacy.filed.paused", day=words.format_day(exposure_pause_until))
    if counted_from is not None:
        return words.translate("privacy.filed.counted_from", day=words.format_day(counted_from))
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
        Text(words.translate("privacy.kept.tables", table_months=words.retention.table_months)),
        Divider(),
        Heading(words.translate("privacy.kept.not_heading")),
        _render_list(words, NOT_STORED_KEYS),
        Text(words.translate("privacy.kept.published")),
        Text(words.translate("privacy.kept.rights", closed_days=ERASURE_DELAY.days)),
    )


def _render_list(words: LanguagePack, keys: tuple[str, ...]) -> Text:
    periods = describe_periods(words.retention)
    return Text("\n".join(f"• {words.translate(f'privacy.kept.{key}', **periods)}" for key in keys))


def describe_periods(retention: RetentionPeriods) -> dict[str, int]:
    """Return the numbers of all sentences about periods, each from what the retention duty uses."""
    key_days = IDEMPOTENCY_KEY_RETENTION.days
    return {
        "audit_months": retention.audit_months,
        "list_weeks": MEMBER_RETENTION.days // _DAYS_PER_WEEK,
        "message_weeks": DELIVERY_RETENTION.days // _DAYS_PER_WEEK,
        "intention_weeks": MAX_INTENTION_LIFETIME.days // _DAYS_PER_WEEK,
        "key_days": key_days,
        "longest_key_days": key_days + 1,  # it is deleted by whole days
    }
