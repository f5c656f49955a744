"""Slack outlet: Web API calls that no request triggered: messages, profiles, account status."""

import asyncio
import logging
import time
from collections.abc import Collection
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.chat.probe_results import build_probe_result
from bot.chat.slack.inbound import profiles
from bot.chat.slack.outbound import account_checks, error_codes
from bot.chat.slack.outbound.account_checks import AccountCheck
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.chat.slack.outbound.installation_check import check_installation
from bot.chat.slack.outbound.organisation_access import OrganisationAccess
from bot.chat.slack.render import surfaces
from bot.conversation import Address, Person, Profile, SearchResult, SendResult, SendStatus
from bot.elements import Home, Message
from bot.logs import log_error
from bot.outlet import AccountStatus, InstallationStatus, ProbeResult, ProbeStatus

logger = logging.getLogger("attune.slack")

EVENT_TYPE = "attune_delivery"
"""``event_type`` of a message's metadata; its ``event_payload`` is the delivery's opaque id."""

_CLOCK_SKEW_SECONDS = 5.0
"""Seconds that are subtracted from ``oldest``, in case this machine's clock is ahead of Slack's."""

_OPEN_TIMEOUT_SECONDS = 5.0
"""Timeout of ``conversations.open``: the message must not be sent long after its row is claimed."""

_PAGE_SIZE, _MAX_PAGES = 15, 20
_MISSING_SCOPE_ERROR = "missing_scope"

_NOT_LISTED_REASON = "team_access_not_granted"
"""Slack's error code for a workspace that the organisation's token has no access to."""

_UNKNOWN_PERSON_ERRORS = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


