import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import sources
from tests.sources import ROOT

CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = CONFIGURED["tool"]["importlinter"]["contracts"]

BREACHES = [
    ("Layers", "bot/errors.py", "bot.elements"),
    ("Layers", "bot/elements.py", "bot.conversation"),
    ("Layers", "bot/content/catalogue.py", "bot.conversation"),
    ("Layers", "bot/conversation.py", "bot.domain"),
    ("Layers", "bot/domain/tips.py", "bot.chat.slack"),
    ("Layers", "bot/domain/counts/release_rule.py", "bot.store"),
    ("Layers", "bot/chat/slack/bolt_app.py", "bot.domain.tips"),
    ("Layers", "bot/chat/slack/bolt_app.py", "handlers"),
    ("Layers", "bot/store/schema.py", "bot.workflows"),
    ("Layers", "bot/store/repositories/teams.py", "bot.context"),
    ("Layers", "bot/workflows/team_setup.py", "bot.context"),
    ("Layers", "bot/context.py", "handlers"),
    ("Layers", "handlers/tip.py", "schedules"),
    ("Layers", "handlers/tip.py", "bot.admin.doctor"),
    ("Layers", "schedules/daily_tip.py", "handlers.tip"),
    ("Layers", "bot/middleware.py", "bot.app"),
    ("Layers", "bot/adapters.py", "bot.app"),
    ("Layers of the chat package", "bot/chat/slack/bolt_app.py", "bot.chat.http"),
    ("Layers of the chat package", "bot/chat/msteams/dispatcher.py", "bot.chat.slack"),
    ("Layers of the chat package", "bot/chat/request_body.py", "bot.chat.msteams"),
    ("Handlers are independent", "handlers/tip.py", "handlers.rupture"),
    ("Schedules are independent", "schedules/daily_tip.py", "schedules.weekly_checkin"),
    (
        "The sandbox imports nothing of the bot that it runs",
        "bot/sandbox/slack_api/web_api.py",
        "bot.elements",
    ),
    ("The domain is pure", "bot/domain/counts/noise.py", "random"),
    ("The domain is pure", "bot/domain/calendar.py", "time"),
    ("SQLAlchemy and Alembic only in the store", "handlers/tip.py", "sqlalchemy"),
    ("Slack's libraries only in the Slack adapter", "bot/middleware.py", "slack_sdk"),
    ("Microsoft's libraries only in the Teams adapter", "bot/adapters.py", "jwt"),
    ("APScheduler only in the scheduler clock", "schedules/delivery/sender.py", "apscheduler"),
    ("DBOS only in the shared workers", "schedules/delivery/sender.py", "dbos"),
    ("The environment only in the settings", "bot/app.py", "pydantic_settings"),
    (
        "Pydantic only for settings, team files and Block Kit checks",
        "bot/elements.py",
        "pydantic",
    ),
    ("Babel only in the catalogue", "bot/domain/tips.py", "babel"),
    ("The holidays library only in one module", "bot/domain/checkins/scheduling.py", "holidays"),
    ("The log formatter only in the log configuration", "bot/app.py", "pythonjsonlogger"),
    ("HTTP only in the adapters and the sandbox", "schedules/delivery/sender.py", "aiohttp"),
    (
        "Cryptography only in the token encryption",
        "bot/store/repositories/people.py",
        "cryptography",
    ),
    ("tqdm only in the progress bar", "bot/admin/apply_teams.py", "tqdm"),
    ("Uvicorn only where a process starts", "bot/chat/http.py", "uvicorn"),
]
"""Which contract must speak up when a file of ours imports what it may not."""

