"""Lookup of the names that a card shows: the members of a channel, and the channels of a team."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from bot.chat.msteams.conversation_ref import (
    CHANNEL_ID_PREFIX,
    ConversationRef,
    find_channel_ids,
    format_channel_name,
    parse_conversation_ref,
)
from bot.chat.msteams.directory_cache import ROSTER_CACHE_SECONDS, DirectoryCache, ExpiringCache
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.outbound.member_lookup import is_external_account
from bot.chat.msteams.render import card_factory
from bot.conversation import SendStatus
from bot.elements import Element
from bot.logs import log_error

logger = logging.getLogger("attune.msteams")

LOOKUP_TIMEOUT_SECONDS = 1.5
"""Seconds that a card waits for its names: Teams shows an error for an answer that comes late."""

FAILURE_CACHE_SECONDS = 20.0
"""Seconds for which a failed request is not repeated, so that an outage delays few cards."""

_MAX_ROSTERS, _MAX_TEAMS = 8, 20
"""Maximum rosters and teams that one card is looked up in."""

_DEFINITE_STATUSES = frozenset(
    {SendStatus.FAILED, SendStatus.ADDRESS_UNREACHABLE, SendStatus.REJECTED_BY_WORKSPACE}
)

ChannelRoutes = Callable[[str], Awaitable[Mapping[str, str]]]
"""Returns the stored routes of a workspace's channels, by channel id."""

_RequestKey = tuple[str, str, str]


