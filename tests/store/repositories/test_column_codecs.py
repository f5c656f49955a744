from dataclasses import replace
from datetime import time

import pytest

from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories, column_codecs
from bot.store.store import Store
from tests.store.sample_jobs import MARIE, NOW, PLANNED_CHECKIN


@pytest.mark.parametrize(
    ("weekdays", "text"), [((), ""), ((5,), "5"), ((1, 3), "1,3"), ((4, 2), "4,2")]
)
def test_weekdays_are_decoded_as_encoded(weekdays: tuple[int, ...], text: str) -> None:
    """Weekdays are joined by commas in their given order."""
    assert column_codecs.encode_weekdays(weekdays) == text
    assert column_codecs.decode_weekdays(text) == weekdays


def test_clock_times_are_decoded_as_encoded() -> None:
    """A time of day has five characters, the width of its columns."""
    assert column_codecs.encode_clock_time(time(9, 5)) == "09:05"
    assert column_codecs.decode_clock_time("09:05") == time(9, 5)


def test_instants_are_decoded_as_encoded() -> None:
    """An instant survives in whole seconds, in UTC."""
    stored = column_codecs.to_unix_seconds(NOW.replace(microsecond=999_999))

    assert column_codecs.from_unix_seconds(stored) == NOW


def test_unit_keys_have_the_stored_form() -> None:
    """Changing the form would separate a unit from its stored periods and releases."""
    assert column_codecs.team_unit_key("north") == "team:north"
    assert column_codecs.practice_unit_key("slack:T1", "river") == "practice:slack:T1/river"


@pytest.mark.parametrize(
    ("person_id", "locale", "detail"),
    [("U0ADMIN", "fr-FR", "U0ADMIN fr-FR"), ("U0ADMIN", "", "U0ADMIN"), ("", "", "")],
)
def test_introduction_details_are_decoded_as_encoded(
    person_id: str, locale: str, detail: str
) -> None:
    """A person and a locale are separated by a space; either may be absent."""
    assert column_codecs.encode_introduction_detail(person_id, locale) == detail
    assert column_codecs.decode_introduction_detail(detail) == (person_id, locale)


async def test_missed_slot_key_leaves_the_slot_free(store: Store) -> None:
    """After a missed check-in under its own key, the week's check-in can still be planned."""
    slot = PLANNED_CHECKIN.slot
    missed_slot = column_codecs.missed_slot_key(slot, "late")
    missed = replace(PLANNED_CHECKIN, slot=missed_slot, reason="late")

    def plan_both(repos: Repositories) -> tuple[int, set[str]]:
        repos.deliveries.plan_deliveries([missed])
        inserted_count = repos.deliveries.plan_checkins([PLANNED_CHECKIN])
        return inserted_count, repos.delivery_history.list_slots_not_planned(
            DeliveryKind.CHECKIN, MARIE
        )

    assert missed_slot == f"{slot} late"
    assert await store.across_workspaces.write(plan_both) == (1, {missed_slot})
