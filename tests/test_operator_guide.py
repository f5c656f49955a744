"""The operator's guide names commands, files, units and events that exist.

Commands of the bot are parsed by its command line and blocks by the shell. ``tests/guide`` runs
them.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import HANDLERS
from bot.admin.command_line import build_parser
from bot.content.catalogue import load_catalogue
from tests import sources
from tests.sources import ROOT

PAGES = (
    *(
        "README.md",
        "docs/backups.md",
        "docs/cards.md",
        "docs/install.md",
        "docs/microsoft-teams.md",
    ),
    *("docs/scale.md", "docs/settings.md", "docs/slack.md", "docs/team-file.md", "docs/trouble.md"),
    "docs/upgrading.md",
)
SHELL_BLOCK = re.compile(r"^```sh\n(.+?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```sh\n(.+?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
BOT_COMMAND = re.compile(
    r"(?:python -m bot|^attune|\n *attune|run --rm web|run --rm(?= migrate))((?: [^\n|;&>]+)?)"
)
DEPLOYED_FILE = re.compile(r"(?<!/)\bdeploy/(?!attune\.env)[\w./@*-]*\w")
EVENT = re.compile(
    r"`((?:app|ledger|key_store|slack|start|store|teams|worker|workspaces)\.[a-z_]+)`"
)
LINK = re.compile(r"\]\(([\w./-]*)(?:#([\w-]+))?\)")


def read_page(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def list_bot_commands(page: str) -> list[str]:
    """Return what follows ``python -m bot`` in the code of a page."""
    codes = ["".join(parts) for parts in CODE.findall(read_page(page))]
    return [match.strip() for code in codes for match in BOT_COMMAND.findall(code)]


def build_anchor(heading: str) -> str:
    """Return the anchor of a heading as the usual renderers of Markdown make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_bot_are_parsed(page: str) -> None:
    """Each command of a page, with its options, is one that the command line accepts."""
    parser = build_parser(load_catalogue().get_pack("en"), HANDLERS)
    for command in filter(None, list_bot_commands(page)):
        words = shlex.split(command)
        if words == ["--version"]:
            continue
        assert parser.parse_args(words).verb in HANDLERS, command


@pytest.mark.parametrize("page", PAGES)
def test_blocks_are_valid_shell(page: str) -> None:
    """The shell parses every block without running it."""
    for block in SHELL_BLOCK.findall(read_page(page)):
        result = subprocess.run(
            ["/bin/sh", "-n"], input=block, capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stderr) == (0, ""), block


@pytest.mark.parametrize("page", PAGES)
def test_files_and_units_exist(page: str) -> None:
    """A file of ``deploy`` that a page names is there, and a unit is one of its files."""
    text = read_page(page)
    units = re.findall(r"\battune[\w@-]*\.(?:service|timer)\b", text)

    assert [name for name in DEPLOYED_FILE.findall(text) if not list(ROOT.glob(name))] == []
    for unit in units:
        template = re.sub(r"@\d", "@", unit)
        assert (ROOT / "deploy/systemd" / template).exists(), unit


@pytest.mark.parametrize("page", PAGES)
def test_events_are_logged_by_the_code(page: str) -> None:
    """An event of the log that a page names is one that the code writes."""
    texts = "\n".join(source.text for source in sources.load_bot_sources())
    events = EVENT.findall(read_page(page))

    assert [event for event in events if f'"{event}"' not in texts] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """A link between pages has a file, and its anchor a heading there."""
    for path, anchor in LINK.findall(read_page(page)):
        target = (Path(page).parent / path) if path else Path(page)
        assert (ROOT / target).exists(), path
        if anchor:
            text = read_page(str(target))
            headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            assert anchor in set(map(build_anchor, headings)), f"{path}#{anchor}"


def test_the_command_of_the_service_is_valid_shell() -> None:
    """The script has the settings of the unit, and the shell parses it."""
    script = ROOT / "deploy/systemd/attune"
    unit = (ROOT / "deploy/systemd/attune.service").read_text(encoding="utf-8")
    result = subprocess.run(["/bin/sh", "-n", str(script)], capture_output=True, check=False)

    assert result.returncode == 0
    settings = re.findall(r"^Environment=(?!PYTHON)(.+)$", unit, re.MULTILINE)
    assert all(f"--property=Environment={line} " in script.read_text() for line in settings)
