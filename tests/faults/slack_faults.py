"""Faults of Slack and of the network on the way to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.deployment import Deployment
from tests.faults.fault import Fault, Injection
from tests.journeys.faulty_slack import SlackFailure

RATE_LIMITED = SlackFailure(429, "ratelimited", retry_after_seconds=1)
DROPPED = SlackFailure(error=None)
SILENT = SlackFailure(error=None, delay_seconds=15)
REFUSED = SlackFailure(error="invalid_auth")

NAME_CACHE_SECONDS = 11
"""The bot's HTTP client remembers an address for ten seconds."""


def answer_with(failure: SlackFailure) -> Injection:
    """Return the fault that Slack answers every call with *failure*."""

    @contextmanager
    def inject(deployment: Deployment) -> Iterator[None]:
        deployment.slack.outage = failure
        yield
        deployment.slack.outage = None

    return inject


@contextmanager
def forget_names(deployment: Deployment) -> Iterator[None]:
    """Let no name resolve, as without DNS."""
    hosts = deployment.bot.folder / "hosts"
    content = hosts.read_text(encoding="ascii")
    hosts.write_text("", encoding="ascii")
    time.sleep(NAME_CACHE_SECONDS)
    yield
    hosts.write_text(content, encoding="ascii")


FAULTS = (
    Fault("Slack answers 502", "sqlite", answer_with(SlackFailure(502, "")), 20, 3),
    Fault("Slack answers 429 to every call", "sqlite", answer_with(RATE_LIMITED), 20, 3),
    Fault("Slack drops every connection", "sqlite", answer_with(DROPPED), 20, 3),
    Fault("Slack accepts connections and never answers", "sqlite", answer_with(SILENT), 20, 3),
    Fault("Slack answers with a page", "sqlite", answer_with(SlackFailure(is_page=True)), 20, 3),
    Fault("Slack refuses the bot token", "sqlite", answer_with(REFUSED), 330, 3),
    Fault("no name resolves", "own_hosts", forget_names, 20, None),
)
