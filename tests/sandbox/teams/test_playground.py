import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.content.catalogue import LanguagePack
from bot.sandbox.process.data_folder import lock_folder
from bot.sandbox.process.loopback_server import free_port
from bot.sandbox.teams import playground, run
from bot.sandbox.teams.playground import (
    AGENTS_FOLDER,
    NodeMissingError,
    Playground,
    PlaygroundFailedError,
)
from tests.journeys.accessibility import AXE_LOCK_FOLDER

SERVER_SCRIPT = """
const server = require('node:http').createServer();
server.listen({listen_argument}, () => console.log(server.address().address));
setTimeout(() => process.exit(), 50);
"""


@pytest.mark.parametrize("folder", [AGENTS_FOLDER, AXE_LOCK_FOLDER], ids=["playground", "axe"])
def test_an_npm_package_is_pinned_by_hash(folder: Path) -> None:
    """The lock file has a version and a hash, but no URL, so that any npm registry works."""
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    (dependency,) = json.loads((folder / "package.json").read_text())["dependencies"].items()

    name, version = dependency
    locked_package = packages[f"node_modules/{name}"]
    assert locked_package["version"] == version
    assert locked_package["integrity"].startswith("sha512-")
    assert "resolved" not in str(packages)


def test_a_missing_node_prints_a_sentence(
    words: LanguagePack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without Node.js, the exit status is 2 and the output explains the missing program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    status = run.run_teams_sandbox(
        words, folder=tmp_path / "t", port=0, persona_query="", must_reset=False
    )

    assert status == 2
    assert words.translate("sandbox.teams.node") in capsys.readouterr().out
    with pytest.raises(NodeMissingError):
        playground.fetch_playground(tmp_path)


def test_a_locked_folder_is_not_shared(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run in a locked folder returns the exit status 2 and prints the folder."""
    lock_fd = lock_folder(tmp_path)
    assert (
        run.run_teams_sandbox(words, folder=tmp_path, port=0, persona_query="", must_reset=False)
        == 2
    )
    os.close(lock_fd)

    assert str(tmp_path) in capsys.readouterr().out


@pytest.mark.node
@pytest.mark.parametrize(
    "listen_argument", ["0", "'0'", "{ port: 0 }", "{ port: 0, host: '0.0.0.0' }", ""]
)
def test_every_listen_call_is_restricted_to_loopback(listen_argument: str) -> None:
    """With any argument of `listen`, a Node.js server binds to 127.0.0.1."""
    node = shutil.which("node")
    assert node is not None
    script = SERVER_SCRIPT.replace(
        "{listen_argument},", f"{listen_argument}," if listen_argument else ""
    )

    process = subprocess.run(
        [node, "--require", str(AGENTS_FOLDER / "loopback.cjs"), "-e", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert process.stdout.strip() == "127.0.0.1"


@pytest.mark.node
async def test_a_failed_start_raises(tmp_path: Path) -> None:
    """A process that exits during the start raises an exception without a timeout."""
    process = Playground(tmp_path, tmp_path, free_port(), "http://127.0.0.1:9")

    with pytest.raises(PlaygroundFailedError):
        await process.start({})

    await process.stop()
