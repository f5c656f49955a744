import json
import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server, run
from bot.sandbox.process.bot_process import BotFailedError, BotProcess, slack_settings
from bot.sandbox.process.data_folder import lock_folder
from bot.sandbox.workspace import seed
from tests.sandbox.conftest import NOW


def practise(words: LanguagePack, folder: Path, port: int) -> int:
    """Try the bot, without a terminal."""
    return run.run_slack_sandbox(
        words, folder=folder, port=port, must_reset=False, use_terminal=False
    )


def test_a_taken_port_is_named_with_a_way_out(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever finds the port taken reads how to choose another one, and nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert practise(words, tmp_path / "try", port) == 2

    said = capsys.readouterr().out
    assert f"Port {port} " in said
    assert f"make try PORT={port + 10}" in said


def test_two_practices_never_share_a_folder(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one says that the first is running, and which process its bot is."""
    held = lock_folder(tmp_path)
    os.pwrite(held, b"4711", 0)

    assert practise(words, tmp_path, 0) == 2
    assert "4711" in capsys.readouterr().out

    os.close(held)
    os.close(lock_folder(tmp_path))


@pytest.mark.parametrize("file", ["workspace.json", "secrets.json"])
@pytest.mark.parametrize("written", ["", "{}", '{"edition": 1, "keys": {"token": "older"}}'])
def test_a_folder_of_another_version_is_told_with_the_remedy(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, written: str
) -> None:
    """Whoever comes back with a newer Attune reads how to start afresh, not a traceback."""
    (tmp_path / "lived").touch()
    run._load_secrets(tmp_path / "secrets.json")
    (tmp_path / file).write_text(written, encoding="utf-8")

    assert practise(words, tmp_path, 0) == 2

    said = capsys.readouterr().out
    assert said.strip() == words.translate("tryout.running.unreadable", folder=str(tmp_path))
    assert "make try RESET=1" in said


def test_a_folder_that_lost_its_workspace_is_told_alike(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
    bot = BotProcess(
        tmp_path,
        1,
        "p" * 40,
        slack_settings("http://127.0.0.1:2", loopback_server.generate_credentials(), "fr"),
    )

    told = str(bot._environment)

    assert "operators-own" not in told
    assert set(bot._environment) == {
        "PYTHONPATH", "PYTHONUTF8", "LANG", "DATABASE_URL", "PEPPER", "SLACK_SIGNING_SECRET",
        "SLACK_BOT_TOKEN", "SLACK_API_URL", "PACE", "HOST", "PORT", "TEST_MODE",
    }  # fmt: skip
    assert not (tmp_path / ".env").exists()


async def test_the_bot_prints_its_manifest_in_that_environment(tmp_path: Path) -> None:
    """Commands, shortcuts and events are read from what the bot itself says."""
    bot = BotProcess(
        tmp_path,
        1,
        "p" * 40,
        slack_settings("http://127.0.0.1:2", loopback_server.generate_credentials(), "fr"),
    )

    manifest = json.loads(await bot.run_command("manifest", "--base-url", bot.url))

    commands = [one["command"] for one in manifest["features"]["slash_commands"]]
    told = [one["description"] for one in manifest["features"]["slash_commands"]]
    assert "/rupture" in commands
    assert "question" in str(told)
    with pytest.raises(BotFailedError, match="manifest"):
        await bot.run_command("manifest")


async def test_a_bot_that_cannot_start_is_noticed_at_once(tmp_path: Path) -> None:
    """A bot that ends by itself is not waited for, and its log says why."""
    bot = BotProcess(
        tmp_path,
        1,
        "short",
        slack_settings("nowhere", loopback_server.generate_credentials(), "en"),
    )
    held = lock_folder(tmp_path)

    with pytest.raises(BotFailedError, match="web"):
        await bot.start(NOW, held)
    await bot.stop()

    assert "PEPPER" in bot.log_file.read_text(encoding="utf-8")
    os.close(held)


def test_a_visitor_practises_by_typing_and_comes_back(
    words: LanguagePack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The whole of `try --terminal`, twice: set up once, everything kept, everything stopped."""
    monkeypatch.setattr(seed, "history_start", lambda _cast, now: now - timedelta(hours=1))
    for lines in (b"/tip\nquit\n", b"go #northshore\nquit\n"):
        come, go = os.pipe()
        os.write(go, lines)
        with os.fdopen(come) as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            status = run.run_slack_sandbox(
                words, folder=tmp_path, port=0, must_reset=False, use_terminal=True
            )
        os.close(go)
        assert status == 0

    said = capsys.readouterr().out
    assert said.count(words.translate("tryout.running.first")) == 1
    assert said.count(words.translate("tryout.running.stopped")) == 2
    assert "Next tip" in said
    assert "Join" in said.rpartition("go PLACE")[2]
    os.close(lock_folder(tmp_path))


def test_secrets_are_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    """Every practice has its own, the same at each start, in a file of its owner's alone."""
    file = tmp_path / "secrets.json"

    first, again = run._load_secrets(file), run._load_secrets(file)

    assert first == again
    assert first[0].bot_token.startswith("xoxb-")
    assert len(first[1]) >= 32
    assert file.stat().st_mode & 0o077 == 0