class SlackOutlet:
    """Implementation of :class:`bot.outlet.Outlet` for Slack; never raises, never retries."""

    def __init__(self, api_client: ApiClient, access: OrganisationAccess | None = None) -> None:
        """Call the Web API with *api_client*; *access* is ``None`` with one configured token."""
        self._api_client = api_client
        self._access = access

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Call ``chat.postMessage`` once, for a channel or a user's private chat with the bot.

        With ``to.must_open_chat``, ``conversations.open`` is called first. Every exception is
        returned as a classified :class:`SendResult`; a message whose response was lost is
        ``UNKNOWN``. Its metadata contains *delivery_id*, by which :meth:`check_posted` finds it.
        """
        chat_id = to.channel or to.person
        if to.must_open_chat:
            try:
                chat_id = await self._open_chat(to)
            except Exception as error:  # noqa: BLE001 - every error is classified
                result = error_codes.classify_error_before_posting(error)
                return _log_result("slack.open_chat_failed", error, result)
        try:
            team_id = surfaces.extract_team_id(to.workspace)
            content = surfaces.render_message_cached(message, team_id)
            client = await self._api_client.get_client(to.workspace)
            response = await client.chat_postMessage(
                channel=chat_id,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}},
                unfurl_links=False,
                unfurl_media=False,
                **content,
            )
        except Exception as error:  # noqa: BLE001 - every error is classified into a send result
            return _log_result("slack.send_failed", error, error_codes.classify_error(error, to))
        channel_id = str(response.get("channel") or "")
        reference = f"{channel_id}:{response.get('ts')}"
        return SendResult(SendStatus.SENT, reference, route=channel_id if to.person else "")

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Search the pages of ``conversations.history`` for *delivery_id*; needs ``im:history``.

        ``to.route`` is the private chat's id (``D…``), if it is stored; otherwise
        ``conversations.open`` is called, which needs ``im:write``. *since* is in Unix seconds.
        Returns ``NOT_FOUND`` only when all pages since then were read, ``NOT_SUPPORTED`` after the
        maximum of pages or a permanent error, ``RETRY_LATER`` after any other exception.
        """
        try:
            return await self._search_history(to, delivery_id, since)
        except Exception as error:  # noqa: BLE001 - an error of any kind proves nothing
            status = _log_failure("slack.history_search_failed", error).status
            is_final = status in {
                SendStatus.FAILED,
                SendStatus.ADDRESS_UNREACHABLE,
                SendStatus.REJECTED_BY_WORKSPACE,
            }
            return SearchResult.NOT_SUPPORTED if is_final else SearchResult.RETRY_LATER

    async def probe(self, to: Address) -> ProbeResult:
        """Call ``auth.test`` for the workspace of *to*, which posts nothing and needs no scope.

        For a workspace of an organisation, whose token would pass ``auth.test`` in any case, the
        list of ``auth.teams.list`` is searched instead.
        """
        try:
            organisation = await self._find_organisation(to.workspace)
            if self._access is None or not organisation:
                await (await self._api_client.get_client(to.workspace)).auth_test()
            elif not await self._access.is_listed(organisation, to.workspace):
                return ProbeResult(ProbeStatus.REFUSED, _NOT_LISTED_REASON)
        except Exception as error:  # noqa: BLE001 - every error is classified into a probe result
            return build_probe_result(_log_failure("slack.probe_failed", error))
        return ProbeResult(ProbeStatus.AVAILABLE)

    async def _find_organisation(self, workspace: str) -> str:
        return await self._access.links.find_organisation(workspace) if self._access else ""

    async def fetch_profile(self, person: Person, channel: str = "") -> Profile | None:
        """Call ``users.info`` and return the profile; ``None`` when the call fails.

        An id that Slack does not know is a profile with ``is_active_person=False``. *channel* is
        ignored: the call needs none.
        """
        try:
            client = await self._api_client.get_client(person.workspace)
            response = await client.users_info(user=person.id, include_locale=True)
            return profiles.parse_profile(response["user"], person.workspace)
        except Exception as error:  # noqa: BLE001 - callers have defaults for a missing profile
            if error_codes.slack_error_code(error) in _UNKNOWN_PERSON_ERRORS:
                return Profile(is_active_person=False)
            _log_failure("slack.profile_fetch_failed", error)
            return None

    async def fetch_account_status(
        self, person: Person, channels: Collection[str]
    ) -> AccountStatus:
        """Return the account status by ``users.info``; *channels* are ignored."""
        del channels
        profile = await self.fetch_profile(person)
        if profile is None:
            return AccountStatus.UNKNOWN
        return AccountStatus.ACTIVE if profile.may_be_listed else AccountStatus.CLOSED

    async def show_home(self, person: Person, home: Home) -> None:
        """Call ``views.publish`` for a user's Home tab; an exception is logged, not raised."""
        try:
            await publish_home(self._api_client, person, home)
        except Exception as error:  # noqa: BLE001 - it is published again when next opened
            _log_failure("slack.home_publish_failed", error)

    async def check_account(self, workspace: str = "") -> AccountCheck:
        """Call ``auth.test`` for the identity and scopes of the bot token; never raises."""
        return await account_checks.check_account(self._api_client, workspace)

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Return the installation status of *workspace*; see :func:`check_installation`."""
        return await check_installation(self._api_client, workspace, self._access)

    async def has_refused_token(self) -> bool:
        """Call ``auth.test`` and return whether Slack rejects the bot token. Never raises.

        Nothing is logged: the caller polls, and logs each change.
        """
        try:
            await (await self._api_client.get_client()).auth_test()
        except Exception as error:  # noqa: BLE001 - every error is classified
            return error_codes.classify_error(error).status is SendStatus.REJECTED_BY_WORKSPACE
        return False

    async def _open_chat(self, to: Address) -> str:
        """Call ``conversations.open`` and return the chat's id; the user's id without ``im:write``.

        ``chat.postMessage`` accepts a user id as well. Raises TimeoutError and API errors.
        """
        client = await self._api_client.get_client(to.workspace)
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT_SECONDS):
                response = await client.conversations_open(users=to.person)
        except SlackApiError as error:
            if error_codes.slack_error_code(error) == _MISSING_SCOPE_ERROR:
                return to.person
            raise
        return str(response["channel"]["id"])

    async def _search_history(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        client = await self._api_client.get_client(to.workspace)
        channel_id = to.channel or to.route
        if not channel_id:
            response = await client.conversations_open(users=to.person)
            channel_id = str(response["channel"]["id"])
        # With a test clock in the future, the limit would exclude messages that were posted.
        oldest = (
            str(since - _CLOCK_SKEW_SECONDS) if since <= time.time() + _CLOCK_SKEW_SECONDS else None
        )
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await client.conversations_history(
                channel=channel_id,
                oldest=oldest,
                cursor=cursor,
                limit=_PAGE_SIZE,
                include_all_metadata=True,
            )
            if delivery_id in map(_read_delivery_id, page["messages"]):
                return SearchResult.FOUND
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return SearchResult.NOT_FOUND
        return SearchResult.NOT_SUPPORTED


def _read_delivery_id(message: dict[str, Any]) -> str:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("id") or "")


def _log_failure(action: str, error: Exception) -> SendResult:
    return _log_result(action, error, error_codes.classify_error(error))


def _log_result(action: str, error: Exception, result: SendResult) -> SendResult:
    if isinstance(error, SlackApiError) or result.status is SendStatus.RETRY_LATER:
        fields = {"action": action, "status": result.status.value, "reason": result.reason}
        logger.warning(action, extra=fields)
    else:
        log_error(logger, action, error)
    return result
