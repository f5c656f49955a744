"""``make try-teams``: the bot and Microsoft's Agents Playground, started and stopped together."""

import asyncio
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server, run
from bot.sandbox.process.bot_process import BotFailedError, BotProcess
from bot.sandbox.process.data_folder import FolderLockedError, clear_folder, lock_folder
from bot.sandbox.teams import tenant
from bot.sandbox.teams.playground import (
    NodeMissingError,
    Playground,
    PlaygroundFailedError,
    fetch_playground,
)
from bot.sandbox.workspace import personas, seed
from bot.sandbox.workspace.personas import Persona, SamplePractice
from bot.sandbox.workspace.time_travel import ClockError

DEFAULT_PORT = 3978
"""Where the Playground's page is, unless PORT= says otherwise."""

PROGRAM_FOLDER = Path("var/playground")
"""Where Microsoft's program lies once it is fetched."""

TEAMS_SETTINGS = {
    "TEAMS_CLIENT_ID": tenant.BOT_CLIENT_ID,
    "TEAMS_TENANTS": tenant.TENANT_ID,
    # The Playground sends no token. The bot takes this in TEST_MODE on loopback alone.
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
}

_HISTORY_MARKER, _PEPPER_FILE = "lived", "pepper"
_EXIT_OK, _EXIT_FAILED = 0, 2


@dataclass(frozen=True)
class TeamsOptions:
    """How somebody wants to try the bot: as whom, over which folder, on which port."""

    words: LanguagePack
    folder: Path
    port: int
    persona: Persona

    @property
    def sample_practice(self) -> SamplePractice:
        """The practice, whose teams speak the visitor's language."""
        return tenant.build_sample_practice(self.words.language)

    def print_sentence(self, key: str, **facts: str) -> None:
        """Tell whoever started this."""
        print(self.words.translate(f"tryout.{key}", **facts), flush=True)  # noqa: T201 - they read it


def run_teams_sandbox(
    words: LanguagePack, *, folder: Path, port: int, persona_query: str, must_reset: bool
) -> int:
    """Let a visitor practise until they have had enough; gives the process's exit status.

    *me* is a role or a name of the invented practice, somebody who joined nothing unless given.
    """
    trial = TeamsOptions(words, folder.resolve(), port, find_persona(persona_query))
    if find_spec("microsoft_teams") is None:
        trial.print_sentence("teams.extra")
        return _EXIT_FAILED
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = lock_folder(folder)
    except FolderLockedError as by:
        trial.print_sentence("running.already", folder=str(folder), process=by.process_id)
        return _EXIT_FAILED
    try:
        return _run_with_lock(trial, held, must_reset=must_reset)
    finally:
        os.close(held)


def find_persona(query: str) -> Persona:
    """Return whom a visitor wants to be: by role, by name, or a clinician."""
    who = tenant.build_sample_practice()
    roles = {one.role: one for one in reversed(who.personas)}
    return who.find_persona(query) or roles.get(query.lower()) or roles["clinician"]


def _run_with_lock(options: TeamsOptions, lock_fd: int, *, must_reset: bool) -> int:
    """Practise with the folder to oneself."""
    if must_reset or not (options.folder / _HISTORY_MARKER).exists():
        clear_folder(options.folder)
    if not (PROGRAM_FOLDER / "fetched").exists():
        options.print_sentence("teams.fetching")
    try:
        asyncio.run(_run_processes(options, fetch_playground(PROGRAM_FOLDER.resolve()), lock_fd))
    except NodeMissingError:
        options.print_sentence("teams.node")
        return _EXIT_FAILED
    except (BotFailedError, ClockError, PlaygroundFailedError, TimeoutError):
        options.print_sentence("teams.failed", folder=str(options.folder))
        return _EXIT_FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # it is how a visitor stops
    options.print_sentence("running.stopped")
    return _EXIT_OK


async def _run_processes(options: TeamsOptions, program_folder: Path, lock_fd: int) -> None:
    run.cancel_on_signals()
    bot = BotProcess(
        options.folder, loopback_server.free_port(), _load_pepper(options.folder), TEAMS_SETTINGS
    )
    page = Playground(program_folder, options.folder, options.port, bot.url)
    try:
        await start_bot_with_history(options, bot, lock_fd)
        await page.start(tenant.build_playground_config(options.sample_practice, options.persona))
        options.print_sentence("teams.ready", name=options.persona.name, address=page.url)
        await asyncio.wait(
            [asyncio.create_task(one.wait_until_exit()) for one in (bot, page)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        raise PlaygroundFailedError
    finally:
        await page.stop()
        await bot.stop()


async def start_bot_with_history(options: TeamsOptions, bot: BotProcess, lock_fd: int) -> None:
    """Start the bot, with a past of its own where there is none yet."""
    now, who = datetime.now(UTC), options.sample_practice
    if (options.folder / _HISTORY_MARKER).exists():
        await bot.start(now, lock_fd)
        return
    options.print_sentence("teams.first")
    begun = seed.history_start(who, now)
    teams = options.folder / "teams.toml"
    teams.write_text(personas.render_team_file(who, tenant.TENANT_ID), encoding="utf-8")
    await bot.run_command("team", "apply", str(teams), now=begun)
    await bot.start(begun, lock_fd)
    await tenant.generate_history(bot.url, who, begun, now)
    (options.folder / _HISTORY_MARKER).touch()


def _load_pepper(folder: Path) -> str:
    """Return this practice's made-up secret, made on first use."""
    file = folder / _PEPPER_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(36), encoding="utf-8")
    return file.read_text(encoding="utf-8")
