"""What every request passes on its way to a handler: the person's language, and kind errors."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.context import Context
from bot.conversation import BoundHandler, ChatEvent, DeferredReply, Person, Profile, Reply, Request
from bot.domain.people import Clinician, Team
from bot.elements import Form, Message, Text
from bot.errors import BotError
from bot.logs import log_error
from bot.store.repositories import Repositories

logger = logging.getLogger("attune.front")

Handler = Callable[[Request, Context], Awaitable[Reply]]

_MAX_CACHED_PROFILES = 10_000
"""How many people's profiles are kept in memory; those who are not on a team are in no table."""


class RequestMiddleware:
    """Meets people in their own language, and turns what goes wrong into a kind sentence.

    It binds handlers to the desk. A :class:`bot.errors.BotError` becomes its sentence;
    anything else becomes ``error.unexpected`` and one log line that quotes nobody.
    """

    def __init__(self, context: Context) -> None:
        """Stand before *desk*."""
        self._context = context
        self._profile_cache: OrderedDict[Person, Profile] = OrderedDict()
        self._profile_lookups: set[asyncio.Task[None]] = set()

    def bind_handler(
        self, handler: Handler, after_reply: Callable[[], None] | None = None
    ) -> BoundHandler:
        """Give a product's room what it may call; *then* runs after each answer."""

        async def call_handler(request: Request) -> Reply:
            settled = await self._with_language(request)
            reply = await self._run_with_error_reply(
                settled, lambda: handler(settled, self._context)
            )
            if after_reply:
                after_reply()
            self._schedule_profile_lookup(request.person)
            return reply

        return call_handler

    def bind_handlers(
        self, handlers: Mapping[str, Handler], after_reply: Callable[[], None] | None = None
    ) -> dict[str, BoundHandler]:
        """Bind a whole table of handlers."""
        return {name: self.bind_handler(handler, after_reply) for name, handler in handlers.items()}

    def bind_event_handler(
        self, handler: Callable[[ChatEvent, Context], Awaitable[None]]
    ) -> Callable[[ChatEvent], Awaitable[None]]:
        """Give a product's room what it tells its news: people are known anew from then on."""

        async def handle_event(event: ChatEvent) -> None:
            self._refresh_cached_profile(event)
            await handler(event, self._context)

        return handle_event

    def _refresh_cached_profile(self, event: ChatEvent) -> None:
        person = Person(event.workspace, event.person)
        before = self._profile_cache.get(person)
        if before and event.profile:
            locale = event.profile.locale or before.locale
            self._profile_cache[person] = replace(event.profile, locale=locale)

    async def report_unexpected_error(self, request: Request, _context: Context) -> Reply:
        """Tell the person that something went wrong after their answer had left."""
        return self._build_error_reply(request, BotError())

    async def resolve_language(self, request: Request) -> str:
        """Return the language that the person is met in, for what a product says by itself."""
        return (await self._with_language(request)).language

    async def wait_for_profile_lookups(self) -> None:
        """Wait until everybody who was being asked about is known."""
        while self._profile_lookups:
            await asyncio.gather(*self._profile_lookups, return_exceptions=True)

    async def _run_with_error_reply(
        self, request: Request, build_reply: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        try:
            reply = await build_reply()
        except BotError as told:
            return self._build_error_reply(request, told)
        except Exception as error:  # noqa: BLE001 - the last resort: the person hears a sentence
            log_error(logger, "front.handler_failed", error)
            return self._build_error_reply(request, BotError())
        if isinstance(reply, DeferredReply):
            return DeferredReply(lambda: self._run_with_error_reply(request, reply.continuation))
        return reply

    def _build_error_reply(self, request: Request, error: BotError) -> Message | Form:
        words = self._context.catalogue.get_pack(request.language)
        sentence = words.translate(error.key, **error.facts)
        if request.inside_form:
            title, close = words.translate("error.title"), words.translate("common.close")
            return Form("notice", title, (Text(sentence),), close=close)
        return Message(sentence, (Text(sentence),))

    async def _with_language(self, request: Request) -> Request:
        try:
            return replace(request, language=await self._find_language(request))
        except Exception as error:  # noqa: BLE001 - who cannot be looked up is still answered
            log_error(logger, "front.language_unknown", error)
            return request

    async def _find_language(self, request: Request) -> str:
        def read_person_and_team(repos: Repositories) -> tuple[Clinician, Team | None]:
            person = request.person
            team = repos.teams.get_home_team(person)
            return repos.people.get(person), team or repos.teams.get_by_channel(
                person.workspace, request.channel
            )

        known, team = await self._context.store.read(read_person_and_team)
        profile = self._profile_cache.get(request.person, Profile())
        if known.has_joined and not known.zone and profile.zone:
            # Who used the bot before joining was asked about when nothing could be kept.
            del self._profile_cache[request.person]
        tags = (known.language, request.locale, profile.locale, known.locale)
        return self._context.catalogue.choose_language(*tags, team.language if team else "")

    def _schedule_profile_lookup(self, person: Person) -> None:
        if person in self._profile_cache:
            return
        task = asyncio.get_running_loop().create_task(self._look_up_profile(person))
        self._profile_lookups.add(task)
        task.add_done_callback(self._profile_lookups.discard)

    async def _look_up_profile(self, person: Person) -> None:
        outlet = self._context.outlets.get(person.workspace.partition(":")[0])
        profile = await outlet.fetch_profile(person) if outlet else None
        if profile is None:
            return
        self._profile_cache[person] = profile
        if len(self._profile_cache) > _MAX_CACHED_PROFILES:
            self._profile_cache.popitem(last=False)
        await self._context.store.write(
            lambda repos: repos.people.update_profile(
                person, locale=profile.locale, zone=profile.zone
            )
        )
