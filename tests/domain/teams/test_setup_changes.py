"""What changes between two set-ups, and the audit entries of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WeeklyRule
from bot.domain.teams import setup_changes
from bot.domain.teams.audit_entry import OPERATOR_ID, AuditAction, AuditEntry
from bot.domain.teams.setup_changes import RecordedChange, SetupChange
from bot.domain.teams.setup_submission import SetupSubmission
from tests.sample_team import TEAM

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
SETUP = setup_changes.describe_setup(TEAM, ("U2", "U1"), ("U9",))
OTHER_VALUES: Mapping[str, SetupSubmission] = {
    "channel": replace(SETUP, channel="C9"),
    "name": replace(SETUP, name="Night team"),
    "clinicians": replace(SETUP, clinicians=("U1",)),
    "supervisors": replace(SETUP, supervisors=("U8",)),
    "day": replace(SETUP, checkin_rule=WeeklyRule(2, time(9))),
    "time": replace(SETUP, checkin_rule=WeeklyRule(1, time(10))),
    "tip_days": replace(SETUP, tip_days=()),
    "tip_time": replace(SETUP, tip_time=time(10)),
    "language": replace(SETUP, language="fr-CA"),
    "zone": replace(SETUP, zone="America/Vancouver"),
    "holidays": replace(SETUP, holiday_region="CA-QC"),
    "practice": replace(SETUP, practice="North practice"),
    "question": replace(SETUP, question="status"),
    "open": replace(SETUP, open_to_team=True),
}
PERSON_IDS = st.frozensets(st.sampled_from(["U1", "U2", "U3", "U4"]))


def build_entry(action: AuditAction, subject_id: str = "", detail: str = "") -> AuditEntry:
    """Build an entry of the sample team, by the operator."""
    return AuditEntry(
        TEAM.workspace, TEAM.id, TEAM.name, NOW, OPERATOR_ID, action, subject_id, detail
    )


@pytest.mark.parametrize("field_id", OTHER_VALUES)
def test_each_field_is_compared(field_id: str) -> None:
    """A set-up that differs in one field has one change, of that field."""
    changes = setup_changes.compare_setups(SETUP, OTHER_VALUES[field_id])

    assert [change.field_id for change in changes] == [field_id]


def test_a_stored_set_up_rebuilds_its_team() -> None:
    """The description of a stored set-up is the submission that stores the same team."""
    assert SETUP.build_team(TEAM.id, TEAM.workspace) == TEAM


def test_the_order_of_people_and_days_is_no_change() -> None:
    """Only who is on a list counts, and which days are chosen."""
    reordered = replace(SETUP, clinicians=("U2", "U1"), tip_days=tuple(reversed(TEAM.tip_days)))

    assert setup_changes.compare_setups(SETUP, reordered) == ()


@given(PERSON_IDS, PERSON_IDS)
def test_people_are_added_or_removed(before: frozenset[str], after: frozenset[str]) -> None:
    """Whoever is on one of two lists alone is added or removed, and nobody is both."""
    changes = setup_changes.compare_setups(
        replace(SETUP, clinicians=tuple(before)), replace(SETUP, clinicians=tuple(after))
    )

    expected = SetupChange(
        "clinicians", tuple(sorted(after - before)), tuple(sorted(before - after))
    )
    assert changes == ((expected,) if before != after else ())


def test_the_detail_counts_clinicians_and_names_none() -> None:
    """The detail has the ids of fields, of the list only how many changed, and no supervisor."""
    after = replace(
        OTHER_VALUES["day"], clinicians=("U1", "U3", "U4"), supervisors=("U8",), open_to_team=True
    )

    detail = setup_changes.encode_changes(setup_changes.compare_setups(SETUP, after))

    assert detail == "clinicians+2-1,day,open"
    assert setup_changes.parse_changes(detail) == (
        RecordedChange("clinicians", 2, 1),
        RecordedChange("day"),
        RecordedChange("open"),
    )


@pytest.mark.parametrize("detail", ["", "nothing", "DAY", "day+1"])
def test_an_unknown_detail_has_no_changes(detail: str) -> None:
    """A detail of a later release is skipped."""
    assert setup_changes.parse_changes(detail) == ()


def test_every_change_fits_in_the_column() -> None:
    """The longest detail, with every field and full lists, has at most 200 characters."""
    changes = [
        SetupChange(field_id, tuple("added" for _ in range(100)), tuple("gone" for _ in range(100)))
        for field_id in OTHER_VALUES
    ]

    assert len(setup_changes.encode_changes(changes)) <= 200


def test_a_new_team_has_an_entry_for_each_supervisor() -> None:
    """The set-up is recorded first, then who was made a supervisor."""
    after = replace(SETUP, supervisors=("U9", "U8"))

    entries = setup_changes.build_change_entries(TEAM, None, after, OPERATOR_ID, NOW)

    assert entries == (
        build_entry(AuditAction.CREATED),
        build_entry(AuditAction.SUPERVISOR_ADDED, "U8"),
        build_entry(AuditAction.SUPERVISOR_ADDED, "U9"),
    )


def test_a_change_of_supervisors_alone_is_no_other_change() -> None:
    """Who became a supervisor and who no longer is one are the only entries."""
    entries = setup_changes.build_change_entries(
        TEAM, SETUP, OTHER_VALUES["supervisors"], OPERATOR_ID, NOW
    )

    assert entries == (
        build_entry(AuditAction.SUPERVISOR_ADDED, "U8"),
        build_entry(AuditAction.SUPERVISOR_REMOVED, "U9"),
    )


def test_a_supervisor_who_names_others_and_leaves_hands_over() -> None:
    """Each successor has one entry and the supervisor no further one; a colleague has one."""
    before = replace(SETUP, supervisors=("U9", "U7"))
    after = replace(SETUP, supervisors=("U5", "U6"))

    entries = setup_changes.build_change_entries(TEAM, before, after, "U9", NOW)

    assert entries == tuple(
        replace(build_entry(action, subject_id), actor_id="U9")
        for action, subject_id in (
            (AuditAction.HANDED_OVER, "U5"),
            (AuditAction.HANDED_OVER, "U6"),
            (AuditAction.SUPERVISOR_REMOVED, "U7"),
        )
    )


def test_a_supervisor_who_names_nobody_does_not_hand_over() -> None:
    """Who leaves the team to a colleague is taken off; whoever adds a colleague stays."""
    pair = replace(SETUP, supervisors=("U9", "U7"))
    colleague = replace(SETUP, supervisors=("U7",))

    (leaving,) = setup_changes.build_change_entries(TEAM, pair, colleague, "U9", NOW)
    (adding,) = setup_changes.build_change_entries(TEAM, SETUP, pair, "U9", NOW)

    assert (leaving.action, leaving.subject_id) == (AuditAction.SUPERVISOR_REMOVED, "U9")
    assert (adding.action, adding.subject_id) == (AuditAction.SUPERVISOR_ADDED, "U7")


def test_a_changed_field_is_recorded() -> None:
    """The entry has the actor and the field."""
    (entry,) = setup_changes.build_change_entries(TEAM, SETUP, OTHER_VALUES["day"], "U9", NOW)

    assert entry == replace(build_entry(AuditAction.CHANGED, detail="day"), actor_id="U9")


def test_an_unchanged_set_up_has_no_entry() -> None:
    """Saving the same set-up again records nothing."""
    assert setup_changes.build_change_entries(TEAM, SETUP, SETUP, OPERATOR_ID, NOW) == ()
