"""Paths and commands in the documents are valid."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters import ENDPOINT_PATHS
from bot.chat.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from tests.sources import ROOT

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/proxy.md",
    "docs/upgrading.md",
    "docs/evidence.md",
    "docs/stores.md",
)
PATH_REFERENCE = re.compile(
    r"`((?:bot|handlers|schedules|tests|docs|\.ci)/[\w./-]*|[\w.-]+\.(?:md|toml|in|lock))`"
)
CODE_BLOCK = re.compile(r"^```sh\n.+?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
MAKE_RULE = re.compile(r"^([a-z-]+):", re.MULTILINE)
MAKE_COMMAND = re.compile(r"\bmake ([a-z-]+)")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_in_documents_exist(document: str) -> None:
    """Every path that a document names exists."""
    paths = set(PATH_REFERENCE.findall((ROOT / document).read_text(encoding="utf-8")))

    assert {path for path in paths if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_commands_in_documents_exist(document: str) -> None:
    """Every `make` command in a document is a target of the Makefile."""
    code = CODE_BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
    targets = MAKE_RULE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))

    assert set(MAKE_COMMAND.findall("\n".join(code))) <= set(targets)


def test_proxy_examples_log_no_request_to_the_bot() -> None:
    """The examples forward the products' paths, log no access to them and do not compress."""
    document = (ROOT / "docs/proxy.md").read_text(encoding="utf-8")
    examples = dict(
        re.findall(r"^```(nginx|caddyfile)\n(.+?)^```", document, re.MULTILINE | re.DOTALL)
    )
    locations = dict(re.findall(r"location = (\S+) {(.+?)}", examples["nginx"], re.DOTALL))
    caddy_paths = re.findall(r"@bot path (.+)", examples["caddyfile"])[0].split()

    paths = (*ENDPOINT_PATHS.values(), INSTALL_PATH, REDIRECT_PATH)

    assert sorted(locations) == sorted(caddy_paths) == sorted(paths)
    assert all("access_log off;" in block and "gzip off;" in block for block in locations.values())
    assert re.search(r"handle @bot {\s+log_skip\s+reverse_proxy", examples["caddyfile"])
    # The lines about a bot that does not answer, and about one that ends in a response.
    excluded = "exclude http.log.error http.handlers.reverse_proxy"
    assert re.match(rf"{{\s+log default {{\s+{excluded}\s", examples["caddyfile"])


def test_contributing_example_runs(tmp_path: Path) -> None:
    """The example in CONTRIBUTING.md runs without warnings and prints a guide and a report."""
    document = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.+?)^```", document, re.MULTILINE | re.DOTALL)

    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Form(name='guide'") == 4
    assert "Apr 5, 2026: no form of strain clearly led" in result.stdout
