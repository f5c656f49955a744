from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.chat import http
from tests.chat import asgi


async def report_ready() -> dict[str, object]:
    """Report readiness."""
    return {"ready": True, "database": True}


async def report_not_ready() -> dict[str, object]:
    """Report that the database is down."""
    return {"ready": False, "database": False}


async def report_served() -> dict[str, object]:
    """Report that people are served."""
    return {"served": True, "faults": []}


async def report_not_served() -> dict[str, object]:
    """Report that no worker ticks."""
    return {"served": False, "faults": ["worker"]}


async def render_metrics() -> str:
    """Return one metric."""
    return "attune_workspaces 0\n"


READY = http.MonitoringSources(report_ready, report_not_served, render_metrics)
NOT_READY = http.MonitoringSources(report_not_ready, report_served, render_metrics)


async def test_metrics_are_prometheus_text() -> None:
    """The metrics are plain text in Prometheus' format version."""
    response = await asgi.send_request(http.build_http_app({}, NOT_READY), "GET", "/metrics")

    assert (response.status, response.body) == (200, b"attune_workspaces 0\n")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_liveness_is_always_ok() -> None:
    """The liveness check gets 200 even when the bot is not ready."""
    response = await asgi.send_request(http.build_http_app({}, NOT_READY), "GET", "/healthz")

    assert (response.status, response.json) == (200, {"alive": True})


@pytest.mark.parametrize(("sources", "status"), [(READY, 200), (NOT_READY, 503)])
async def test_readiness_has_status_and_details(
    sources: http.MonitoringSources, status: int
) -> None:
    """The readiness check gets 200 or 503 by this process alone, and its details."""
    response = await asgi.send_request(http.build_http_app({}, sources), "GET", "/readyz")

    assert (response.status, response.json) == (status, dict(await sources.check_readiness()))


@pytest.mark.parametrize(("sources", "status"), [(NOT_READY, 200), (READY, 503)])
async def test_service_has_status_and_details(sources: http.MonitoringSources, status: int) -> None:
    """The check of the whole gets 200 or 503 whether or not this process is ready."""
    response = await asgi.send_request(http.build_http_app({}, sources), "GET", "/servez")

    assert (response.status, response.json) == (status, dict(await sources.check_deployment()))


async def test_product_app_serves_its_path() -> None:
    """A product's app receives every method on its path; without the app the path is a 404."""
    slack = PlainTextResponse("slack")

    for method in ("GET", "POST"):
        response = await asgi.send_request(
            http.build_http_app({"/slack/events": slack}, READY),
            method,
            "/slack/events",
        )
        assert response.body == b"slack"
    assert (
        await asgi.send_request(http.build_http_app({}, READY), "POST", "/slack/events")
    ).status == 404


async def test_extra_routes_and_lifespan_are_used() -> None:
    """Extra routes are served, and the lifespan is entered and left."""
    events: list[str] = []

    async def get_extra(_request: Request) -> Response:
        return PlainTextResponse("extra")

    @asynccontextmanager
    async def run_services(_app: object) -> AsyncIterator[None]:
        events.append("open")
        yield
        events.append("closed")

    app = http.build_http_app(
        {},
        READY,
        [Route("/_clock", get_extra, methods=["POST"])],
        run_services,
    )
    async with app.router.lifespan_context(app):
        assert (await asgi.send_request(app, "POST", "/_clock")).body == b"extra"

    assert events == ["open", "closed"]
