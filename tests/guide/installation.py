"""An installation on which the commands of a page are run, one after the other, in its folder."""

import asyncio
import hashlib
import os
import re
import shlex
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.store import Store
from tests import needs
from tests.database_files import copy_empty_database
from tests.guide.plans import Step
from tests.journeys.botprocess import BotProcess
from tests.misconfigurations.operator import ENVIRONMENT, PEPPER, Operator, Outcome
from tests.misconfigurations.slack_stand_in import WORKSPACE
from tests.postgres import PostgresServer
from tests.sources import ROOT

_SYSTEM_FOLDERS = re.compile(r"(?<![\w/])/(?=(?:etc|srv|usr/local|var)/|srv$)")
"""Beginnings of the paths of an installation with systemd, which are in a folder of the test."""

_OPTIONAL_NAME = re.compile(r"\[([A-Z]+)\]")
_ADDRESS = re.compile(r"postgresql://\S+|\bURL2?\b")
_NAME = re.compile(r"\b[A-Z_]+(?:/[A-Z]+)?\b")
_NAMES = {
    "ID": "11111111-2222-4333-8444-555555555555",
    "WORKSPACE": WORKSPACE,
    "WORKSPACE/PERSON": f"{WORKSPACE}/U0BBBBBB",
    "PERSON": "U0BBBBBB",
    "NEW_CHANNEL": "C0654321",
}
"""What a page's words in capitals stand for: names of the team file in the README."""


@dataclass
class Installation:
    """A place of the plans: its folder, its settings, and the server of its databases, if any."""

    operator: Operator
    server: PostgresServer | None
    slack_port: int
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Its folder, in which the commands run."""
        return self.operator.folder

    def prepare(self, place: str, team_file: str, template: str) -> None:
        """Write what the operator of *place* has written; *template* is a migrated database."""
        self.settings |= {
            "SLACK_API_URL": f"http://127.0.0.1:{self.slack_port}/api/",
            "PORT": str(self.slack_port),
        }
        (self.folder / "teams.toml").write_text(team_file, encoding="utf-8")
        (self.folder / "backups").mkdir()
        (self.folder / "pairs.csv").write_text("U0CCCCCC,U0DDDDDD\n", encoding="utf-8")
        if place == "system":
            _write_system_files(self.folder, team_file)
        if place.startswith("postgresql"):
            self.settings["DATABASE_URL"] = self.create_database(
                template if place == "postgresql clinic" else "template0"
            )
        elif place.startswith("clinic"):
            copy_empty_database(self.folder / "data")
            self._declare_team()

    def create_database(self, template: str = "template0") -> str:
        """Create a PostgreSQL database, and return its address as an operator would write it."""
        assert self.server is not None
        name = self.server.create_database(template)
        url = make_url(self.server.database_url(name)).set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    def run_step(self, step: Step, option: str) -> Outcome:
        """Run the command of *step* with *option*, and return its status and all output."""
        if step.is_web or step.beside_web:
            return self._run_beside_web("true" if step.is_web else step.command)
        if step.bot_arguments:
            return self._run_bot(shlex.split(f"{self._fill_in(step.bot_arguments, step)} {option}"))
        return self._run_shell(self._fill_in(step.command, step))

    def _declare_team(self) -> None:
        """Apply the team file, and store the tokens of an installation from the link."""
        outcome = self._run_bot(["team", "apply", "teams.toml"])
        assert outcome.status == 0, outcome.output
        database = f"sqlite:///{self.folder}/data/attune.sqlite"
        store = Store.open(database, (PEPPER.encode(),), FolderKeyStore(self.folder / "keys"))
        asyncio.run(_save_installation(store))

    def _run_bot(self, arguments: list[str]) -> Outcome:
        return self.operator.run(arguments, self.settings)

    def _fill_in(self, command: str, step: Step) -> str:
        """Return *command* with a value for each word that stands for one."""
        names = {**_NAMES, "FILE": step.file, "FOLDER": step.file, "CHANNEL": step.channel}
        command = _SYSTEM_FOLDERS.sub(f"{self.folder}/", command)
        command = _OPTIONAL_NAME.sub(r"\1", command)
        command = _NAME.sub(lambda match: names.get(match[0], match[0]), command)
        return _ADDRESS.sub(lambda _: shlex.quote(self._find_address(step)), command)

    def _find_address(self, step: Step) -> str:
        return self.settings["DATABASE_URL"] if step.own else self.create_database()

    def _run_beside_web(self, command: str) -> Outcome:
        """Start ``web``, run *command* with its port, and stop it again."""
        environment = {
            name: ENVIRONMENT[name].replace("{folder}", str(self.folder))
            for name in ("DATABASE_URL", "KEYS", "PEPPER")
        }
        bot = BotProcess(
            self.folder,
            self.settings["SLACK_API_URL"],
            extra_environment={**environment, "TEST_MODE": "", "TEST_CLOCK": ""},
        )
        bot.start()
        try:
            return self._run_shell(command.replace("127.0.0.1:3000", f"127.0.0.1:{bot.port}"))
        finally:
            bot.stop()

    def _run_shell(self, command: str) -> Outcome:
        """Run *command* as an operator would paste it, with PostgreSQL's programs on the path."""
        path = f"{needs.find_postgresql()}:{os.environ['PATH']}"
        result = subprocess.run(  # noqa: S602 - a command of the project's own page
            command,
            shell=True,
            cwd=self.folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(result.returncode, result.stdout + result.stderr)


async def _save_installation(store: Store) -> None:
    await store.across_workspaces.write(
        lambda repos: repos.installations.save(f"slack:{WORKSPACE}", {"token": "xoxb-1"})
    )
    await store.close()


def _write_system_files(folder: Path, team_file: str) -> None:
    """Write a release with its digests, the settings of a service, and a team file of its user."""
    for name in (
        *("etc/attune", "etc/systemd/system", "etc/nginx/conf.d", "srv"),
        *("usr/local/sbin", "var/lib/attune"),
    ):
        (folder / name).mkdir(parents=True)
    (folder / "deploy").symlink_to(ROOT / "deploy")
    (folder / "etc/attune/attune.env").write_text("SLACK_BOT_TOKEN=xoxb-1\n", encoding="utf-8")
    (folder / "var/lib/attune/teams.toml").write_text(team_file, encoding="utf-8")
    archive = folder / "attune-1.2.3.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(ROOT / "README.md", "attune-1.2.3/README.md")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    names = (archive.name, "attune-1.2.3.cdx.json")
    lines = (f"{digest}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
