"""Undo the last change of a set-up: for a day, by the person who made it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.domain.teams.setter_rights import SETTER_WINDOW
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import ActionRow, Button, Caption, Confirmation, Element, Form, Text

UNDO_BUTTON_NAME = "supervision.undo"

MAX_LISTED = 5
"""Maximum number of changes that a person is offered to undo at once."""


@dataclass(frozen=True)
class PreviousSetup:
    """What a team's set-up was before the last change, and who changed it when.

    ``setup`` is ``None`` where the change set the team up.
    """

    setter_id: str
    changed_at: datetime
    setup: SetupSubmission | None


def may_undo(previous: PreviousSetup | None, person_id: str, now: datetime) -> bool:
    """Return whether *person_id* may undo the change that *previous* precedes.

    Only who made it may, less than a day ago; *previous* is ``None`` once anything else changed.
    """
    if previous is None or previous.setter_id != person_id:
        return False
    return timedelta(0) <= now - previous.changed_at < SETTER_WINDOW


def encode_setup(setup: SetupSubmission | None) -> str:
    """Encode a set-up as JSON; a team that was not set up is ``null``."""
    if setup is None:
        return "null"
    fields = asdict(setup)
    rule = setup.checkin_rule
    fields["checkin_rule"] = [rule.weekday, rule.local_time.isoformat("minutes")]
    fields["tip_time"] = setup.tip_time.isoformat("minutes")
    return json.dumps(fields)


def parse_setup_copy(body: str) -> SetupSubmission | None:
    """Parse what :func:`encode_setup` returned."""
    fields = json.loads(body)
    if fields is None:
        return None
    weekday, local_time = fields["checkin_rule"]
    fields["checkin_rule"] = WeeklyRule(weekday, time.fromisoformat(local_time))
    fields["tip_time"] = time.fromisoformat(fields["tip_time"])
    for name in ("clinicians", "supervisors", "tip_days"):
        fields[name] = tuple(fields[name])
    return SetupSubmission(**fields)


def build_undo_rows(
    teams: tuple[Team, ...], words: LanguagePack, *, offers_card: bool = False
) -> tuple[Element, ...]:
    """Build a sentence and a button for each of *teams* whose last change can be undone.

    *offers_card* adds a button that posts the introduction card, unless it is posted already: an
    admin who closed the form to let the bot into the channel edits the team no more.
    """
    card_label = words.translate("supervision.card.post")
    rows: list[Element] = []
    for team in teams[:MAX_LISTED]:
        confirmation = Confirmation(
            *(words.translate(f"setups.undo.{part}") for part in ("title", "text", "yes", "no"))
        )
        button = Button(
            UNDO_BUTTON_NAME,
            words.translate("setups.undo.step"),
            data=team.id,
            confirmation=confirmation,
        )
        rows += [
            Caption(words.translate("setups.undo.offer", team=team.name)),
            ActionRow(
                (Button("supervision.card", card_label, data=team.id), button)
                if offers_card
                else (button,)
            ),
        ]
    return tuple(rows)


def build_undone_form(team: Team, *, is_removed: bool, words: LanguagePack) -> Form:
    """Build the confirmation that the last change was taken back; *is_removed* of a new team."""
    key = "setups.undo.removed" if is_removed else "setups.undo.done"
    return _build_note(words.translate(key, team=team.name), words)


def build_refusal_form(words: LanguagePack) -> Form:
    """Build the note that the last change cannot be undone, and why that may be."""
    return _build_note(words.translate("setups.undo.refused"), words)


def _build_note(text: str, words: LanguagePack) -> Form:
    return surface.build_note_form(words, words.translate("setups.undo.step"), (Text(text),))
