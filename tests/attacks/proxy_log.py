"""A reverse proxy's log of real responses of the bot, and the attacker who reads it.

The attacker knows this repository, so they run a bot of their own, record the sizes of every
visit, and compare. They guess the visit whose sizes are the closest.
"""

import gzip
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.domain.codebook import FORM_CODES, STATUS_CODES
from tests.chat.conftest import open_slack, open_teams
from tests.chat.surfaces import Answers, Product

Sizes = tuple[int, ...]
"""The size of each response of one visit, in order, with its headers."""

ProxyBuilder = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True)
class Visit:
    """One visit: a command, and the submission of the form that it opens."""

    command: str
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def is_filed(self) -> bool:
        """Whether the visit files a debrief."""
        return self.command == "rupture"

    @property
    def shows_guide(self) -> bool:
        """Whether the visit ends with a guide."""
        return bool(self.answers) and self.command in {"rupture", "rupture guide"}

    @property
    def form_answers(self) -> Answers:
        """The answer codes by field id."""
        return {field_id: (code,) for field_id, code in self.answers}


VISITS = (
    *(
        Visit(command, (("form", form), ("status", status)))
        for command in ("rupture", "rupture guide")
        for form, status in product(FORM_CODES, STATUS_CODES)
    ),
    Visit("rupture withdraw"),
    Visit("checkin"),
    Visit("checkin now", (("checkin", "none"),)),
    Visit("checkin pause", (("until", "2026-07-20"),)),
)
"""Every debrief, every guide that is only read, and forms that file nothing."""


@dataclass
class LoggingProxy:
    """Forwards requests to *app* and its responses to the client, and logs their sizes.

    The same response passes every proxy of *builders*, so that one visit is logged by each.
    """

    app: ASGIApp
    builders: Mapping[str, ProxyBuilder]
    sizes: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty logs."""
        self.clear()

    def clear(self) -> None:
        """Empty the logs."""
        self.sizes = {name: [] for name in self.builders}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request, and log the size of its response behind each proxy."""
        messages: list[Message] = []

        async def record_and_send(message: Message) -> None:
            messages.append(message)
            await send(message)

        await self.app(scope, receive, record_and_send)
        for name, build_proxy in self.builders.items():
            self.sizes[name].append(await measure_size(build_proxy, messages, scope, receive))


async def measure_size(
    build_proxy: ProxyBuilder, messages: Sequence[Message], scope: Scope, receive: Receive
) -> int:
    """Return the size of a response of these *messages* behind a proxy, with its headers."""
    size = 0

    async def replay(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(dict(message))

    async def count_bytes(message: Message) -> None:
        nonlocal size
        size += len(message.get("body", b""))
        size += sum(len(name) + len(value) + 4 for name, value in message.get("headers", ()))

    await build_proxy(replay)(scope, receive, count_bytes)
    return size


NGINX_LEVEL = 1
"""nginx's default level of compression: the ninth takes twenty times as long for the padding."""


@dataclass(frozen=True)
class NoTransformProxy:
    """A proxy that compresses every response, unless ``no-transform`` forbids it (RFC 9111)."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request, and compress its response."""
        start: Message = {}

        async def compress(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body, headers = message.get("body", b""), MutableHeaders(raw=list(start["headers"]))
            if body and "no-transform" not in headers.get("cache-control", ""):
                body = gzip.compress(body, NGINX_LEVEL, mtime=0)
                headers["content-encoding"], headers["content-length"] = "gzip", str(len(body))
            await send({**start, "headers": headers.raw})
            await send({**message, "body": body})

        await self.app(scope, receive, compress)


@dataclass(frozen=True)
class EncodingProxy:
    """A proxy that compresses every response without a ``Content-Encoding``, as nginx does."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request, and compress its response."""
        headers = Headers({**Headers(scope=scope), "accept-encoding": "gzip"})
        await GZipMiddleware(self.app, minimum_size=0, compresslevel=NGINX_LEVEL)(
            {**scope, "headers": headers.raw}, receive, send
        )


def pass_through(app: ASGIApp) -> ASGIApp:
    """Return *app*: a proxy that changes no response."""
    return app


PROXIES: Mapping[str, ProxyBuilder] = {
    "plain": pass_through,
    "no-transform": NoTransformProxy,
    "content-encoding": EncodingProxy,
}

PRODUCTS = {"slack": open_slack, "teams": open_teams}


@asynccontextmanager
async def open_logged_product(
    name: str, folder: Path, builders: Mapping[str, ProxyBuilder] = PROXIES
) -> AsyncIterator[tuple[Product, LoggingProxy]]:
    """Return a product whose responses pass through each proxy, and the logs of the proxies."""
    async with PRODUCTS[name](folder) as product_of_team:
        log = LoggingProxy(product_of_team.bot.asgi, builders)
        product_of_team.bot.asgi = log  # type: ignore[assignment]  # any ASGI application serves
        yield product_of_team, log


async def record_sizes(
    product_of_team: Product, log: LoggingProxy, user_id: str, visits: Sequence[Visit]
) -> dict[str, list[Sizes]]:
    """Make every visit as a user who joined; return the sizes of each as each proxy logged them."""
    await product_of_team.run_command(user_id, "checkin join")
    recorded: dict[str, list[Sizes]] = {name: [] for name in log.builders}
    for visit in visits:
        log.clear()
        form = await product_of_team.run_command(user_id, visit.command)
        await product_of_team.submit_form(user_id, form, visit.form_answers)
        for name, sizes in log.sizes.items():
            recorded[name].append(tuple(sizes))
    return recorded


def guess_share(
    labels: Sequence[object], reference: Sequence[Sizes], observed: Sequence[Sizes]
) -> Fraction:
    """Return the share of visits whose label an attacker names who chooses the closest sizes.

    *labels* belong to both lists. Of several visits that are equally close one is drawn.
    """
    total = Fraction(0)
    for label, sizes in zip(labels, observed, strict=True):
        distances = [_distance(sizes, candidate) for candidate in reference]
        closest = [
            candidate
            for candidate, distance in zip(labels, distances, strict=True)
            if distance == min(distances)
        ]
        total += Fraction(closest.count(label), len(closest))
    return total / len(labels)


def _distance(sizes: Sizes, candidate: Sizes) -> float:
    if len(sizes) != len(candidate):
        return float("inf")
    return sum(
        abs(size - candidate_size) for size, candidate_size in zip(sizes, candidate, strict=True)
    )
