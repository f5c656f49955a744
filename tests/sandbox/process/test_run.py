import errno
import json
import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server, run
from bot.sandbox.process.bot_process import BotFailedError, BotProcess, slack_settings
from bot.sandbox.process.data_folder import lock_folder, record_address, record_process_id
from tests.sandbox.conftest import NOW


def run_without_terminal(words: LanguagePack, folder: Path, port: int) -> int:
    """Run the sandbox without a terminal, and return its exit status."""
    return run.run_sandbox(run.SandboxOptions(words, folder, port))


def test_a_taken_port_is_reported_with_an_alternative(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a taken port, the output suggests another port, and the exit status is 2."""
    with socket.create_server(("127.0.0.1", 0)) as other_listener:
        port = other_listener.getsockname()[1]

        assert run_without_terminal(words, tmp_path / "try", port) == 2

    output = capsys.readouterr().out
    assert f"http://127.0.0.1:{port} is already in use" in output
    assert "make try PORT=" in output


def test_an_unusable_port_is_reported_with_its_reason(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port that is refused for another reason is not said to be in use."""
    facts = {"address": "http://127.0.0.1:80", "reason": "Permission denied", "other": "90"}

    run.print_port_fault(
        run.SandboxOptions(words, tmp_path, 80), OSError(errno.EACCES, "Permission denied"), 90
    )

    assert capsys.readouterr().out.strip() == words.translate(
        "sandbox.running.cannot_listen", **facts
    )


def test_a_locked_folder_is_not_shared(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run in a locked folder prints the address and the bot's process id of the other one."""
    lock_fd = lock_folder(tmp_path)
    record_process_id(lock_fd, 4711)
    record_address(lock_fd, "http://127.0.0.1:3010")

    assert run_without_terminal(words, tmp_path, 0) == 2
    output = capsys.readouterr().out
    assert "4711" in output
    assert "http://127.0.0.1:3010" in output

    os.close(lock_fd)
    os.close(lock_folder(tmp_path))


@pytest.mark.parametrize("file", ["workspace.json", "secrets.json"])
@pytest.mark.parametrize("content", ["", "{}", '{"edition": 1, "keys": {"token": "older"}}'])
def test_an_unreadable_file_is_reported_with_a_remedy(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: str
) -> None:
    """A file of another version prints how to reset the folder, instead of a traceback."""
    (tmp_path / "history").touch()
    run._load_or_create_secrets(tmp_path / "secrets.json")
    (tmp_path / file).write_text(content, encoding="utf-8")

    assert run_without_terminal(words, tmp_path, 0) == 2

    output = capsys.readouterr().out
    assert output.strip() == words.translate("sandbox.running.unreadable", folder=str(tmp_path))
    assert "make try RESET=1" in output


def test_a_missing_snapshot_is_reported_with_a_remedy(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with a bot database but without a snapshot does not start a bot."""
    (tmp_path / "history").touch()

    assert run_without_terminal(words, tmp_path, 0) == 2
    assert "make try RESET=1" in capsys.readouterr().out


async def test_the_bot_does_not_inherit_the_operators_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens of a real workspace, in the environment or in `.env`, do not reach the bot."""
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-the-operators-own")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://the-operators-own")
    bot = BotProcess(
        tmp_path,
        1,
        "p" * 40,
        slack_settings("http://127.0.0.1:2", loopback_server.generate_credentials(), "fr"),
    )

    environment = str(bot._environment)

    assert "operators-own" not in environment
    assert set(bot._environment) == {
        "PYTHONPATH", "PYTHONUTF8", "LANG", "DATABASE_URL", "KEYS", "PEPPER",
        "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_API_URL", "PACE", "HOST", "PORT",
        "TEST_MODE",
    }  # fmt: skip
    assert not (tmp_path / ".env").exists()


async def test_the_bot_prints_its_manifest_in_its_environment(tmp_path: Path) -> None:
    """The command `manifest` prints JSON with commands and descriptions in the language."""
    bot = BotProcess(
        tmp_path,
        1,
        "p" * 40,
        slack_settings("http://127.0.0.1:2", loopback_server.generate_credentials(), "fr"),
    )

    manifest = json.loads(await bot.run_command("manifest", "--base-url", bot.url))

    commands = [command["command"] for command in manifest["features"]["slash_commands"]]
    descriptions = [command["description"] for command in manifest["features"]["slash_commands"]]
    assert "/rupture" in commands
    assert "question" in str(descriptions)
    with pytest.raises(BotFailedError, match="manifest"):
        await bot.run_command("manifest")


async def test_a_failed_start_raises_without_a_timeout(tmp_path: Path) -> None:
    """A bot process that exits raises an exception at once, and its log file has the reason."""
    bot = BotProcess(
        tmp_path,
        1,
        "short",
        slack_settings("nowhere", loopback_server.generate_credentials(), "en"),
    )
    lock_fd = lock_folder(tmp_path)

    with pytest.raises(BotFailedError, match="web"):
        await bot.start(NOW, lock_fd)
    await bot.stop()

    assert "PEPPER" in bot.log_file.read_text(encoding="utf-8")
    os.close(lock_fd)


def test_the_terminal_session_survives_a_restart(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs of `try --terminal` seed the folder once, and release the lock at the end.

    The first one resets a folder that it could not read otherwise.
    """
    for name in ("history", "workspace.json", "older"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    for must_reset, input_lines in ((True, b"/tip\nquit\n"), (False, b"go #northshore\nquit\n")):
        read_fd, write_fd = os.pipe()
        os.write(write_fd, input_lines)
        options = run.SandboxOptions(
            words,
            tmp_path,
            port=0,
            must_reset=must_reset,
            use_terminal=True,
            input_fd=read_fd,
            choose_history_start=lambda _practice, now: now - timedelta(hours=1),
        )

        assert run.run_sandbox(options) == 0
        assert not (tmp_path / "older").exists()

        os.close(write_fd)
        os.close(read_fd)

    output = capsys.readouterr().out
    assert output.count(words.translate("sandbox.running.first")) == 1
    assert output.count(words.translate("sandbox.running.stopped")) == 2
    assert "Next tip" in output
    assert "Join" in output.rpartition("go PLACE")[2]
    os.close(lock_folder(tmp_path))


def test_secrets_are_generated_once_and_private(tmp_path: Path) -> None:
    """A second read returns the same secrets, and only the owner may read the file."""
    file = tmp_path / "secrets.json"

    first, second = run._load_or_create_secrets(file), run._load_or_create_secrets(file)

    assert first == second
    assert first[0].bot_token.startswith("xoxb-")
    assert len(first[1]) >= 32
    assert file.stat().st_mode & 0o077 == 0
