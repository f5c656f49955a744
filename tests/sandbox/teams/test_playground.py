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

LISTENING = """
const server = require('node:http').createServer();
server.listen({listens}, () => console.log(server.address().address));
setTimeout(() => process.exit(), 50);
"""


def test_its_version_is_pinned_with_what_it_has_to_be() -> None:
    """Everybody fetches the same bytes, from wherever their npm is told to fetch."""
    told = json.loads((AGENTS_FOLDER / "package-lock.json").read_text())["packages"]
    (wanted,) = json.loads((AGENTS_FOLDER / "package.json").read_text())["dependencies"].items()

    name, version = wanted
    locked = told[f"node_modules/{name}"]
    assert locked["version"] == version
    assert locked["integrity"].startswith("sha512-")
    assert "resolved" not in str(told)


def test_whoever_has_no_node_is_told_so(
    words: LanguagePack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They read what is missing, and that `make try` needs none of it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    status = run.run_teams_sandbox(
        words, folder=tmp_path / "t", port=0, persona_query="", must_reset=False
    )

    assert status == 2
    assert words.translate("tryout.teams.node") in capsys.readouterr().out
    with pytest.raises(NodeMissingError):
        playground.fetch_playground(tmp_path)


def test_two_practices_never_share_a_folder(
    words: LanguagePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one says that the first is running."""
    held = lock_folder(tmp_path)
    assert (
        run.run_teams_sandbox(words, folder=tmp_path, port=0, persona_query="", must_reset=False)
        == 2
    )
    os.close(held)

    assert str(tmp_path) in capsys.readouterr().out


@pytest.mark.node
@pytest.mark.parametrize("listens", ["0", "'0'", "{ port: 0 }", "{ port: 0, host: '0.0.0.0' }", ""])
def test_whatever_it_listens_on_is_this_machine_alone(listens: str) -> None:
    """However its server asks to listen, nobody outside reaches it."""
    node = shutil.which("node")
    assert node is not None
    asked = LISTENING.replace("{listens},", f"{listens}," if listens else "")

    told = subprocess.run(
        [node, "--require", str(AGENTS_FOLDER / "loopback.cjs"), "-e", asked],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert told.stdout.strip() == "127.0.0.1"


@pytest.mark.node
async def test_a_playground_that_does_not_start_is_told(tmp_path: Path) -> None:
    """Whoever waits for it is not left waiting when it ends."""
    page = Playground(tmp_path, tmp_path, free_port(), "http://127.0.0.1:9")

    with pytest.raises(PlaygroundFailedError):
        await page.start({})

    await page.stop()
