from dataclasses import dataclass

from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE_URL
from bot.chat.msteams.directory_cache import (
    EXPIRY_SECONDS,
    MAX_ENTRIES,
    DirectoryCache,
    ExpiringCache,
)
from bot.conversation import AddressReachable, Profile, ProfileChanged
from tests.chat.msteams import activities
from tests.chat.msteams.testbed import MARIE_PERSON, WORKSPACE

SERVICE_URL = "https://service.example"


@dataclass
class FakeTimer:
    """A monotonic timer that a test advances."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Return the current time in seconds."""
        return self.seconds


def test_an_update_reports_whether_the_value_changed() -> None:
    """A new or different value is a change, an equal one is none."""
    cache: ExpiringCache[str, str] = ExpiringCache()

    changes = [cache.update_entry("a", value) for value in ("x", "x", "y")]

    assert changes == [True, False, True]
    assert cache.get("a") == "y"


def test_an_entry_expires_after_its_last_update() -> None:
    """An update extends the lifetime of an entry; at its end the value counts as new."""
    timer = FakeTimer()
    cache: ExpiringCache[str, str] = ExpiringCache(timer)
    cache.update_entry("a", "x")
    timer.seconds = EXPIRY_SECONDS - 1
    cache.update_entry("a", "x")

    timer.seconds = 2 * EXPIRY_SECONDS - 2
    assert cache.get("a") == "x"
    timer.seconds = 2 * EXPIRY_SECONDS - 1
    assert cache.get("a") is None
    assert cache.update_entry("a", "x")


def test_the_least_recently_used_entry_is_evicted() -> None:
    """A full cache has its maximum size; an entry that was read or updated is not evicted."""
    cache: ExpiringCache[int, int] = ExpiringCache()
    for number in range(MAX_ENTRIES):
        cache.update_entry(number, number)
    cache.get(0)
    cache.update_entry(1, 1)

    cache.update_entry(MAX_ENTRIES, 0)

    assert len(cache) == MAX_ENTRIES
    assert [key in cache for key in (0, 1, 2, 3, MAX_ENTRIES)] == [True, True, False, True, True]


def test_an_expired_person_is_reported_again() -> None:
    """After the expiry the caches return defaults, and the next activity reports new events."""
    timer = FakeTimer()
    directory = DirectoryCache(timer=timer)
    message = activities.build_message(SERVICE_URL, "tip")
    first_types = [type(event) for event in directory.record_activity(message, SERVICE_URL)]
    repeated = directory.record_activity(message, SERVICE_URL)
    assert directory.get_service_url(WORKSPACE) == SERVICE_URL
    assert directory.get_name(MARIE_PERSON) == "Marie Tremblay"

    timer.seconds = EXPIRY_SECONDS

    assert directory.get_profile(MARIE_PERSON) == Profile()
    assert directory.get_route(MARIE_PERSON) == directory.get_name(MARIE_PERSON) == ""
    assert directory.get_service_url(WORKSPACE) == GLOBAL_SERVICE_URL
    reported = directory.record_activity(message, SERVICE_URL)
    assert [type(event) for event in reported] == first_types == [ProfileChanged, AddressReachable]
    assert repeated == ()


def test_a_forgotten_person_is_reported_again() -> None:
    """After its entries are deleted, the next activity reports profile and route as new."""
    directory = DirectoryCache()
    message = activities.build_message(SERVICE_URL, "tip")
    events = directory.record_activity(message, SERVICE_URL)

    directory.forget_person(MARIE_PERSON)
    directory.forget_person(MARIE_PERSON)

    assert directory.record_activity(message, SERVICE_URL) == events