UNSEEN = {
    "httptools": "uvicorn parses requests with it",
    "psycopg": "SQLAlchemy speaks to PostgreSQL through it, by the address's scheme",
    "tzdata": "zoneinfo finds the time zones there",
    "uvloop": "uvicorn turns the loop with it",
}
"""Libraries that are installed though no file imports them, and what for."""


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Hold the tree in *folder* against its contracts."""
    command = "import sys; from importlinter.cli import lint_imports_command as l; sys.exit(l())"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms' Python files, in which a breach can be planted."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for source in sources.load_bot_sources():
        target = folder / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.text, encoding="utf-8")
    return folder


def test_the_contracts_hold(copy: Path) -> None:
    """No room knows what it should not know."""
    result = lint(copy)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "file", "imported"), BREACHES)
def test_a_breach_is_reported(copy: Path, contract: str, file: str, imported: str) -> None:
    """Whoever imports against a contract is told which one, and where."""
    target = copy / file
    honest = target.read_text(encoding="utf-8")
    target.write_text(f"{honest}\nimport {imported}\n", encoding="utf-8")

    result = lint(copy)

    target.write_text(honest, encoding="utf-8")
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
    assert f"(l.{len(honest.splitlines()) + 2}" in result.stdout


def test_every_contract_has_a_breach_that_proves_it() -> None:
    """A new contract comes with a deliberate breach of it."""
    assert {contract["name"] for contract in CONTRACTS} == {breach[0] for breach in BREACHES}


def test_every_room_has_a_floor() -> None:
    """A new room says where it stands before anything imports it."""
    floors = next(one["layers"] for one in CONTRACTS if one["name"] == "Layers")
    placed = {room.strip() for floor in floors for room in re.split(r"[|:]", floor)}
    modules = {source.module_name for source in sources.load_bot_sources()} - {"bot"}
    rooms = {".".join(name.split(".")[: 2 if name.startswith("bot.") else 1]) for name in modules}

    assert rooms == placed


def imported(tree: ast.Module) -> set[str]:
    """The top names of everything a file imports."""
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    parts = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | parts}


def test_every_library_has_one_room() -> None:
    """Each library that the bot imports is kept to its room by a contract."""
    kept = {name for one in CONTRACTS for name in one.get("protected_modules", ())}
    seen = {name for source in sources.load_bot_sources() for name in imported(source.tree)}
    libraries = seen - set(sys.stdlib_module_names) - set(sources.BOT_PACKAGES)

    assert libraries == kept


def test_what_is_installed_only_where_wanted_is_loaded_only_there(tmp_path: Path) -> None:
    """A bot that shares its draining with nobody starts without the library for it."""
    loads = "import sys, bot.__main__; assert 'dbos' not in sys.modules"
    result = subprocess.run(
        [sys.executable, "-c", loads],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_every_library_installed_is_used() -> None:
    """Nothing is installed on a clinic's machine without a reason."""
    names = {
        "python-json-logger": "pythonjsonlogger",
        "pyjwt": "jwt",
        "microsoft-teams-apps": "microsoft_teams",
        "microsoft-teams-cards": "microsoft_teams",
    }
    kept = {name for one in CONTRACTS for name in one.get("protected_modules", ())}
    lists = set(ROOT.glob("requirements*.in")) - {ROOT / "requirements-test.in"}
    lines = [line for one in lists for line in one.read_text(encoding="utf-8").splitlines()]
    asked = {line.partition("==")[0].partition("[")[0] for line in lines if "==" in line}

    assert {names.get(name, name.replace("-", "_")) for name in asked} == kept | UNSEEN.keys()


LOADED_LATE = {"schedules.delivery.shared_workers"}
"""Loaded by a worker that shares, in a function: below DBOS, croniter starts a program to ask
whether the machine counts in 32 bits."""

QUIETLY = """
import importlib, logging, sys
loud = ("socket.", "subprocess.", "os.system", "os.mkdir", "os.rename", "os.remove", "sqlite3.")

def looking():
    # urllib3, behind Microsoft's library, opens a socket here to see whether IPv6 is known.
    frame = sys._getframe()
    while frame and not frame.f_globals.get("__name__", "").startswith("urllib3."):
        frame = frame.f_back
    return frame is not None

def heard(event, arguments):
    if event.startswith(loud) and event != "socket.gethostname" and not looking():
        raise SystemExit(f"{event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"{event} {arguments}")

sys.addaudithook(heard)
for module in sys.argv[1:]:
    importlib.import_module(module)
assert not logging.getLogger().handlers, "logging was configured"
"""


def test_importing_does_nothing(tmp_path: Path) -> None:
    """With an empty environment, importing opens no socket, writes no file and starts nothing."""
    quiet = {source.module_name for source in sources.load_bot_sources()}
    result = subprocess.run(
        [sys.executable, "-B", "-c", QUIETLY, *(sorted(quiet - LOADED_LATE))],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
