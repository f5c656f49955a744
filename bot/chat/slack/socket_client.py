"""Socket Mode client with backoff after each failure, and a new WebSocket URL for each attempt."""

import asyncio
from contextlib import suppress
from typing import Any

from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.chat.slack.outbound.error_codes import slack_error_code
from bot.chat.slack.socket_backoff import UNREACHABLE, SocketBackoff

_REFUSING_REASONS = frozenset({"too_many_websockets", "link_disabled"})
"""Reasons in a ``disconnect`` message after which a new connection would be closed as well.

After any other reason the client reconnects without a delay.
"""


class BackoffSocketModeClient(SocketModeClient):
    """slack_sdk's client with the delays of a :class:`SocketBackoff` between connection attempts.

    The library's own reconnects without a delay when Slack closes a connection above the limit,
    every ten seconds with a rejected token, and forever with a URL that has expired.
    """

    backoff: SocketBackoff
    _stability_timer: asyncio.TimerHandle | None = None

    async def connect(self) -> None:
        """Open a session; after an exception, sleep for the backoff's delay and retry."""
        while not self.closed:
            try:
                await self._open_session()
            except Exception as error:  # noqa: BLE001 - any error is retried
                await asyncio.sleep(self.backoff.record_failure(_failure_reason(error)))
            else:
                self.backoff.record_connection()
                self._stability_timer = asyncio.get_running_loop().call_later(
                    self.backoff.stable_seconds, self.backoff.record_stability
                )
                return

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as the library's
        """Reconnect under the lock; do nothing if another task holds it, or if connected."""
        if self.connect_operation_lock.locked():
            return
        async with self.connect_operation_lock:
            if force or not await self.is_connected():
                await self.connect()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Run the listeners of a message; on a refusing ``disconnect``, reconnect with a delay."""
        reason = str(message.get("reason") or "")
        if message.get("type") == "disconnect" and reason in _REFUSING_REASONS:
            await self._reconnect_after_refusal(reason)
            return
        await super().run_message_listeners(message, raw_message)

    async def close(self) -> None:
        """Cancel the timer, and close the client, which ends the retries."""
        self._cancel_stability_timer()
        await super().close()  # type: ignore[no-untyped-call]  # as the library's

    async def _reconnect_after_refusal(self, reason: str) -> None:
        """Sleep for the backoff's delay and reconnect, while holding the lock."""
        if self.connect_operation_lock.locked():
            return
        async with self.connect_operation_lock:
            self._cancel_stability_timer()
            await asyncio.sleep(self.backoff.record_failure(reason))
            await self.connect()

    async def _open_session(self) -> None:
        """Close the WebSocket session, open a new one, and restart the tasks that read it."""
        self._cancel_stability_timer()
        self.auto_reconnect_enabled = False
        with suppress(Exception):
            if self.current_session is not None:
                await self.current_session.close()
        if self.aiohttp_client_session.closed:
            self.aiohttp_client_session = ClientSession()
        self.wss_uri = await self.issue_new_wss_url()
        self.current_session = await self.aiohttp_client_session.ws_connect(
            self.wss_uri, autoping=False, heartbeat=self.ping_interval, proxy=self.proxy
        )
        self.last_ping_pong_time = None
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        self.stale = False
        for task in (self.current_session_monitor, self.message_receiver):
            if task is not None:
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    def _cancel_stability_timer(self) -> None:
        if self._stability_timer is not None:
            self._stability_timer.cancel()
            self._stability_timer = None


def _failure_reason(error: Exception) -> str:
    code = slack_error_code(error)
    return code or ("refused" if isinstance(error, SlackApiError) else UNREACHABLE)
