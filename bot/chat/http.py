"""The one HTTP door of the bot: each product behind its path, and whether the bot is well."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

ReadinessCheck = Callable[[], Awaitable[Mapping[str, Any]]]
"""Says, under ``ready``, whether people can be served, and beside it why; names nobody."""

MetricsSource = Callable[[], Awaitable[str]]
"""Counts what a monitor keeps, in Prometheus' text format; names nobody."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""Keeps whatever serves people running for as long as it is entered."""

_NOT_READY_STATUS = 503


def build_http_app(
    product_apps: Mapping[str, ASGIApp],
    check_readiness: ReadinessCheck,
    render_metrics: MetricsSource,
    extra_routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan | None = None,
) -> Starlette:
    """Return the door: each of *products* behind its path, and three for whoever watches.

    ``/healthz`` says that the process lives, ``/readyz`` answers 503 until people can be
    served, ``/metrics`` gives *metrics*; *extra* are further routes. *running* is entered
    while the door is open.
    """

    async def get_liveness(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def get_readiness(_request: Request) -> Response:
        found = await check_readiness()
        return JSONResponse(dict(found), status_code=200 if found["ready"] else _NOT_READY_STATUS)

    async def get_metrics(_request: Request) -> Response:
        return PlainTextResponse(await render_metrics(), media_type="text/plain; version=0.0.4")

    routes: list[BaseRoute] = [
        Route("/healthz", get_liveness, methods=["GET"]),
        Route("/readyz", get_readiness, methods=["GET"]),
        Route("/metrics", get_metrics, methods=["GET"]),
        *(Route(path, product) for path, product in product_apps.items()),
        *extra_routes,
    ]
    return Starlette(routes=routes, lifespan=lifespan)
