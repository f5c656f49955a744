from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.chat import http
from tests.chat import asgi


async def well() -> dict[str, object]:
    """Say that people can be served."""
    return {"ready": True, "database": True}


async def ill() -> dict[str, object]:
    """Say that they cannot."""
    return {"ready": False, "database": False}


async def counted() -> str:
    """Count what a monitor keeps."""
    return "attune_workspaces 0\n"


async def test_a_monitor_reads_counts_as_text() -> None:
    """What Prometheus fetches is plain text of the version it knows."""
    answer = await asgi.send_request(http.build_http_app({}, ill, counted), "GET", "/metrics")

    assert (answer.status, answer.body) == (200, b"attune_workspaces 0\n")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_a_living_process_says_so() -> None:
    """Whoever watches the process gets 200 as long as it answers at all."""
    answer = await asgi.send_request(http.build_http_app({}, ill, counted), "GET", "/healthz")

    assert (answer.status, answer.json) == (200, {"alive": True})


@pytest.mark.parametrize(("ready", "status"), [(well, 200), (ill, 503)])
async def test_readiness_says_what_is_amiss(ready: http.ReadinessCheck, status: int) -> None:
    """People are sent here only while they can be served; the reasons stand beside it."""
    answer = await asgi.send_request(http.build_http_app({}, ready, counted), "GET", "/readyz")

    assert (answer.status, answer.json) == (status, dict(await ready()))


async def test_slack_has_one_path() -> None:
    """Everything of Slack's goes to its own door, whatever the method; without one it is 404."""
    slack = PlainTextResponse("slack")

    for method in ("GET", "POST"):
        answer = await asgi.send_request(
            http.build_http_app({"/slack/events": slack}, well, counted), method, "/slack/events"
        )
        assert answer.body == b"slack"
    assert (
        await asgi.send_request(http.build_http_app({}, well, counted), "POST", "/slack/events")
    ).status == 404


async def test_further_routes_and_a_lifetime_can_be_given() -> None:
    """The app adds its own routes, and what keeps running while the door is open."""
    told: list[str] = []

    async def extra(_request: Request) -> Response:
        return PlainTextResponse("extra")

    @asynccontextmanager
    async def running(_app: object) -> AsyncIterator[None]:
        told.append("open")
        yield
        told.append("closed")

    app = http.build_http_app(
        {}, well, counted, [Route("/_clock", extra, methods=["POST"])], running
    )
    async with app.router.lifespan_context(app):
        assert (await asgi.send_request(app, "POST", "/_clock")).body == b"extra"

    assert told == ["open", "closed"]
