"""nginx runs with the project's file in front of the bot, and logs nothing about its forms."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.process.loopback_server import free_port
from tests import needs
from tests.deploy import proxy_play
from tests.deploy.proxy_process import run_proxy, write_nginx_files
from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import StdlibFakeSlack, run_fake_slack
from tests.sources import ROOT


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """A fake of Slack other than the sandbox."""
    with run_fake_slack() as running:
        yield running


@pytest.fixture
def bot(slack: StdlibFakeSlack, tmp_path: Path) -> BotProcess:
    """The bot on the real clock, with a team declared and no tips."""
    process = BotProcess(tmp_path, slack.api_url, extra_environment={"TEST_MODE": ""})
    process.declare_team(extra_lines="tip = { days = [] }")
    process.start()
    return process


@pytest.mark.parametrize(
    ("name", "language"), [("nginx.conf", "nginx"), ("Caddyfile", "caddyfile")]
)
def test_the_file_is_the_example_of_the_document(name: str, language: str) -> None:
    """After its first line the file is what `docs/proxy.md` shows and a test there checks."""
    document = (ROOT / "docs/proxy.md").read_text(encoding="utf-8")
    (example,) = re.findall(rf"^```{language}\n(.+?)^```", document, re.MULTILINE | re.DOTALL)
    comment, _, content = (ROOT / "deploy" / name).read_text(encoding="utf-8").partition("\n")

    assert comment.startswith("# ")
    assert content == example


@pytest.mark.nginx
def test_nginx_forwards_the_bot_and_logs_nothing_of_it(
    slack: StdlibFakeSlack, bot: BotProcess, tmp_path: Path
) -> None:
    """Under a server that logs and compresses everything else, and while the bot is stopped."""
    program, folder, port = str(needs.find_nginx()), tmp_path / "nginx", free_port()
    folder.mkdir()
    command = [
        program,
        "-e",
        f"{folder}/early.log",
        "-c",
        str(write_nginx_files(folder, port, bot.port)),
    ]
    check = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr

    with run_proxy(command, folder, port) as proxy:
        proxy_play.try_proxy(slack, bot, proxy)
