"""Slack's side of Socket Mode: a WebSocket server that sends payloads to the bot."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

Json = dict[str, Any]


class SocketSlack:
    """A server of its own thread; while ``is_refusing``, it closes each connection as too many."""

    def __init__(self) -> None:
        """Prepare the server; nothing listens before :func:`run_socket_slack`."""
        self.is_refusing = False
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._socket: web.WebSocketResponse | None = None
        self._pending: dict[str, Future[Json]] = {}

    def send_fields(self, fields: dict[str, str], timeout_seconds: float) -> Json | None:
        """Send a command or an interactive payload, and return the acknowledgement's payload.

        ``None`` without a connection or an acknowledgement, for which Slack shows its own error.
        """
        payload = json.loads(fields["payload"]) if "payload" in fields else fields
        envelope_type = "interactive" if "payload" in fields else "slash_commands"
        envelope_id = str(uuid4())
        pending: Future[Json] = Future()
        self._pending[envelope_id] = pending
        envelope = {
            "envelope_id": envelope_id,
            "type": envelope_type,
            "payload": payload,
            "accepts_response_payload": True,
        }
        sending = asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop)
        try:
            sending.result(timeout_seconds)
            return pending.result(timeout_seconds)
        except (ConnectionError, TimeoutError):
            return None

    def close_connection(self) -> None:
        """Close the connection that is open, if any."""
        asyncio.run_coroutine_threadsafe(self._close_socket(), self._loop).result(10)

    def run(self, is_listening: Event, is_over: Event) -> None:
        """Serve until *is_over*."""
        self._loop.run_until_complete(self._serve(is_listening, is_over))

    async def _serve(self, is_listening: Event, is_over: Event) -> None:
        application = web.Application()
        application.router.add_get("/socket", self._accept)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        _host, port = runner.addresses[0][:2]
        self.url = f"ws://127.0.0.1:{port}/socket"
        is_listening.set()
        await asyncio.to_thread(is_over.wait)
        await self._close_socket()
        await runner.cleanup()

    async def _accept(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.is_refusing:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await socket.send_json({"type": "hello"})
        self._socket = socket
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._resolve(json.loads(message.data))
        return socket

    def _resolve(self, acknowledgement: Json) -> None:
        pending = self._pending.pop(str(acknowledgement.get("envelope_id")), None)
        if pending is not None:
            pending.set_result(acknowledgement.get("payload") or {})

    async def _send(self, envelope: Json) -> None:
        if self._socket is None or self._socket.closed:
            raise ConnectionError
        await self._socket.send_json(envelope)

    async def _close_socket(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()


@contextmanager
def run_socket_slack() -> Iterator[SocketSlack]:
    """Run the server on a free loopback port for as long as the context is open."""
    slack = SocketSlack()
    is_listening, is_over = Event(), Event()
    thread = Thread(target=slack.run, args=(is_listening, is_over), daemon=True)
    thread.start()
    is_listening.wait(10)
    try:
        yield slack
    finally:
        is_over.set()
        thread.join(10)
