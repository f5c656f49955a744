"""HTTP application: product endpoints, health checks (liveness and readiness) and metrics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

HttpApp = Starlette
"""The application that an HTTP server runs."""

HealthCheck = Callable[[], Awaitable[Mapping[str, Any]]]
"""Returns a JSON object with the details of a check. It names no person."""


@dataclass(frozen=True)
class MonitoringSources:
    """What the monitoring endpoints show; nothing of it names a person.

    ``check_readiness`` returns ``ready`` (bool) for this process, ``check_deployment`` returns
    ``served`` (bool) for the whole, both with details; ``render_metrics`` returns the metrics in
    Prometheus' text format.
    """

    check_readiness: HealthCheck
    check_deployment: HealthCheck
    render_metrics: Callable[[], Awaitable[str]]


Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""Context manager that runs the background services while the application is up."""

_NOT_READY_STATUS = 503


def build_http_app(
    product_apps: Mapping[str, ASGIApp],
    sources: MonitoringSources,
    extra_routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan | None = None,
) -> HttpApp:
    """Return the HTTP application with *product_apps* by path and four monitoring endpoints.

    ``/healthz`` reports that the process is alive; ``/readyz`` responds with status 503 while
    this process cannot answer people, ``/servez`` while people are not served by the whole;
    ``/metrics`` returns the metrics. A balancer polls ``/readyz``: a fault that all replicas
    share must not take them all away. *extra_routes* are appended. *lifespan* is entered while
    the server is running.
    """

    async def get_liveness(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def get_readiness(_request: Request) -> Response:
        return _build_check_response(await sources.check_readiness(), "ready")

    async def get_deployment_health(_request: Request) -> Response:
        return _build_check_response(await sources.check_deployment(), "served")

    async def get_metrics(_request: Request) -> Response:
        text = await sources.render_metrics()
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    routes: list[BaseRoute] = [
        Route("/healthz", get_liveness, methods=["GET"]),
        Route("/readyz", get_readiness, methods=["GET"]),
        Route("/servez", get_deployment_health, methods=["GET"]),
        Route("/metrics", get_metrics, methods=["GET"]),
        *_build_product_routes(product_apps),
        *extra_routes,
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _build_product_routes(product_apps: Mapping[str, ASGIApp]) -> list[BaseRoute]:
    """Return the routes of *product_apps*, with and without a slash at the end of their paths.

    Neither product follows the redirect with which Starlette would answer.
    """
    return [
        Route(path + suffix, product)
        for path, product in product_apps.items()
        for suffix in ("", "/")
    ]


def _build_check_response(details: Mapping[str, Any], verdict: str) -> Response:
    """Return *details* as JSON, with status 503 unless the field *verdict* is true."""
    return JSONResponse(dict(details), status_code=200 if details[verdict] else _NOT_READY_STATUS)
