"""HTTP application: product endpoints, health checks (liveness and readiness) and metrics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

ReadinessCheck = Callable[[], Awaitable[Mapping[str, Any]]]
"""Returns a JSON object: ``ready`` (bool), and the details of it. It names no person."""

MetricsSource = Callable[[], Awaitable[str]]
"""Returns the metrics in Prometheus' text format. They name no person."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""Context manager that runs the background services while the application is up."""

_NOT_READY_STATUS = 503


def build_http_app(
    product_apps: Mapping[str, ASGIApp],
    check_readiness: ReadinessCheck,
    render_metrics: MetricsSource,
    extra_routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan | None = None,
) -> Starlette:
    """Return the HTTP application with *product_apps* by path and three monitoring endpoints.

    ``/healthz`` reports that the process is alive; ``/readyz`` responds with status 503 until
    requests can be served; ``/metrics`` returns *render_metrics*. *extra_routes* are appended.
    *lifespan* is entered while the server is running. A product's path also ends with a slash:
    neither follows the redirect that Starlette would answer with.
    """

    async def get_liveness(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def get_readiness(_request: Request) -> Response:
        readiness = await check_readiness()
        status_code = 200 if readiness["ready"] else _NOT_READY_STATUS
        return JSONResponse(dict(readiness), status_code=status_code)

    async def get_metrics(_request: Request) -> Response:
        return PlainTextResponse(await render_metrics(), media_type="text/plain; version=0.0.4")

    routes: list[BaseRoute] = [
        Route("/healthz", get_liveness, methods=["GET"]),
        Route("/readyz", get_readiness, methods=["GET"]),
        Route("/metrics", get_metrics, methods=["GET"]),
        *(
            Route(path + suffix, product)
            for path, product in product_apps.items()
            for suffix in ("", "/")
        ),
        *extra_routes,
    ]
    return Starlette(routes=routes, lifespan=lifespan)
