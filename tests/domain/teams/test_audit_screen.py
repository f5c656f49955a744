"""The sentences of the audit trail, and the form that lists them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.teams import audit_screen
from bot.domain.teams.audit_entry import ERASED_ID, OPERATOR_ID, AuditAction, AuditEntry
from tests.sample_team import TEAM, WORKSPACE, reply_body, reply_text

CATALOGUE = load_catalogue()
PACKS = [CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages]
WORDS = CATALOGUE.get_pack("en")
ENTRY = AuditEntry(
    WORKSPACE,
    TEAM.id,
    TEAM.name,
    datetime(2026, 9, 7, 13, 0, tzinfo=UTC),
    "U9",
    AuditAction.CHANGED,
    detail="clinicians+3-1,day",
)
DETAILS = {
    AuditAction.CHANGED: "clinicians+3-1,day",
    AuditAction.MOVED: "C1 C2",
    AuditAction.INSTALLED: "12",
}
SUBJECTLESS = {
    AuditAction.CREATED,
    AuditAction.CHANGED,
    AuditAction.UNDONE,
    AuditAction.MOVED,
    AuditAction.CLOSED,
    AuditAction.SHARED,
    AuditAction.EXPORTED,
    AuditAction.INSTALLED,
    AuditAction.ORGANISATION_INSTALLED,
    AuditAction.KEY_ROTATED,
}
TEAMLESS = {
    AuditAction.INSTALLED,
    AuditAction.ORGANISATION_INSTALLED,
    AuditAction.KEY_ROTATED,
}
ACTORLESS = {AuditAction.ORGANISATION_INSTALLED}


def render(entry: AuditEntry, words: LanguagePack = WORDS) -> str:
    """Render an entry with ids as they are."""
    return audit_screen.render_entry(entry, words, str, str)


def test_a_change_lists_its_fields() -> None:
    """The sentence has who, which team and what; of the list only numbers."""
    assert render(ENTRY) == (
        "U9 changed Monday team: list of clinicians (3 added, 1 taken off) and day of the check-in."
    )


@pytest.mark.parametrize("words", PACKS, ids=lambda words: words.language)
@pytest.mark.parametrize("action", AuditAction)
def test_each_action_has_a_sentence_in_each_language(
    action: AuditAction, words: LanguagePack
) -> None:
    """It names who acted, the team, and whom the change concerns, where the action has them."""
    subject_id = "" if action in SUBJECTLESS else "U8"
    entry = replace(ENTRY, action=action, subject_id=subject_id, detail=DETAILS.get(action, ""))

    sentence = render(entry, words)

    actor_id = "" if action in ACTORLESS else "U9"
    team_name = "" if action in TEAMLESS else TEAM.name
    assert sentence
    assert all(part in sentence for part in (actor_id, team_name, subject_id))
    assert (TEAM.name in sentence) == (action not in TEAMLESS)


def test_an_installation_has_its_number_of_permissions() -> None:
    """The number agrees with its noun."""
    installed = replace(ENTRY, action=AuditAction.INSTALLED, detail="1")

    assert render(installed) == "U9 installed the app with 1 permission."
    assert render(replace(installed, detail="12")) == "U9 installed the app with 12 permissions."


def test_a_move_names_both_channels() -> None:
    """The old and the new channel are in the sentence."""
    sentence = render(replace(ENTRY, action=AuditAction.MOVED, detail="C1 C2"))

    assert "from C1 to C2" in sentence


@pytest.mark.parametrize(
    ("actor_id", "expected"),
    [(OPERATOR_ID, "the people who run Attune here"), (ERASED_ID, "somebody who left")],
)
def test_an_actor_without_a_name_is_described(actor_id: str, expected: str) -> None:
    """The operator has no id, and an erased person none any more."""
    assert render(replace(ENTRY, actor_id=actor_id)).startswith(f"{expected} changed")


def test_the_form_has_local_times_and_mentions() -> None:
    """The time is in the team's zone, people and channels are mentioned."""
    moved = replace(ENTRY, action=AuditAction.MOVED, detail="C1 C2")

    text = reply_text(audit_screen.build_history_form([ENTRY, moved], {TEAM.id: TEAM.zone}, WORDS))

    assert "**Sep 7, 2026, 9:00\N{NARROW NO-BREAK SPACE}AM** @{U9} changed Monday team" in text
    assert "from #{C1} to #{C2}" in text


def test_a_team_that_is_gone_has_times_in_utc() -> None:
    """Without a stored zone the time is in UTC."""
    text = reply_text(audit_screen.build_history_form([ENTRY], {}, WORDS))

    assert "1:00\N{NARROW NO-BREAK SPACE}PM" in text


def test_an_entry_without_channels_has_no_empty_mention() -> None:
    """A move whose detail is lost mentions no channel."""
    moved = replace(ENTRY, action=AuditAction.MOVED, detail="")

    assert "#{" not in reply_text(audit_screen.build_history_form([moved], {}, WORDS))


def test_the_form_without_entries_says_so() -> None:
    """Nothing has been changed yet."""
    form = audit_screen.build_history_form([], {}, WORDS)

    assert "Nothing has been changed yet." in reply_text(form)


@pytest.mark.parametrize("count", [audit_screen.MAX_LISTED, audit_screen.MAX_LISTED + 1])
def test_the_form_lists_the_newest_entries(count: int) -> None:
    """More than fit are printed for the operator, and a sentence says so."""
    form = audit_screen.build_history_form([ENTRY] * count, {}, WORDS)

    is_cut = count > audit_screen.MAX_LISTED
    assert len(reply_body(form)) == 1 + audit_screen.MAX_LISTED + is_cut
    assert ("Older changes" in reply_text(form)) == is_cut


@pytest.mark.parametrize("words", PACKS, ids=lambda words: str(words.language))
def test_the_trail_opens_as_a_form(words: LanguagePack) -> None:
    """It is read in a form, which the button opens in each language."""
    button = audit_screen.build_history_button(words)

    assert (button.name, button.opens_form) == (audit_screen.HISTORY_BUTTON_NAME, True)
    assert button.label == words.translate("setups.trail.step")
