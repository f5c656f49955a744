"""The one HTTP door of the bot: each product behind its path, and whether the bot is well."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

Ready = Callable[[], Awaitable[Mapping[str, Any]]]
"""Says, under ``ready``, whether people can be served, and beside it why; names nobody."""

Metrics = Callable[[], Awaitable[str]]
"""Counts what a monitor keeps, in Prometheus' text format; names nobody."""

Running = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""Keeps whatever serves people running for as long as it is entered."""

_NOT_READY = 503


def door(
    products: Mapping[str, ASGIApp],
    ready: Ready,
    metrics: Metrics,
    extra: Sequence[BaseRoute] = (),
    running: Running | None = None,
) -> Starlette:
    """Return the door: each of *products* behind its path, and three for whoever watches.

    ``/healthz`` says that the process lives, ``/readyz`` answers 503 until people can be
    served, ``/metrics`` gives *metrics*; *extra* are further routes. *running* is entered
    while the door is open.
    """

    async def alive(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readiness(_request: Request) -> Response:
        found = await ready()
        return JSONResponse(dict(found), status_code=200 if found["ready"] else _NOT_READY)

    async def counted(_request: Request) -> Response:
        return PlainTextResponse(await metrics(), media_type="text/plain; version=0.0.4")

    routes: list[BaseRoute] = [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", readiness, methods=["GET"]),
        Route("/metrics", counted, methods=["GET"]),
        *(Route(path, product) for path, product in products.items()),
        *extra,
    ]
    return Starlette(routes=routes, lifespan=running)
