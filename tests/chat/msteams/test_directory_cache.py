from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE_URL
from bot.chat.msteams.directory_cache import (
    MAX_ENTRIES,
    MAX_NAME_LENGTH,
    BoundedCache,
    DirectoryCache,
)
from bot.conversation import AddressReachable, Profile, ProfileChanged
from tests.chat.msteams import activities
from tests.chat.msteams.testbed import MARIE_PERSON, WORKSPACE

SERVICE_URL = "https://service.example"


def test_an_update_reports_whether_the_value_changed() -> None:
    """A new or different value is a change, an equal one is none."""
    cache: BoundedCache[str, str] = BoundedCache()

    changes = [cache.update_entry("a", value) for value in ("x", "x", "y")]

    assert changes == [True, False, True]
    assert cache.get("a") == "y"


def test_the_least_recently_used_entry_is_evicted() -> None:
    """A full cache has its maximum size; an entry that was read or updated is not evicted."""
    cache: BoundedCache[int, int] = BoundedCache()
    for number in range(MAX_ENTRIES):
        cache.update_entry(number, number)
    cache.get(0)
    cache.update_entry(1, 1)

    cache.update_entry(MAX_ENTRIES, 0)

    assert len(cache) == MAX_ENTRIES
    assert [key in cache for key in (0, 1, 2, 3, MAX_ENTRIES)] == [True, True, False, True, True]


def test_a_forgotten_person_is_reported_again() -> None:
    """After its entries are deleted, the next activity reports profile and route as new."""
    directory = DirectoryCache()
    message = activities.build_message(SERVICE_URL, "tip")
    events = directory.record_activity(message, SERVICE_URL)

    directory.forget_person(MARIE_PERSON)
    directory.forget_person(MARIE_PERSON)

    assert directory.record_activity(message, SERVICE_URL) == events


def test_a_cached_person_is_reported_once() -> None:
    """Equal activities report profile and route once; names and service URLs are cached too."""
    directory = DirectoryCache()
    message = activities.build_message(SERVICE_URL, "tip")

    reported = directory.record_activity(message, SERVICE_URL)

    assert [type(event) for event in reported] == [ProfileChanged, AddressReachable]
    assert directory.record_activity(message, SERVICE_URL) == ()
    assert directory.get_service_url(WORKSPACE) == SERVICE_URL
    assert directory.get_name(MARIE_PERSON) == "Marie Tremblay"


def test_an_empty_cache_returns_defaults() -> None:
    """Before an activity the profile, route and name are blank, and the service URL is global."""
    directory = DirectoryCache()

    assert directory.get_profile(MARIE_PERSON) == Profile()
    assert directory.get_route(MARIE_PERSON) == directory.get_name(MARIE_PERSON) == ""
    assert directory.get_service_url(WORKSPACE) == GLOBAL_SERVICE_URL


def test_channels_are_listed_by_tenant() -> None:
    """The channel of an activity is listed under the names of its team and itself."""
    directory = DirectoryCache()
    parts = activities.channel_parts(thread_id="1")
    parts["channelData"]["team"] = {"id": "19:team", "name": "Clinic"}
    parts["channelData"]["channel"]["name"] = "North"
    directory.record_activity(activities.build_message(SERVICE_URL, "tip", **parts), SERVICE_URL)
    unnamed = activities.build_mention(SERVICE_URL, "tip")
    directory.record_activity(unnamed, SERVICE_URL)

    assert directory.get_channel_names(WORKSPACE) == {activities.CHANNEL_ID: "Clinic \u203a North"}
    assert directory.get_channel_names("msteams:another") == {}


def test_the_channels_of_a_team_are_forgotten_with_it() -> None:
    """When the app is removed from a team, none of its channels is offered any longer."""
    directory = DirectoryCache()
    parts = activities.channel_parts(thread_id="1")
    parts["channelData"]["team"] = {"id": "19:team", "name": "Clinic"}
    directory.record_activity(activities.build_message(SERVICE_URL, "tip", **parts), SERVICE_URL)
    directory.set_team_channels(WORKSPACE, "19:team", {"19:team": "Clinic", "19:a": "A"})
    assert directory.get_team_ids(WORKSPACE) == ("19:team",)

    directory.forget_channel(WORKSPACE, "19:team")

    assert directory.get_channel_names(WORKSPACE) == {activities.CHANNEL_ID: "Clinic"}
    assert directory.get_team_ids(WORKSPACE) == ()


def test_private_chats_are_no_channels() -> None:
    """A chat with the bot is not offered as the channel of a team."""
    directory = DirectoryCache()
    directory.record_activity(activities.build_message(SERVICE_URL, "tip"), SERVICE_URL)

    assert directory.get_channel_names(WORKSPACE) == {}


def test_names_are_cut() -> None:
    """A name of any length uses bounded memory."""
    directory = DirectoryCache()

    directory.set_name(MARIE_PERSON, "x" * 1000)

    assert directory.get_name(MARIE_PERSON) == "x" * MAX_NAME_LENGTH
