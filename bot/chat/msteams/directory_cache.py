"""What Teams has told in passing of people and places: kept in memory alone, for a while."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE_URL
from bot.chat.msteams.inbound import requests
from bot.chat.request_body import Payload
from bot.conversation import ChatEvent, Person, Profile

_MAX_ENTRIES = 10_000

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """A table that forgets what was asked for longest ago."""

    def __init__(self, max_entries: int = _MAX_ENTRIES) -> None:
        """Remember *most* entries."""
        self._max_entries = max_entries
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what is remembered under *key*."""
        return self._entries.get(key)

    def update_entry(self, key: K, value: V) -> bool:
        """Remember *value*; ``True`` when it is news."""
        news = self._entries.get(key) != value
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)
        return news

    def remove(self, key: K) -> None:
        """Forget *key*."""
        self._entries.pop(key, None)


class DirectoryCache:
    """What activities say of their senders, so that Teams need not be asked for it."""

    def __init__(self, service_url: str = GLOBAL_SERVICE_URL) -> None:
        """Begin with nobody; a tenant that has not spoken yet is served at *service*."""
        self._default_service_url = service_url
        self._profiles: BoundedCache[Person, Profile] = BoundedCache()
        self._names: BoundedCache[Person, str] = BoundedCache()
        self._routes: BoundedCache[Person, str] = BoundedCache()
        self._service_urls: BoundedCache[str, str] = BoundedCache()

    def record_activity(self, payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
        """Take note of an activity, and return what is news in it for the store to keep."""
        workspace, person = requests.parse_workspace(payload), requests.parse_person(payload)
        self._service_urls.update_entry(workspace, service_url)
        if person is None:
            return ()
        if name := str((payload.get("from") or {}).get("name") or ""):
            self._names.update_entry(person, name)
        news = []
        told = requests.parse_profile(payload)
        if told != Profile() and self._profiles.update_entry(person, told):
            news.append(ChatEvent("profile", person.workspace, person.id, profile=told))
        if requests.is_personal_chat(payload):
            way = str(requests.parse_conversation(payload, service_url))
            if self._routes.update_entry(person, way):
                news.append(ChatEvent("arrived", person.workspace, person.id, route=way))
        return tuple(news)

    def forget_person(self, person: Person) -> None:
        """Let go of somebody's profile and way, so that both are news again."""
        self._profiles.remove(person)
        self._routes.remove(person)

    def get_profile(self, person: Person) -> Profile:
        """Return what is known of *person*; blank for whoever never did anything here."""
        return self._profiles.get(person) or Profile()

    def get_route(self, person: Person) -> str:
        """Return the way to somebody's private chat, if they did anything in it."""
        return self._routes.get(person) or ""

    def get_service_url(self, workspace: str) -> str:
        """Return the address that serves a tenant, as far as it is known."""
        return self._service_urls.get(workspace) or self._default_service_url

    def get_or_set_name(self, person: Person, new_name: str = "") -> str:
        """Return what *person* is called; with *name*, remember it first."""
        if new_name:
            self._names.update_entry(person, new_name)
        return self._names.get(person) or ""

    def get_names(self, workspace: str, person_ids: Iterable[str]) -> dict[str, str]:
        """Return the names that are known of *people* in a tenant, by id."""
        found = {one: self.get_or_set_name(Person(workspace, one)) for one in person_ids}
        return {one: name for one, name in found.items() if name}
