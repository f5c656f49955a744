"""What Slack's people receive without having just asked: messages owed, and their own page."""

import logging
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound import profiles
from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import Line
from bot.chat.slack.outbound.home_tab import publish
from bot.chat.slack.render import surfaces
from bot.conversation import Address, Fate, Outcome, Person, Profile
from bot.elements import Home, Message
from bot.logs import trouble

logger = logging.getLogger("attune.slack")

EVENT_TYPE = "attune_delivery"
"""Names the metadata that a message owed carries; beside it stands its opaque id alone."""

_MARGIN = 5.0
"""Seconds that this machine's clock may be ahead of Slack's when a message is looked for."""

_PAGE, _PAGES = 15, 20
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


Found = Literal["yes", "no", "unable", "later"]


@dataclass(frozen=True)
class Account:
    """What Slack says of the bot's own account; ``error`` when it says nothing good.

    ``clock`` is Slack's time as Unix seconds, when it told it.
    """

    error: str = ""
    team: str = ""
    workspace: str = ""
    bot: str = ""
    scopes: frozenset[str] = frozenset()
    clock: float | None = None


class SlackOutlet:
    """Slack, as the schedules and handlers see it. It never raises and never sends twice."""

    def __init__(self, line: Line) -> None:
        """Send over *line*."""
        self._line = line

    async def send(self, to: Address, message: Message, key: str) -> Outcome:
        """Post to a channel, or to a person's private chat with the bot, once."""
        try:
            shown = surfaces.owed(message, surfaces.team(to.workspace))
            client = await self._line.client(to.workspace)
            posted = await client.chat_postMessage(
                channel=to.channel or to.person,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": key}},
                unfurl_links=False,
                unfurl_media=False,
                **shown,
            )
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _told("slack.not_sent", error)
        chat = str(posted.get("channel") or "")
        reference = f"{chat}:{posted.get('ts')}"
        return Outcome(Fate.SENT, reference, way=chat if to.person else "")

    async def find(self, to: Address, key: str, since: float) -> Found:
        """Look for a message in the chat it was meant for; needs the scope ``im:history``.

        ``to.way`` is the private chat's own id (``D…``), if an earlier message told it; a
        chat that was never written to can only be found with the scope ``im:write``.
        ``no`` is said only when everything since *since* was read.
        """
        try:
            return await self._look(to, key, since)
        except Exception as error:  # noqa: BLE001 - whatever broke, nothing was proved
            fate = _told("slack.not_looked", error).fate
            return "unable" if fate in {Fate.FAILED, Fate.GONE, Fate.CLOSED} else "later"

    async def profile(self, person: Person) -> Profile | None:
        """Ask Slack for a person's locale, zone and standing."""
        try:
            client = await self._line.client(person.workspace)
            answered = await client.users_info(user=person.id, include_locale=True)
            return profiles.read(answered["user"])
        except Exception as error:  # noqa: BLE001 - a person is served without it, too
            if error_codes.code(error) in _NOBODY:
                return Profile(is_person=False)
            _told("slack.no_profile", error)
            return None

    async def show_home(self, person: Person, home: Home) -> None:
        """Put up a person's own page in the app's Home."""
        try:
            await publish(self._line, person, home)
        except Exception as error:  # noqa: BLE001 - the page is put up afresh when next opened
            _told("slack.no_home", error)

    async def account(self, workspace: str = "") -> Account:
        """Ask Slack who the bot is, for the operator's check-up."""
        try:
            client = await self._line.client(workspace)
            answered = await client.auth_test()
        except Exception as error:  # noqa: BLE001 - the operator is told what stood in the way
            return Account(error=_told("slack.no_account", error).reason)
        headers = answered.headers
        return Account(
            team=str(answered.get("team_id") or ""),
            workspace=str(answered.get("team") or ""),
            bot=str(answered.get("user_id") or ""),
            scopes=frozenset(filter(None, headers.get("x-oauth-scopes", "").split(","))),
            clock=_clock(headers.get("Date", "")),
        )

    async def _look(self, to: Address, key: str, since: float) -> Found:
        client = await self._line.client(to.workspace)
        chat = to.channel or to.way
        if not chat:
            opened = await client.conversations_open(users=to.person)
            chat = str(opened["channel"]["id"])
        # A clock walked ahead in a test would hide everything that was really posted.
        oldest = str(since - _MARGIN) if since <= time.time() + _MARGIN else None
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await client.conversations_history(
                channel=chat, oldest=oldest, cursor=cursor, limit=_PAGE, include_all_metadata=True
            )
            if any(_id(one) == key for one in page["messages"]):
                return "yes"
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return "no"
        return "unable"


def _id(posted: dict[str, Any]) -> str:
    payload = (posted.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("id") or "")


def _clock(said: str) -> float | None:
    try:
        return parsedate_to_datetime(said).timestamp()
    except ValueError:
        return None


def _told(action: str, error: Exception) -> Outcome:
    fate = error_codes.outcome(error)
    if isinstance(error, SlackApiError) or fate.fate is Fate.WAIT:
        facts = {"action": action, "fate": fate.fate.value, "reason": fate.reason}
        logger.warning(action, extra=facts)
    else:
        trouble(logger, action, error)
    return fate
