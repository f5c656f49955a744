"""What every request passes on its way to a handler: the person's language, and kind errors."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.context import Desk
from bot.conversation import Answer, Later, News, Person, Profile, Reply, Request
from bot.domain.people import Clinician, Team
from bot.elements import Form, Message, Text
from bot.errors import BotError
from bot.logs import trouble
from bot.store.repositories import Books

logger = logging.getLogger("attune.front")

Handler = Callable[[Request, Desk], Awaitable[Reply]]

_REMEMBERED = 10_000
"""How many people's profiles are kept in memory; those who are not on a team are in no table."""


class Front:
    """Meets people in their own language, and turns what goes wrong into a kind sentence.

    It binds handlers to the desk. A :class:`bot.errors.BotError` becomes its sentence;
    anything else becomes ``error.unexpected`` and one log line that quotes nobody.
    """

    def __init__(self, desk: Desk) -> None:
        """Stand before *desk*."""
        self._desk = desk
        self._profiles: OrderedDict[Person, Profile] = OrderedDict()
        self._asking: set[asyncio.Task[None]] = set()

    def bind(self, handler: Handler, then: Callable[[], None] | None = None) -> Answer:
        """Give a product's room what it may call; *then* runs after each answer."""

        async def answer(request: Request) -> Reply:
            settled = await self._settled(request)
            reply = await self._guarded(settled, lambda: handler(settled, self._desk))
            if then:
                then()
            self._get_to_know(request.person)
            return reply

        return answer

    def bind_all(
        self, handlers: Mapping[str, Handler], then: Callable[[], None] | None = None
    ) -> dict[str, Answer]:
        """Bind a whole table of handlers."""
        return {name: self.bind(handler, then) for name, handler in handlers.items()}

    def hear(
        self, told: Callable[[News, Desk], Awaitable[None]]
    ) -> Callable[[News], Awaitable[None]]:
        """Give a product's room what it tells its news: people are known anew from then on."""

        async def heard(news: News) -> None:
            self._know_anew(news)
            await told(news, self._desk)

        return heard

    def _know_anew(self, news: News) -> None:
        person = Person(news.workspace, news.person)
        before = self._profiles.get(person)
        if before and news.profile:
            locale = news.profile.locale or before.locale
            self._profiles[person] = replace(news.profile, locale=locale)

    async def unexpected(self, request: Request, _desk: Desk) -> Reply:
        """Tell the person that something went wrong after their answer had left."""
        return self._sentence(request, BotError())

    async def language(self, request: Request) -> str:
        """Return the language that the person is met in, for what a product says by itself."""
        return (await self._settled(request)).language

    async def settle(self) -> None:
        """Wait until everybody who was being asked about is known."""
        while self._asking:
            await asyncio.gather(*self._asking, return_exceptions=True)

    async def _guarded(self, request: Request, work: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            reply = await work()
        except BotError as told:
            return self._sentence(request, told)
        except Exception as error:  # noqa: BLE001 - the last resort: the person hears a sentence
            trouble(logger, "front.handler_failed", error)
            return self._sentence(request, BotError())
        if isinstance(reply, Later):
            return Later(lambda: self._guarded(request, reply.work))
        return reply

    def _sentence(self, request: Request, told: BotError) -> Message | Form:
        words = self._desk.catalogue.words(request.language)
        sentence = words.say(told.key, **told.facts)
        if request.inside_form:
            title, close = words.say("error.title"), words.say("common.close")
            return Form("notice", title, (Text(sentence),), close=close)
        return Message(sentence, (Text(sentence),))

    async def _settled(self, request: Request) -> Request:
        try:
            return replace(request, language=await self._language(request))
        except Exception as error:  # noqa: BLE001 - who cannot be looked up is still answered
            trouble(logger, "front.language_unknown", error)
            return request

    async def _language(self, request: Request) -> str:
        def look(books: Books) -> tuple[Clinician, Team | None]:
            person = request.person
            team = books.teams.home_of(person)
            return books.people.get(person), team or books.teams.at(
                person.workspace, request.channel
            )

        known, team = await self._desk.store.read(look)
        profile = self._profiles.get(request.person, Profile())
        if known.joined and not known.zone and profile.zone:
            # Who used the bot before joining was asked about when nothing could be kept.
            del self._profiles[request.person]
        tags = (known.language, request.locale, profile.locale, known.locale)
        return self._desk.catalogue.settle(*tags, team.language if team else "")

    def _get_to_know(self, person: Person) -> None:
        if person in self._profiles:
            return
        task = asyncio.get_running_loop().create_task(self._ask_about(person))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask_about(self, person: Person) -> None:
        outlet = self._desk.outlets.get(person.workspace.partition(":")[0])
        profile = await outlet.profile(person) if outlet else None
        if profile is None:
            return
        self._profiles[person] = profile
        if len(self._profiles) > _REMEMBERED:
            self._profiles.popitem(last=False)
        await self._desk.store.write(
            lambda books: books.people.learn(person, locale=profile.locale, zone=profile.zone)
        )
