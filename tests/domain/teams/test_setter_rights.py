from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.teams.setter_rights import SETTER_WINDOW, SetupRecord, is_recent_setter

NOW = datetime(2026, 6, 29, 13, 0, tzinfo=UTC)
RECORD = SetupRecord("U1", NOW)


@given(st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=3)))
def test_the_setter_has_a_day(elapsed: timedelta) -> None:
    """The person who set the team up has the right for a day, from the set-up on."""
    is_recent = timedelta(0) <= elapsed < SETTER_WINDOW

    assert is_recent_setter("U1", RECORD, NOW + elapsed) is is_recent


@pytest.mark.parametrize(
    ("person_id", "record"),
    [("U2", RECORD), ("U1", None), ("", SetupRecord("", NOW))],
)
def test_other_people_have_no_such_right(person_id: str, record: SetupRecord | None) -> None:
    """Another person has none, nor anybody after a set-up by the operator."""
    assert not is_recent_setter(person_id, record, NOW)
