"""In-memory cache of what activities report about people, their chats and tenants."""

from collections.abc import Iterable
from typing import TypeVar

from cachetools import LRUCache

from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE_URL
from bot.chat.msteams.inbound import requests
from bot.chat.request_body import Payload
from bot.conversation import (
    Address,
    AddressReachable,
    ChatEvent,
    Person,
    Profile,
    ProfileChanged,
)

MAX_NAME_LENGTH = 100
"""Maximum characters of a cached name, so that memory is bounded."""

MAX_ENTRIES = 10_000
"""Maximum entries of each cache, so that memory is bounded."""

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(LRUCache[K, V]):
    """LRU cache: when it is full, the least recently used entry is evicted."""

    def __init__(self) -> None:
        """Create an empty cache."""
        super().__init__(MAX_ENTRIES)

    def update_entry(self, key: K, value: V) -> bool:
        """Store *value* under *key*; return whether it differs from the cached value."""
        is_changed: bool = self.get(key) != value
        self[key] = value
        return is_changed


class DirectoryCache:
    """Profiles, names, routes and service URLs from activities, so that Teams is not queried."""

    def __init__(self, service_url: str = GLOBAL_SERVICE_URL) -> None:
        """Create empty caches; *service_url* is the default for a tenant without an activity."""
        self._default_service_url = service_url
        self._profiles: BoundedCache[Person, Profile] = BoundedCache()
        self._names: BoundedCache[Person, str] = BoundedCache()
        self._routes: BoundedCache[Person, str] = BoundedCache()
        self._service_urls: BoundedCache[str, str] = BoundedCache()
        self._channel_names: BoundedCache[tuple[str, str], str] = BoundedCache()

    def record_activity(self, payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
        """Cache what an activity reports; return the events whose values are new, for the store."""
        workspace, person = requests.parse_workspace(payload), requests.parse_person(payload)
        self._service_urls.update_entry(workspace, service_url)
        if channel := requests.parse_channel(payload):
            self._record_channel(workspace, *channel)
        if person is None:
            return ()
        self.set_name(person, str((payload.get("from") or {}).get("name") or ""))
        events: list[ChatEvent] = []
        profile = requests.parse_profile(payload)
        if profile != Profile() and self._profiles.update_entry(person, profile):
            events.append(ProfileChanged(person, profile))
        if requests.is_personal_chat(payload):
            route = str(requests.parse_conversation(payload, service_url))
            if self._routes.update_entry(person, route):
                events.append(AddressReachable(Address(workspace, person.id, route=route)))
        return tuple(events)

    def forget_person(self, person: Person) -> None:
        """Delete a person's profile and route, so that the next activity reports both again."""
        self._profiles.pop(person, None)
        self._routes.pop(person, None)

    def get_profile(self, person: Person) -> Profile:
        """Return the cached profile of *person*, or a blank one."""
        return self._profiles.get(person) or Profile()

    def get_route(self, person: Person) -> str:
        """Return the route to a person's private chat, or ``""`` without an activity from it."""
        return self._routes.get(person) or ""

    def get_service_url(self, workspace: str) -> str:
        """Return the service URL of a tenant, or the default."""
        return self._service_urls.get(workspace) or self._default_service_url

    def set_name(self, person: Person, name: str) -> None:
        """Cache the display name of *person*, unless it is empty."""
        if name:
            self._names.update_entry(person, name[:MAX_NAME_LENGTH])

    def get_name(self, person: Person) -> str:
        """Return the cached display name of *person*, or ``""``."""
        return self._names.get(person) or ""

    def get_channel_names(self, workspace: str) -> dict[str, str]:
        """Return the names of the channels that the bot is in, by id, ``""`` for an unknown name.

        They are those of the tenant that sent an activity since the process started.
        """
        names = dict(self._channel_names)
        return {id_: name for (tenant, id_), name in names.items() if tenant == workspace}

    def forget_channel(self, workspace: str, channel: str) -> None:
        """Delete a channel that the bot was removed from."""
        self._channel_names.pop((workspace, channel), None)

    def _record_channel(self, workspace: str, channel: str, name: str) -> None:
        """Cache a channel; an activity without names does not replace an earlier name."""
        cached_name = self._channel_names.get((workspace, channel), "")
        self._channel_names.update_entry(
            (workspace, channel), name[:MAX_NAME_LENGTH] or cached_name
        )

    def get_names(self, workspace: str, person_ids: Iterable[str]) -> dict[str, str]:
        """Return the cached display names of people in a tenant, by id; unknown ids are absent."""
        names = {id_: self.get_name(Person(workspace, id_)) for id_ in person_ids}
        return {id_: name for id_, name in names.items() if name}
