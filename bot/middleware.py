"""Request middleware: resolve languages, resume suspended workspaces, and build error replies."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

from bot.context import Context
from bot.conversation import (
    ChatEvent,
    DeferredReply,
    InvalidAnswers,
    Person,
    Profile,
    ProfileChanged,
    Reply,
    Request,
    RequestStep,
    Surface,
)
from bot.elements import Form, Message, Text
from bot.errors import BotError, UnshownReplyError
from bot.logs import log_error
from bot.routes import BoundHandler
from bot.store.repositories.teams import Account
from bot.workflows import access, reachability

logger = logging.getLogger("attune.middleware")

Handler = Callable[[Request, Context], Awaitable[Reply]]

_MAX_CACHED_PROFILES = 10_000
"""Size limit of the in-memory profile cache; a person without a team has no row in the store."""


class RequestMiddleware:
    """Binds handlers to the context, resolves languages and converts exceptions into replies.

    A :class:`bot.errors.BotError` becomes its catalogue message; any other exception becomes
    ``error.unexpected`` and one log line without the exception's message.
    """

    def __init__(self, context: Context) -> None:
        """Pass *context* to every handler, and start with an empty profile cache."""
        self._context = context
        self._profile_cache: OrderedDict[Person, Profile] = OrderedDict()
        self._profile_lookups: set[asyncio.Task[None]] = set()

    def bind_handler(
        self, handler: Handler, after_reply: Callable[[], None] | None = None
    ) -> BoundHandler:
        """Return *handler* wrapped for an adapter; *after_reply* is called after each call.

        Afterwards a background task fetches the person's profile, unless it is cached.
        """

        async def call_handler(request: Request) -> Reply:
            localized, requester = await self._localize_and_update_reachability(request)
            content = self._context.for_workspace(request.person.workspace)
            context = replace(content, requester=requester)
            reply = await self._run_with_error_reply(localized, lambda: handler(localized, context))
            if after_reply:
                after_reply()
            self._schedule_profile_lookup(request.person)
            return reply

        return call_handler

    def bind_handlers(
        self,
        handlers: Mapping[str, Handler],
        after_reply: Callable[[], None] | None = None,
        excluded_names: Collection[str] = (),
    ) -> dict[str, BoundHandler]:
        """Wrap every handler of a routing table; those of *excluded_names* get no *after_reply*."""
        return {
            name: self.bind_handler(handler, None if name in excluded_names else after_reply)
            for name, handler in handlers.items()
        }

    def bind_event_handler(
        self, handler: Callable[[ChatEvent, Context], Awaitable[None]]
    ) -> Callable[[ChatEvent], Awaitable[None]]:
        """Return *handler* wrapped for an adapter; an event's profile also updates the cache.

        Exceptions of the handler are raised, so that an adapter does not acknowledge an event that
        was not stored.
        """

        async def handle_event(event: ChatEvent) -> None:
            self._refresh_cached_profile(event)
            await handler(event, self._context)

        return handle_event

    def _refresh_cached_profile(self, event: ChatEvent) -> None:
        """Replace a cached profile by the event's; its default locale is that of the cached one."""
        match event:
            case ProfileChanged(person, profile) if cached := self._profile_cache.get(person):
                locale = profile.locale or cached.locale
                self._profile_cache[person] = replace(profile, locale=locale)

    async def report_unexpected_error(self, request: Request, _context: Context) -> Reply:
        """Return the reply for an exception raised after the first response was sent."""
        return self._build_error_reply(request, BotError())

    async def report_unshown_reply(self, request: Request, _context: Context) -> Reply:
        """Return the error message for a reply whose form was closed; it contains nothing of it."""
        return self._build_error_reply(request, UnshownReplyError())

    async def resolve_language(self, request: Request) -> str:
        """Return the person's language tag, for texts that an adapter renders without a handler."""
        localized, _ = await self._localize_and_update_reachability(request)
        return localized.language

    async def wait_for_profile_lookups(self) -> None:
        """Wait until every running profile lookup has finished."""
        while self._profile_lookups:
            await asyncio.gather(*self._profile_lookups, return_exceptions=True)

    async def _run_with_error_reply(
        self, request: Request, build_reply: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """Await a handler; convert an exception into a reply, also one of a deferred continuation.

        The adapter calls such a continuation later.
        """
        try:
            reply = await build_reply()
        except BotError as bot_error:
            return self._build_error_reply(request, bot_error)
        except Exception as error:  # noqa: BLE001 - the person still receives an error reply
            log_error(logger, "middleware.handler_failed", error)
            return self._build_error_reply(request, BotError())
        if isinstance(reply, DeferredReply):
            return replace(
                reply,
                continuation=lambda: self._run_with_error_reply(request, reply.continuation),
            )
        return reply

    def _build_error_reply(self, request: Request, error: BotError) -> Reply:
        """Return the error message: in a form a validation error on top, or a form in its place.

        A form whose submission may succeed on a retry stays open with its answers.
        """
        words = self._context.catalogue.get_pack(request.language)
        sentence = words.translate(error.key, **error.facts)
        if request.surface is Surface.FORM:
            if error.is_retryable and request.step is not RequestStep.CLOSED:
                return InvalidAnswers({"": f"{sentence} {words.translate('error.still_open')}"})
            title, close = words.translate("error.title"), words.translate("common.close")
            return Form("notice", title, (Text(sentence),), close=close)
        return Message(sentence, (Text(sentence),))

    async def _localize_and_update_reachability(
        self, request: Request
    ) -> tuple[Request, Account | None]:
        """Return *request* with its language, and its person's account if it could be read.

        An exception is logged; the language is then the default. The same read transaction loads
        whether the person or workspace is marked as unreachable; a request disproves it, and a
        write transaction then updates the rows.
        """
        try:
            requester = await self._load_requester(request)
            language = self._choose_language(request, requester)
        except Exception as error:  # noqa: BLE001 - the request is still handled, in English
            log_error(logger, "middleware.language_lookup_failed", error)
            return request, None
        if reachability.changes_reachability(
            requester.profile, requester.suspension_reason, request.affiliation
        ):
            await self._update_reachability(request)
        return replace(request, language=language), requester

    async def _update_reachability(self, request: Request) -> None:
        """Update the person's and the workspace's reachability by *request*, in one transaction.

        An exception is logged, not raised; the next request retries the write.
        """
        try:
            actions = await self._context.store.for_workspace(request.person.workspace).write(
                lambda repos: reachability.update_reachability_from_request(repos, request)
            )
        except Exception as error:  # noqa: BLE001 - the request is handled in any case
            log_error(logger, "middleware.recovery_not_stored", error)
            return
        for action in actions:
            logger.warning(action, extra={"action": action})

    async def _load_requester(self, request: Request) -> Account:
        return await self._context.store.for_workspace(request.person.workspace).read(
            lambda repos: access.load_requester(repos, request)
        )

    def _choose_language(self, request: Request, requester: Account) -> str:
        """Return the first available language, by the precedence of ``tags`` below."""
        stored, team = requester.profile, requester.team
        profile = self._profile_cache.get(request.person, Profile())
        if stored.has_joined and not stored.zone and profile.zone:
            # Cached before this person joined, when no row existed to save the zone in.
            del self._profile_cache[request.person]
        tags = (stored.language, request.locale, profile.locale, stored.locale)
        return self._context.catalogue.choose_language(*tags, team.language if team else "")

    def _schedule_profile_lookup(self, person: Person) -> None:
        """Start a background task that fetches the profile, unless it is cached."""
        if person in self._profile_cache:
            return
        task = asyncio.get_running_loop().create_task(self._look_up_profile(person))
        self._profile_lookups.add(task)
        task.add_done_callback(self._profile_lookups.discard)

    async def _look_up_profile(self, person: Person) -> None:
        """Fetch and store the profile; an exception is logged, and the next request retries it."""
        try:
            await self._fetch_and_store_profile(person)
        except Exception as error:  # noqa: BLE001 - nothing awaits the task
            self._profile_cache.pop(person, None)
            log_error(logger, "middleware.profile_not_stored", error)

    async def _fetch_and_store_profile(self, person: Person) -> None:
        """Fetch the profile from the product's API, cache it, and update the person's row if any.

        The first inserted entry is evicted when the cache is full. A failed API request is not
        cached.
        """
        outlet = self._context.find_outlet(person.workspace)
        profile = await outlet.fetch_profile(person) if outlet else None
        if profile is None:
            return
        self._profile_cache[person] = profile
        if len(self._profile_cache) > _MAX_CACHED_PROFILES:
            self._profile_cache.popitem(last=False)
        today = self._context.now().date()
        action = await self._context.store.for_workspace(person.workspace).write(
            lambda repos: reachability.apply_profile(repos, person, profile, today)
        )
        if action:
            logger.warning(action, extra={"action": action})
