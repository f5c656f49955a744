import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.sandbox.conftest import NOW
from tests.sandbox.fake_bot import FakeBot
from tests.sandbox.real_bot import run_bot_and_sandbox


@asynccontextmanager
async def connect_client(
    engine: SandboxEngine, *, acknowledges: bool
) -> AsyncIterator[list[SocketModeRequest]]:
    """Connect Slack's own Socket Mode client and yield the list of its requests."""
    requests: list[SocketModeRequest] = []

    async def record_request(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        requests.append(request)
        payload = {"text": "Over the socket"} if request.accepts_response_payload else None
        if acknowledges:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    web_client = AsyncWebClient(base_url=engine.api_url, retry_handlers=[])
    client = SocketModeClient("xapp-made-up", web_client=web_client)
    client.socket_mode_request_listeners.append(record_request)
    connect: Callable[[], Awaitable[None]] = client.connect
    close: Callable[[], Awaitable[None]] = client.close
    await connect()
    async with asyncio.timeout(5):
        while engine.transports.socket_connection is None:  # noqa: ASYNC110 - the client has no event
            await asyncio.sleep(0.01)
    yield requests
    await close()


async def test_connected_bot_receives_every_payload_over_its_socket(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Commands, events and shortcuts use the connection, and so do their responses."""
    async with connect_client(engine, acknowledges=True) as requests:
        await ilse.type_command("/tip")
        await ilse.open_home()
        await ilse.choose_shortcut("debrief")

    assert [request.type for request in requests] == ["slash_commands", "events_api", "interactive"]
    assert ilse.visible_messages()[0].text == "Over the socket"
    assert bot.received_payloads == []
    assert ilse.notice_texts() == []


async def test_closed_connection_falls_back_to_http(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """After the connection closes, payloads are sent by HTTP again."""
    async with connect_client(engine, acknowledges=True) as requests:
        pass
    async with asyncio.timeout(5):
        while engine.transports.socket_connection is not None:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)

    await ilse.type_command("/tip")

    assert (len(requests), len(bot.received_payloads)) == (0, 1)


async def test_real_bot_serves_socket_mode(words: LanguagePack, tmp_path: Path) -> None:
    """With an app token and no signing secret the bot handles a command and a form."""
    async with run_bot_and_sandbox(words, tmp_path, NOW, socket_mode=True) as engine:
        ilse = PersonaDriver(engine, "U0CLIN01")
        async with asyncio.timeout(10):
            while engine.transports.socket_connection is None:  # noqa: ASYNC110 - the bot has no event
                await asyncio.sleep(0.01)
        await ilse.type_command("/tip")
        await ilse.type_command("/rupture")
        await ilse.wait_for_modal("debrief")
        await ilse.submit_modal({"form": "away", "status": "touched"})

        assert "Next tip" in str(ilse.visible_messages()[0].blocks)
        assert "For supervision" in str(ilse.rendered_modal["blocks"])
        assert ilse.notice_texts() == []


async def test_missing_acknowledgement_is_a_timeout(
    engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """An envelope without an acknowledgement within three seconds is reported as a timeout."""
    assert engine.socket_server.timeout_seconds == 3
    engine.socket_server.timeout_seconds = 0.2

    async with connect_client(engine, acknowledges=False):
        await ilse.type_command("/tip")

    assert "operation_timeout" in ilse.notice_texts()[0]
