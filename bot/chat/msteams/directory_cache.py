"""What Teams has told in passing of people and places: kept in memory alone, for a while."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE
from bot.chat.msteams.inbound import requests
from bot.chat.request_body import Payload
from bot.conversation import News, Person, Profile

_MOST = 10_000

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """A table that forgets what was asked for longest ago."""

    def __init__(self, most: int = _MOST) -> None:
        """Remember *most* entries."""
        self._most = most
        self._table: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what is remembered under *key*."""
        return self._table.get(key)

    def put(self, key: K, value: V) -> bool:
        """Remember *value*; ``True`` when it is news."""
        news = self._table.get(key) != value
        self._table[key] = value
        self._table.move_to_end(key)
        if len(self._table) > self._most:
            self._table.popitem(last=False)
        return news

    def drop(self, key: K) -> None:
        """Forget *key*."""
        self._table.pop(key, None)


class Acquaintances:
    """What activities say of their senders, so that Teams need not be asked for it."""

    def __init__(self, service: str = GLOBAL_SERVICE) -> None:
        """Begin with nobody; a tenant that has not spoken yet is served at *service*."""
        self._service = service
        self._profiles: Remembered[Person, Profile] = Remembered()
        self._names: Remembered[Person, str] = Remembered()
        self._ways: Remembered[Person, str] = Remembered()
        self._services: Remembered[str, str] = Remembered()

    def meet(self, payload: Payload, service: str) -> tuple[News, ...]:
        """Take note of an activity, and return what is news in it for the store to keep."""
        workspace, person = requests.workspace(payload), requests.person(payload)
        self._services.put(workspace, service)
        if person is None:
            return ()
        if name := str((payload.get("from") or {}).get("name") or ""):
            self._names.put(person, name)
        news = []
        told = requests.profile(payload)
        if told != Profile() and self._profiles.put(person, told):
            news.append(News("profile", person.workspace, person.id, profile=told))
        if requests.is_personal(payload):
            way = str(requests.way(payload, service))
            if self._ways.put(person, way):
                news.append(News("arrived", person.workspace, person.id, way=way))
        return tuple(news)

    def forget(self, person: Person) -> None:
        """Let go of somebody's profile and way, so that both are news again."""
        self._profiles.drop(person)
        self._ways.drop(person)

    def profile(self, person: Person) -> Profile:
        """Return what is known of *person*; blank for whoever never did anything here."""
        return self._profiles.get(person) or Profile()

    def way(self, person: Person) -> str:
        """Return the way to somebody's private chat, if they did anything in it."""
        return self._ways.get(person) or ""

    def service(self, workspace: str) -> str:
        """Return the address that serves a tenant, as far as it is known."""
        return self._services.get(workspace) or self._service

    def name(self, person: Person, name: str = "") -> str:
        """Return what *person* is called; with *name*, remember it first."""
        if name:
            self._names.put(person, name)
        return self._names.get(person) or ""

    def names(self, workspace: str, people: Iterable[str]) -> dict[str, str]:
        """Return the names that are known of *people* in a tenant, by id."""
        found = {one: self.name(Person(workspace, one)) for one in people}
        return {one: name for one, name in found.items() if name}
