"""Reading the metrics of the web process on this machine."""

import pytest

from bot.chat.running_bot import count_refused_requests
from bot.sandbox.process.loopback_server import free_port
from tests.misconfigurations.slack_stand_in import Answer, run_stand_in

METRICS = """# HELP attune_refused_requests_total Refused requests
attune_refused_requests_total{product="msteams"} 7.0
attune_refused_requests_total{product="slack"} 3.0
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104 - not bound
async def test_refused_requests_of_the_product_are_read(host: str) -> None:
    """The count is that of the product, also of a process that listens on every address."""
    with run_stand_in({"metrics": Answer(METRICS)}) as port:
        assert await count_refused_requests(host, port, "slack") == 3


async def test_nothing_is_known_without_a_running_bot() -> None:
    """Where nothing answers, or another program does, there is no count."""
    with run_stand_in({"metrics": Answer("<html>canary</html>")}) as port:
        assert await count_refused_requests("127.0.0.1", port, "slack") is None
    assert await count_refused_requests("127.0.0.1", free_port(), "slack") is None
