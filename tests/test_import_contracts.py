"""The import contracts hold, and every one of them reports a deliberate breach."""

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
    (
        "cachetools only in the Teams directory cache",
        "bot/chat/msteams/dispatcher.py",
        "cachetools",
    ),
    ("APScheduler only in the ticker", "schedules/delivery/sender.py", "apscheduler"),
    ("DBOS only in the worker of the shared queue", "schedules/delivery/sender.py", "dbos"),
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
        "Cryptography only in the encryption of tokens and records",
        "bot/store/repositories/people.py",
        "cryptography",
    ),
    ("tqdm only in the progress bar", "bot/admin/apply_teams.py", "tqdm"),
    ("Uvicorn only where a process starts", "bot/chat/http.py", "uvicorn"),
    ("prometheus-client only in the metrics", "bot/app.py", "prometheus_client"),
]
"""Contract, file and forbidden import: each import must be reported as a breach."""

INDIRECT_LIBRARIES = {
    "httptools": "HTTP parser of uvicorn",
    "psycopg": "SQLAlchemy's PostgreSQL driver, selected by the URL's scheme",
    "tzdata": "time zone database of zoneinfo",
    "uvloop": "event loop of uvicorn",
}
"""Libraries that are installed though no file imports them, and their purpose."""


def run_lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree in *folder*."""
    command = "import sys; from importlinter.cli import lint_imports_command as l; sys.exit(l())"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def source_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the bot's Python files, to which breaches can be added."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for source in sources.load_bot_sources():
        target = folder / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.text, encoding="utf-8")
    return folder


def test_the_contracts_hold(source_copy: Path) -> None:
    """The bot's imports violate no contract."""
    result = run_lint_imports(source_copy)

    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def breach_reports(source_copy: Path) -> dict[str, str]:
    """The report on each broken contract, by its name, of a copy with all breaches."""
    folder = source_copy.with_name(f"{source_copy.name}-breached")
    shutil.copytree(source_copy, folder)
    for _, file, imported in BREACHES:
        with (folder / file).open("a", encoding="utf-8") as target:
            target.write(f"\nimport {imported}\n")
    result = run_lint_imports(folder)
    assert result.returncode == 1, result.stdout
    parts = re.split(r"(?m)^(.+)\n-+\n", result.stdout)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def find_line(file: str, imported: str) -> int:
    """Return the line on which a breach is planted, below the earlier ones of its file."""
    planted = [other for _, other_file, other in BREACHES if other_file == file]
    length = len((ROOT / file).read_text(encoding="utf-8").splitlines())
    return length + 2 * (planted.index(imported) + 1)


@pytest.mark.parametrize(("contract", "file", "imported"), BREACHES)
def test_a_breach_is_reported(
    breach_reports: dict[str, str], contract: str, file: str, imported: str
) -> None:
    """A forbidden import is reported with its contract and line, whatever else is forbidden."""
    module = file.removesuffix(".py").replace("/", ".")

    assert f"{module} -> {imported} (l.{find_line(file, imported)})" in breach_reports[contract]


def test_every_contract_has_a_breach_that_proves_it() -> None:
    """Every contract has at least one deliberate breach."""
    assert {contract["name"] for contract in CONTRACTS} == {breach[0] for breach in BREACHES}


def test_every_package_has_a_layer() -> None:
    """The contract ``Layers`` lists every package."""
    layers = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "Layers")
    listed = {name.strip() for layer in layers for name in re.split(r"[|:]", layer)}
    modules = {source.module_name for source in sources.load_bot_sources()} - {"bot"}
    packages = {
        ".".join(name.split(".")[: 2 if name.startswith("bot.") else 1]) for name in modules
    }

    assert packages == listed


def imported_packages(tree: ast.Module) -> set[str]:
    """Return the top-level names of all imports in *tree*."""
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    parts = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | parts}


def test_every_library_has_a_contract() -> None:
    """Each third-party library that the bot imports is protected by a contract."""
    protected = {name for contract in CONTRACTS for name in contract.get("protected_modules", ())}
    imported = {
        name for source in sources.load_bot_sources() for name in imported_packages(source.tree)
    }
    libraries = imported - set(sys.stdlib_module_names) - set(sources.BOT_PACKAGES)

    assert libraries == protected


def test_optional_library_is_not_imported_at_startup(tmp_path: Path) -> None:
    """The bot starts without DBOS, which only shared workers need."""
    script = "import sys, bot.__main__; assert 'dbos' not in sys.modules"
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_every_installed_library_is_used() -> None:
    """Every pinned requirement is imported, or is listed with its purpose."""
    names = {
        "python-json-logger": "pythonjsonlogger",
        "pyjwt": "jwt",
        "microsoft-teams-apps": "microsoft_teams",
        "microsoft-teams-cards": "microsoft_teams",
    }
    protected = {name for contract in CONTRACTS for name in contract.get("protected_modules", ())}
    lists = set(ROOT.glob("requirements*.in")) - {ROOT / "requirements-test.in"}
    lines = [line for file in lists for line in file.read_text(encoding="utf-8").splitlines()]
    pinned = {line.partition("==")[0].partition("[")[0] for line in lines if "==" in line}

    assert {
        names.get(name, name.replace("-", "_")) for name in pinned
    } == protected | INDIRECT_LIBRARIES.keys()


LAZY_MODULES = {"schedules.delivery.shared_queue_worker"}
"""Modules imported inside a function only: below DBOS, croniter starts a subprocess to detect
whether the platform has 32 bits.
"""

AUDIT_SCRIPT = """
import importlib, logging, sys
forbidden = (
    "socket.", "subprocess.", "os.system", "os.mkdir", "os.rename", "os.remove", "sqlite3."
)

def is_ipv6_probe():
    # urllib3, a dependency of Microsoft's library, opens a socket to detect IPv6 support.
    frame = sys._getframe()
    while frame and not frame.f_globals.get("__name__", "").startswith("urllib3."):
        frame = frame.f_back
    return frame is not None

def audit(event, arguments):
    if event.startswith(forbidden) and event != "socket.gethostname" and not is_ipv6_probe():
        raise SystemExit(f"{event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"{event} {arguments}")

sys.addaudithook(audit)
for module in sys.argv[1:]:
    importlib.import_module(module)
assert not logging.getLogger().handlers, "logging was configured"
"""


def test_imports_have_no_side_effects(tmp_path: Path) -> None:
    """Importing every module opens no socket, writes no file and starts no process."""
    modules = {source.module_name for source in sources.load_bot_sources()}
    result = subprocess.run(
        [sys.executable, "-B", "-c", AUDIT_SCRIPT, *(sorted(modules - LAZY_MODULES))],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
