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
async def connected(
    engine: SandboxEngine, *, answering: bool
) -> AsyncIterator[list[SocketModeRequest]]:
    """Connect Slack's own Socket Mode client, and keep what it hears."""
    heard: list[SocketModeRequest] = []

    async def listen(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        payload = {"text": "Over the socket"} if request.accepts_response_payload else None
        if answering:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    web = AsyncWebClient(base_url=engine.api_url, retry_handlers=[])
    client = SocketModeClient("xapp-made-up", web_client=web)
    client.socket_mode_request_listeners.append(listen)
    connect: Callable[[], Awaitable[None]] = client.connect
    close: Callable[[], Awaitable[None]] = client.close
    await connect()
    async with asyncio.timeout(5):
        while engine.transports.socket_connection is None:  # noqa: ASYNC110 - the client tells nobody
            await asyncio.sleep(0.01)
    yield heard
    await close()


async def test_a_connected_bot_hears_everything_over_its_socket(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Commands, events and shortcuts travel there, and answers come back the same way."""
    async with connected(engine, answering=True) as heard:
        await ilse.type_command("/tip")
        await ilse.open_home()
        await ilse.choose_shortcut("debrief")

    assert [one.type for one in heard] == ["slash_commands", "events_api", "interactive"]
    assert ilse.visible_messages()[0].text == "Over the socket"
    assert bot.received_payloads == []
    assert ilse.notice_texts() == []


async def test_a_bot_that_hung_up_is_reached_by_http_again(
    bot: FakeBot, engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """Once the connection is gone, payloads take the other way."""
    async with connected(engine, answering=True) as heard:
        pass
    async with asyncio.timeout(5):
        while engine.transports.socket_connection is not None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)

    await ilse.type_command("/tip")

    assert (len(heard), len(bot.received_payloads)) == (0, 1)


async def test_the_real_bot_serves_people_over_its_own_connection(
    words: LanguagePack, tmp_path: Path
) -> None:
    """With an app token and no signing secret, a command and a form are answered all the same."""
    async with run_bot_and_sandbox(words, tmp_path, NOW, socket_mode=True) as engine:
        ilse = PersonaDriver(engine, "U0CLIN01")
        async with asyncio.timeout(10):
            while engine.transports.socket_connection is None:  # noqa: ASYNC110 - the bot tells nobody
                await asyncio.sleep(0.01)
        await ilse.type_command("/tip")
        await ilse.type_command("/rupture")
        await ilse.wait_for_modal("debrief")
        await ilse.submit_modal({"form": "away", "status": "touched"})

        assert "Next tip" in str(ilse.visible_messages()[0].blocks)
        assert "For supervision" in str(ilse.rendered_modal["blocks"])
        assert ilse.notice_texts() == []


async def test_a_bot_that_takes_its_time_is_late(
    engine: SandboxEngine, ilse: PersonaDriver
) -> None:
    """An envelope that nobody acknowledges in three seconds is told as a timeout."""
    assert engine.socket_server.timeout_seconds == 3
    engine.socket_server.timeout_seconds = 0.2

    async with connected(engine, answering=False):
        await ilse.type_command("/tip")

    assert "operation_timeout" in ilse.notice_texts()[0]
