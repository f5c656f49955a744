"""Render the audit trail: a sentence for each entry, and the form that lists the newest ones."""

from collections.abc import Callable, Mapping, Sequence

from bot.content.catalogue import LanguagePack
from bot.domain import calendar, surface
from bot.domain.teams.audit_entry import ERASED_ID, OPERATOR_ID, AuditAction, AuditEntry
from bot.domain.teams.setup_changes import parse_changes
from bot.elements import Button, Caption, Element, Form, Text

MAX_LISTED = 30
"""Maximum number of entries in the form: both products limit the size of a form."""

HISTORY_BUTTON_NAME = "supervision.history"

_COUNTED_FIELD = "clinicians"

FormatId = Callable[[str], str]
"""Formats the id of a person or of a channel, for a reader of the chat or of a terminal."""


def build_history_form(
    entries: Sequence[AuditEntry], zones: Mapping[str, str], words: LanguagePack
) -> Form:
    """Build the form that lists the newest :data:`MAX_LISTED` of *entries*.

    *zones* are the time zones of teams by id; the times of a team that is not stored are in UTC.
    """
    intro = words.translate("setups.trail.intro", months=words.retention.audit_months)
    body: list[Element] = [Caption(intro)]
    for entry in entries[:MAX_LISTED]:
        local_time = entry.at.astimezone(calendar.load_zone(zones.get(entry.team_id, "UTC")))
        line = words.translate(
            "setups.trail.line",
            day=words.format_span(local_time.date(), local_time.date()),
            time=words.format_clock_time(local_time.time()),
            change=render_entry(entry, words, _mention_person, _mention_channel),
        )
        body.append(Text(line))
    if not entries:
        body.append(Text(words.translate("setups.trail.none")))
    if len(entries) > MAX_LISTED:
        body.append(Caption(words.translate("setups.trail.more")))
    return surface.build_note_form(words, words.translate("setups.trail.title"), tuple(body))


def build_history_button(words: LanguagePack) -> Button:
    """Build the button that opens the audit trail."""
    return Button(HISTORY_BUTTON_NAME, words.translate("setups.trail.step"), opens_form=True)


def render_entry(
    entry: AuditEntry, words: LanguagePack, format_person: FormatId, format_channel: FormatId
) -> str:
    """Return the sentence of *entry*; somebody who was erased is called so."""

    def name_person(person_id: str) -> str:
        if person_id == OPERATOR_ID:
            return words.translate("setups.trail.operator")
        if person_id == ERASED_ID:
            return words.translate("setups.trail.left")
        return format_person(person_id)

    old_channel, _, new_channel = entry.detail.partition(" ")
    facts: dict[str, str | int] = {"team": entry.team_name, "who": name_person(entry.actor_id)}
    if entry.action is AuditAction.CHANGED:
        facts["fields"] = words.join_items(_list_fields(entry, words))
    if entry.action is AuditAction.MOVED:
        facts |= {"before": format_channel(old_channel), "after": format_channel(new_channel)}
    if entry.action is AuditAction.INSTALLED:
        facts["count"] = int(entry.detail)
    if entry.subject_id:
        facts["subject"] = name_person(entry.subject_id)
    return words.translate(f"setups.did.{entry.action.value}", **facts)


def _list_fields(entry: AuditEntry, words: LanguagePack) -> list[str]:
    return [
        words.translate(
            f"setups.field.{change.field_id}",
            added=change.added_count,
            removed=change.removed_count,
        )
        if change.field_id == _COUNTED_FIELD
        else words.translate(f"setups.field.{change.field_id}")
        for change in parse_changes(entry.detail)
    ]


def _mention_person(person_id: str) -> str:
    return f"@{{{person_id}}}"


def _mention_channel(channel: str) -> str:
    return f"#{{{channel}}}" if channel else channel