class DirectoryLookup:
    """Fetches names into the directory cache before a card is rendered. It never raises.

    A request that succeeded or was refused for good is not repeated within
    :data:`~bot.chat.msteams.directory_cache.ROSTER_CACHE_SECONDS`. A card is rendered without the
    names that could not be fetched. Ids and names are never logged.
    """

    def __init__(
        self,
        api_client: ApiClient,
        directory: DirectoryCache,
        load_routes: ChannelRoutes,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Fetch with *api_client* what *directory* lacks; *load_routes* outlives a restart."""
        self._api_client = api_client
        self.directory = directory
        self._load_routes = load_routes
        self._settled: ExpiringCache[_RequestKey, bool] = ExpiringCache(
            ROSTER_CACHE_SECONDS, monotonic
        )
        self._failed: ExpiringCache[_RequestKey, bool] = ExpiringCache(
            FAILURE_CACHE_SECONDS, monotonic
        )
        self._routes: ExpiringCache[str, Mapping[str, ConversationRef]] = ExpiringCache(
            FAILURE_CACHE_SECONDS, monotonic
        )

    async def prefetch_names(self, body: Iterable[Element], workspace: str) -> None:
        """Fetch the names of the people and channels in *body* into the cache, before a timeout."""
        displayed = card_factory.find_displayed_ids(body)
        person_ids = displayed.person_ids if workspace else frozenset()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
                await asyncio.gather(
                    self._fetch_people(workspace, person_ids, displayed.roster_channel),
                    self._fetch_channels(
                        workspace, displayed.channel_ids, lists_all=displayed.lists_channels
                    ),
                )

    async def prefetch_submitted_channels(
        self, workspace: str, answers: Mapping[str, tuple[str, ...]], data: str
    ) -> None:
        """Fetch the teams' channels into the cache if *answers* or *data* name an uncached one.

        After a restart the cache does not contain the channels that an open form lists, nor the
        one that a previewed set-up changes to, which is in its data. A forged channel is fetched
        from no team, so that it stays unknown.
        """
        channel_ids = find_channel_ids(data) | {
            value
            for values in answers.values()
            for value in values
            if value.startswith(CHANNEL_ID_PREFIX)
        }
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
                await self._fetch_channels(workspace, channel_ids, lists_all=False)

    async def _fetch_people(
        self, workspace: str, person_ids: Iterable[str], roster_channel: str
    ) -> None:
        """Fetch the roster of the field's channel, and others of the tenant while names lack."""
        if roster_channel:
            await self._fetch_roster_once(workspace, roster_channel)
        if not self._lacks_names(workspace, person_ids):
            return
        channels = dict.fromkeys(await self._load_channel_refs(workspace))
        channels |= dict.fromkeys(self.directory.get_channel_names(workspace))
        await asyncio.gather(
            *(
                self._fetch_roster_once(workspace, channel)
                for channel in list(channels)[:_MAX_ROSTERS]
            )
        )

    def _lacks_names(self, workspace: str, person_ids: Iterable[str]) -> bool:
        ids = set(person_ids)
        return len(self.directory.get_names(workspace, ids)) < len(ids)

    async def _fetch_channels(
        self, workspace: str, channel_ids: Iterable[str], *, lists_all: bool
    ) -> None:
        """Fetch the channels of every team that has the app, if one of *channel_ids* lacks a name.

        With *lists_all* they are offered for a choice and fetched in any case.
        """
        names = self.directory.get_channel_names(workspace)
        if not lists_all and all(names.get(channel_id) for channel_id in channel_ids):
            return
        refs = await self._load_channel_refs(workspace)
        service_url = self.directory.get_service_url(workspace)
        for team_id in self.directory.get_team_ids(workspace):
            refs.setdefault(team_id, ConversationRef(service_url, team_id))
        await asyncio.gather(
            *(
                self._request_once(
                    ("channels", workspace, ref.id), partial(self._fetch_team, workspace, ref)
                )
                for ref in list(refs.values())[:_MAX_TEAMS]
            )
        )

    async def _load_channel_refs(self, workspace: str) -> dict[str, ConversationRef]:
        """Return the stored conversations of the channels that the app was added to, by id."""
        refs = self._routes.get(workspace)
        if refs is None:
            try:
                routes = await self._load_routes(workspace)
            except Exception as error:  # noqa: BLE001 - the card is rendered without the names
                log_error(logger, "teams.routes_not_loaded", error)
                routes = {}
            parsed = {id_: parse_conversation_ref(route) for id_, route in routes.items()}
            refs = {id_: ref for id_, ref in parsed.items() if ref}
            self._routes[workspace] = refs
        return dict(refs)

    async def _fetch_roster_once(self, workspace: str, channel: str) -> None:
        refs = await self._load_channel_refs(workspace)
        default_ref = ConversationRef(self.directory.get_service_url(workspace), channel)
        ref = refs.get(channel, default_ref)
        await self._request_once(
            ("roster", workspace, channel), partial(self._fetch_roster, workspace, ref)
        )

    async def _fetch_roster(self, workspace: str, channel: ConversationRef) -> None:
        """Cache the names of a channel's members, and who of them is of another organisation."""
        accounts = await self._api_client.fetch_roster(channel)
        names = {
            account.aad_object_id.lower(): account.name or ""
            for account in accounts
            if account.aad_object_id
        }
        self.directory.set_names(workspace, names)
        roster = {
            account.aad_object_id.lower(): is_external_account(account, workspace)
            for account in accounts
            if account.aad_object_id
        }
        self.directory.set_roster(workspace, channel.id, roster)

    async def _fetch_team(self, workspace: str, team: ConversationRef) -> None:
        """Cache the channels of a team; a conversation that is no team's first one is refused."""
        channels, team_name = await asyncio.gather(
            self._api_client.fetch_team_channels(team), self._api_client.fetch_team_name(team)
        )
        names = {id_: format_channel_name(team_name, name) for id_, name in channels.items()}
        self.directory.set_team_channels(workspace, team.id, names)

    async def _request_once(self, key: _RequestKey, fetch: Callable[[], Awaitable[None]]) -> None:
        """Run *fetch* unless it was settled or has failed lately; a late one counts as failed."""
        if key in self._settled or key in self._failed:
            return
        self._failed[key] = True
        try:
            await fetch()
        except Exception as error:  # noqa: BLE001 - the card is rendered without the names
            result = classify_error(error)
            fields = {"action": "teams.directory_lookup_failed", "kind": key[0]}
            logger.warning(fields["action"], extra={**fields, "reason": result.reason})
            if result.status not in _DEFINITE_STATUSES:
                return
        self._settled[key] = True
        self._failed.pop(key, None)
