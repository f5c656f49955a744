"""The process of the fake of Slack, to which the bots send."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.sandbox.process.loopback_server import free_port
from tests.journeys.botprocess import ROOT


@contextmanager
def run_fake_slack(messages_per_second: float) -> Iterator[str]:
    """Run a quick fake of Slack with a rate limit for each workspace, and yield its URL."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.fake_slack", str(port), str(messages_per_second)],
        cwd=ROOT,
    )
    api_url = f"http://127.0.0.1:{port}/api/"
    try:
        for _ in range(200):
            try:
                fetch_figures(api_url)
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield api_url
    finally:
        process.kill()
        process.wait()


def fetch_figures(api_url: str) -> dict[str, Any]:
    """Return the fake's figures so far."""
    with urllib.request.urlopen(f"{api_url}_figures", timeout=30) as response:  # noqa: S310 - loopback
        return dict(json.loads(response.read()))
