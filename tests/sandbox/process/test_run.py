import json
import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.catalogue import Words
from bot.sandbox.process import loopback_server, run
from bot.sandbox.process.bot_process import BotFailedError, Companion, of_slack
from bot.sandbox.process.data_folder import hold
from bot.sandbox.workspace import seed
from tests.sandbox.conftest import NOW


def practise(words: Words, folder: Path, port: int) -> int:
    """Try the bot, without a terminal."""
    return run.practise(words, folder=folder, port=port, reset=False, terminal=False)


def test_a_taken_port_is_named_with_a_way_out(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever finds the port taken reads how to choose another one, and nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert practise(words, tmp_path / "try", port) == 2

    said = capsys.readouterr().out
    assert f"Port {port} " in said
    assert f"make try PORT={port + 10}" in said


def test_two_practices_never_share_a_folder(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one says that the first is running, and which process its bot is."""
    held = hold(tmp_path)
    os.pwrite(held, b"4711", 0)

    assert practise(words, tmp_path, 0) == 2
    assert "4711" in capsys.readouterr().out

    os.close(held)
    os.close(hold(tmp_path))


@pytest.mark.parametrize("file", ["workspace.json", "secrets.json"])
@pytest.mark.parametrize("written", ["", "{}", '{"edition": 1, "keys": {"token": "older"}}'])
def test_a_folder_of_another_version_is_told_with_the_remedy(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, written: str
) -> None:
    """Whoever comes back with a newer Attune reads how to start afresh, not a traceback."""
    (tmp_path / "lived").touch()
    run._secrets(tmp_path / "secrets.json")
    (tmp_path / file).write_text(written, encoding="utf-8")

    assert practise(words, tmp_path, 0) == 2

    said = capsys.readouterr().out
    assert said.strip() == words.say("tryout.running.unreadable", folder=str(tmp_path))
    assert "make try RESET=1" in said


def test_a_folder_that_lost_its_workspace_is_told_alike(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bot with a past never meets a workspace that has none."""
    (tmp_path / "lived").touch()

    assert practise(words, tmp_path, 0) == 2
    assert "make try RESET=1" in capsys.readouterr().out


async def test_the_bot_is_told_nothing_of_the_operators_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real workspace's tokens, in the environment or in .env, never reach a bot being tried."""
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-the-operators-own")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://the-operators-own")
    bot = Companion(
        tmp_path, 1, "p" * 40, of_slack("http://127.0.0.1:2", loopback_server.keys(), "fr")
    )

    told = str(bot._told)

    assert "operators-own" not in told
    assert set(bot._told) == {
        "PYTHONPATH", "PYTHONUTF8", "LANG", "DATABASE_URL", "PEPPER", "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN", "SLACK_API_URL", "PACE", "HOST", "PORT", "TEST_MODE",
    }  # fmt: skip
    assert not (tmp_path / ".env").exists()


async def test_the_bot_prints_its_manifest_in_that_environment(tmp_path: Path) -> None:
    """Commands, shortcuts and events are read from what the bot itself says."""
    bot = Companion(
        tmp_path, 1, "p" * 40, of_slack("http://127.0.0.1:2", loopback_server.keys(), "fr")
    )

    manifest = json.loads(await bot.verb("manifest", "--base-url", bot.url))

    commands = [one["command"] for one in manifest["features"]["slash_commands"]]
    told = [one["description"] for one in manifest["features"]["slash_commands"]]
    assert "/rupture" in commands
    assert "question" in str(told)
    with pytest.raises(BotFailedError, match="manifest"):
        await bot.verb("manifest")


async def test_a_bot_that_cannot_start_is_noticed_at_once(tmp_path: Path) -> None:
    """A bot that ends by itself is not waited for, and its log says why."""
    bot = Companion(tmp_path, 1, "short", of_slack("nowhere", loopback_server.keys(), "en"))
    held = hold(tmp_path)

    with pytest.raises(BotFailedError, match="web"):
        await bot.start(NOW, held)
    await bot.stop()

    assert "PEPPER" in bot.log.read_text(encoding="utf-8")
    os.close(held)


def test_a_visitor_practises_by_typing_and_comes_back(
    words: Words,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The whole of `try --terminal`, twice: set up once, everything kept, everything stopped."""
    monkeypatch.setattr(seed, "start", lambda _cast, now: now - timedelta(hours=1))
    for lines in (b"/tip\nquit\n", b"go #northshore\nquit\n"):
        come, go = os.pipe()
        os.write(go, lines)
        with os.fdopen(come) as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            status = run.practise(words, folder=tmp_path, port=0, reset=False, terminal=True)
        os.close(go)
        assert status == 0

    said = capsys.readouterr().out
    assert said.count(words.say("tryout.running.first")) == 1
    assert said.count(words.say("tryout.running.stopped")) == 2
    assert "Next tip" in said
    assert "Join" in said.rpartition("go PLACE")[2]
    os.close(hold(tmp_path))


def test_secrets_are_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    """Every practice has its own, the same at each start, in a file of its owner's alone."""
    file = tmp_path / "secrets.json"

    first, again = run._secrets(file), run._secrets(file)

    assert first == again
    assert first[0].bot_token.startswith("xoxb-")
    assert len(first[1]) >= 32
    assert file.stat().st_mode & 0o077 == 0
