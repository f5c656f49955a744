"""In-memory cache of what activities report about people, their chats and tenants."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from cachetools import LRUCache, TTLCache

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

NAME_CACHE_SECONDS = 900.0
"""Seconds that a person's name is cached: long enough to edit a form, and no longer."""

ROSTER_CACHE_SECONDS = 600.0
"""Seconds that a channel's members are cached: less than their names, which come with them."""

MAX_ROSTERS = 200
"""Maximum cached rosters, so that memory is bounded."""

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


class ExpiringCache(TTLCache[K, V]):
    """LRU cache whose entries expire *seconds* after they were stored, by the clock *monotonic*."""

    def __init__(
        self, seconds: float, monotonic: Callable[[], float], max_entries: int = MAX_ENTRIES
    ) -> None:
        """Create an empty cache."""
        super().__init__(max_entries, seconds, monotonic)


class DirectoryCache:
    """Profiles, names, routes and service URLs from activities, and what Teams was queried for.

    It is in memory only, and names of people expire: nothing of it is stored or logged.
    """

    def __init__(
        self,
        service_url: str = GLOBAL_SERVICE_URL,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create empty caches; *service_url* is the default for a tenant without an activity.

        *monotonic* returns seconds, by which names and rosters expire.
        """
        self._default_service_url = service_url
        self._profiles: BoundedCache[Person, Profile] = BoundedCache()
        self._names: ExpiringCache[Person, str] = ExpiringCache(NAME_CACHE_SECONDS, monotonic)
        self._rosters: ExpiringCache[tuple[str, str], Mapping[str, bool]] = ExpiringCache(
            ROSTER_CACHE_SECONDS, monotonic, MAX_ROSTERS
        )
        self._team_channels: BoundedCache[tuple[str, str], tuple[str, ...]] = BoundedCache()
        self._routes: BoundedCache[Person, str] = BoundedCache()
        self._service_urls: BoundedCache[str, str] = BoundedCache()
        self._channel_names: BoundedCache[tuple[str, str], str] = BoundedCache()

    def record_activity(self, payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
        """Cache what an activity reports; return the events whose values are new, for the store."""
        workspace, person = requests.parse_workspace(payload), requests.parse_person(payload)
        self._service_urls.update_entry(workspace, service_url)
        if channel := requests.parse_channel(payload):
            self.set_channel_name(workspace, *channel)
            self._record_team(workspace, payload)
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
            self._names[person] = name[:MAX_NAME_LENGTH]

    def set_names(self, workspace: str, names: Mapping[str, str]) -> None:
        """Cache the display names of people in a tenant, by id; empty ones are ignored."""
        for person_id, name in names.items():
            self.set_name(Person(workspace, person_id), name)

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
        """Delete a channel that the bot was removed from; a team's id is its first channel's."""
        self._drop_team_channels(workspace, channel)
        self._channel_names.pop((workspace, channel), None)

    def get_team_ids(self, workspace: str) -> tuple[str, ...]:
        """Return the ids of the teams of which an activity was received since the start."""
        return tuple(id_ for tenant, id_ in list(self._team_channels) if tenant == workspace)

    def set_team_channels(self, workspace: str, team_id: str, names: Mapping[str, str]) -> None:
        """Cache the channels of a team, which replace earlier ones: names by id."""
        self._drop_team_channels(workspace, team_id)
        self._team_channels[workspace, team_id] = tuple(names)
        for channel, name in names.items():
            self.set_channel_name(workspace, channel, name)

    def set_roster(self, workspace: str, channel: str, members: Mapping[str, bool]) -> None:
        """Cache the members of a channel: by id whether each belongs to another organisation."""
        self._rosters[workspace, channel] = members

    def get_roster(self, workspace: str, channel: str) -> Mapping[str, bool]:
        """Return the cached members of a channel, see :meth:`set_roster`; empty without any."""
        return self._rosters.get((workspace, channel)) or {}

    def list_colleagues(self, workspace: str, channel: str) -> tuple[str, ...]:
        """Return the cached members of a channel who belong to the organisation, by name."""
        roster = self.get_roster(workspace, channel)
        names = self.get_names(workspace, (id_ for id_ in roster if not roster[id_]))
        return tuple(sorted(names, key=lambda id_: (names[id_].casefold(), id_)))

    def _record_team(self, workspace: str, payload: Payload) -> None:
        team = (payload.get("channelData") or {}).get("team")
        team_id = str(team.get("id") or "") if isinstance(team, dict) else ""
        if team_id and (workspace, team_id) not in self._team_channels:
            self._team_channels[workspace, team_id] = ()

    def _drop_team_channels(self, workspace: str, team_id: str) -> None:
        for channel in self._team_channels.pop((workspace, team_id), ()):
            self._channel_names.pop((workspace, channel), None)

    def set_channel_name(self, workspace: str, channel: str, name: str) -> None:
        """Cache a channel that the bot can post in; a blank *name* does not replace an earlier one.

        It is that of its team and its own.
        """
        cached_name = self._channel_names.get((workspace, channel), "")
        self._channel_names.update_entry(
            (workspace, channel), name[:MAX_NAME_LENGTH] or cached_name
        )

    def get_names(self, workspace: str, person_ids: Iterable[str]) -> dict[str, str]:
        """Return the cached display names of people in a tenant, by id; unknown ids are absent."""
        names = {id_: self.get_name(Person(workspace, id_)) for id_ in person_ids}
        return {id_: name for id_, name in names.items() if name}
