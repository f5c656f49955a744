import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.admin.health_monitor import HealthMonitor
from tests.attacks.proxy_log import PRODUCTS, open_logged_product
from tests.chat import asgi
from tests.chat.surfaces import Product

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
ANSWERS = {"form": ("away",), "status": ("touched",)}


@pytest.fixture
def log_stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The operator's log at the level of the test's parameter."""
    root, project = logging.getLogger(), logging.getLogger(logs.PROJECT_LOGGER)
    handlers, levels = root.handlers[:], (root.level, project.level)
    logs.configure_logging(request.param)
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    project.setLevel(levels[1])


async def visit(product: Product, command: str) -> None:
    """Open the form of *command*, submit it."""
    form = await product.run_command(product.marie, command)
    guide = await product.submit_form(product.marie, form, ANSWERS)
    assert guide.texts


async def fetch_figures(product: Product) -> dict[str, str]:
    """Return the bodies of the health and metrics endpoints."""
    return {
        path: (await asgi.send_request(product.bot.asgi, "GET", path)).body.decode()
        for path in ("/healthz", "/readyz", "/servez", "/metrics")
    }


def read_lines(stream: io.StringIO) -> list[object]:
    """Return the log's lines without their times, and empty the log.

    Without the lines of the health monitor, whose timer depends on no request.
    """
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    lines = [line for line in lines if line["name"] != "attune.health"]
    stream.seek(0)
    stream.truncate()
    return [{name: value for name, value in line.items() if name != "at"} for line in lines]


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("log_stream", LEVELS, indirect=True)
async def test_log_of_filing_is_that_of_reading(
    log_stream: io.StringIO, tmp_path: Path, name: str
) -> None:
    """At every level, filing a debrief logs what reading a guide logs, times apart."""
    async with open_logged_product(name, tmp_path) as (product, _):
        await visit(product, "rupture guide")
        read_lines(log_stream)
        await visit(product, "rupture")
        filing_lines = read_lines(log_stream)
        await visit(product, "rupture guide")
        reading_lines = read_lines(log_stream)

    assert filing_lines == reading_lines


@pytest.mark.parametrize("name", PRODUCTS)
async def test_figures_do_not_change_with_filing(tmp_path: Path, name: str) -> None:
    """Health and metrics are the same before and after filing, and after reading a guide."""
    async with open_logged_product(name, tmp_path) as (product, _):
        product.bot.health_monitor = HealthMonitor(
            product.bot.context, product.bot.chat_adapters, cache_seconds=0
        )
        figures = [await fetch_figures(product)]
        for command in ("rupture", "rupture", "rupture guide", "rupture withdraw"):
            form = await product.run_command(product.marie, command)
            await product.submit_form(product.marie, form, ANSWERS)
            figures.append(await fetch_figures(product))

    assert "attune_deliveries" in figures[0]["/metrics"]
    assert all(figures_after == figures[0] for figures_after in figures)


@pytest.mark.parametrize("log_stream", LEVELS, indirect=True)
async def test_log_of_a_failure_is_captured(log_stream: io.StringIO, tmp_path: Path) -> None:
    """A handler that fails is logged, so the comparison above reads a log that is written."""
    async with open_logged_product("slack", tmp_path) as (product, _):
        form = await product.run_command(product.marie, "rupture")
        await product.bot.context.store.close()
        await product.submit_form(product.marie, form, ANSWERS)

    assert read_lines(log_stream) != []
