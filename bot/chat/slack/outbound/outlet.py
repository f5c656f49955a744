"""What Slack's people receive without having just asked: messages owed, and their own page."""

import logging
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound import profiles
from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.chat.slack.render import surfaces
from bot.conversation import Address, Person, Profile, SendResult, SendStatus
from bot.elements import Home, Message
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

EVENT_TYPE = "attune_delivery"
"""Names the metadata that a message owed carries; beside it stands its opaque id alone."""

_CLOCK_SKEW_SECONDS = 5.0
"""Seconds that this machine's clock may be ahead of Slack's when a message is looked for."""

_PAGE_SIZE, _MAX_PAGES = 15, 20
_UNKNOWN_PERSON_ERRORS = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


SearchResult = Literal["yes", "no", "unable", "later"]


@dataclass(frozen=True)
class AccountCheck:
    """What Slack says of the bot's own account; ``error`` when it says nothing good.

    ``clock`` is Slack's time as Unix seconds, when it told it.
    """

    error_code: str = ""
    team_id: str = ""
    workspace_name: str = ""
    bot_user_id: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None


class SlackOutlet:
    """Slack, as the schedules and handlers see it. It never raises and never sends twice."""

    def __init__(self, api_client: ApiClient) -> None:
        """Send over *line*."""
        self._api_client = api_client

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Post to a channel, or to a person's private chat with the bot, once."""
        try:
            shown = surfaces.render_message_cached(message, surfaces.extract_team_id(to.workspace))
            client = await self._api_client.get_client(to.workspace)
            posted = await client.chat_postMessage(
                channel=to.channel or to.person,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": delivery_id}},
                unfurl_links=False,
                unfurl_media=False,
                **shown,
            )
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _log_failure("slack.not_sent", error)
        chat = str(posted.get("channel") or "")
        reference = f"{chat}:{posted.get('ts')}"
        return SendResult(SendStatus.SENT, reference, route=chat if to.person else "")

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Look for a message in the chat it was meant for; needs the scope ``im:history``.

        ``to.way`` is the private chat's own id (``D…``), if an earlier message told it; a
        chat that was never written to can only be found with the scope ``im:write``.
        ``no`` is said only when everything since *since* was read.
        """
        try:
            return await self._search_history(to, delivery_id, since)
        except Exception as error:  # noqa: BLE001 - whatever broke, nothing was proved
            fate = _log_failure("slack.not_looked", error).status
            return (
                "unable"
                if fate in {SendStatus.FAILED, SendStatus.GONE, SendStatus.CLOSED}
                else "later"
            )

    async def fetch_profile(self, person: Person) -> Profile | None:
        """Ask Slack for a person's locale, zone and standing."""
        try:
            client = await self._api_client.get_client(person.workspace)
            answered = await client.users_info(user=person.id, include_locale=True)
            return profiles.parse_profile(answered["user"])
        except Exception as error:  # noqa: BLE001 - a person is served without it, too
            if error_codes.slack_error_code(error) in _UNKNOWN_PERSON_ERRORS:
                return Profile(is_person=False)
            _log_failure("slack.no_profile", error)
            return None

    async def show_home(self, person: Person, home: Home) -> None:
        """Put up a person's own page in the app's Home."""
        try:
            await publish_home(self._api_client, person, home)
        except Exception as error:  # noqa: BLE001 - the page is put up afresh when next opened
            _log_failure("slack.no_home", error)

    async def check_account(self, workspace: str = "") -> AccountCheck:
        """Ask Slack who the bot is, for the operator's check-up."""
        try:
            client = await self._api_client.get_client(workspace)
            answered = await client.auth_test()
        except Exception as error:  # noqa: BLE001 - the operator is told what stood in the way
            return AccountCheck(error_code=_log_failure("slack.no_account", error).reason)
        headers = answered.headers
        return AccountCheck(
            team_id=str(answered.get("team_id") or ""),
            workspace_name=str(answered.get("team") or ""),
            bot_user_id=str(answered.get("user_id") or ""),
            scopes=frozenset(filter(None, headers.get("x-oauth-scopes", "").split(","))),
            server_time=_parse_http_date(headers.get("Date", "")),
        )

    async def _search_history(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        client = await self._api_client.get_client(to.workspace)
        chat = to.channel or to.route
        if not chat:
            opened = await client.conversations_open(users=to.person)
            chat = str(opened["channel"]["id"])
        # A clock walked ahead in a test would hide everything that was really posted.
        oldest = (
            str(since - _CLOCK_SKEW_SECONDS) if since <= time.time() + _CLOCK_SKEW_SECONDS else None
        )
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            page = await client.conversations_history(
                channel=chat,
                oldest=oldest,
                cursor=cursor,
                limit=_PAGE_SIZE,
                include_all_metadata=True,
            )
            if any(_read_delivery_id(one) == delivery_id for one in page["messages"]):
                return "yes"
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return "no"
        return "unable"


def _read_delivery_id(message: dict[str, Any]) -> str:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("id") or "")


def _parse_http_date(date_header: str) -> float | None:
    try:
        return parsedate_to_datetime(date_header).timestamp()
    except ValueError:
        return None


def _log_failure(action: str, error: Exception) -> SendResult:
    fate = error_codes.classify_error(error)
    if isinstance(error, SlackApiError) or fate.status is SendStatus.RETRY_LATER:
        facts = {"action": action, "fate": fate.status.value, "reason": fate.reason}
        logger.warning(action, extra=facts)
    else:
        log_error(logger, action, error)
    return fate
