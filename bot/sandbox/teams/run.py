"""``make try-teams``: start and stop the bot and Microsoft's Agents Playground together."""

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
from bot.sandbox.process.data_folder import (
    FolderLockedError,
    clear_folder,
    lock_folder,
    record_address,
)
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
"""Default port of the Playground's page; ``make try-teams PORT=...`` overrides it."""

PROGRAM_FOLDER = Path("var/playground")
"""Installation folder of Microsoft's program."""

TEAMS_SETTINGS = {
    "TEAMS_CLIENT_ID": tenant.BOT_CLIENT_ID,
    "TEAMS_TENANTS": tenant.TENANT_ID,
    # The Playground sends requests without a token. The bot accepts this setting only in
    # TEST_MODE and on the loopback interface.
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
}

_HISTORY_MARKER, _PEPPER_FILE = "history", "pepper"
_EXIT_OK, _EXIT_FAILED = 0, 2


@dataclass(frozen=True)
class TeamsOptions:
    """Options of one run: the catalogue, the data folder, the port and the visitor's persona."""

    words: LanguagePack
    folder: Path
    port: int
    persona: Persona

    @property
    def sample_practice(self) -> SamplePractice:
        """The sample practice, localized to the visitor's language."""
        return tenant.build_sample_practice(self.words.language)

    def print_sentence(self, key: str, **facts: str) -> None:
        """Print a sentence of the catalogue to standard output, with *facts* as its parameters."""
        print(self.words.translate(f"sandbox.{key}", **facts), flush=True)  # noqa: T201 - for the visitor


def run_teams_sandbox(
    words: LanguagePack, *, folder: Path, port: int, persona_query: str, must_reset: bool
) -> int:
    """Run the Teams sandbox until it is interrupted, and return the process's exit status.

    *persona_query* is a role or a name of the sample practice, by default a clinician who
    has not joined the check-in.
    """
    options = TeamsOptions(words, folder.resolve(), port, find_persona_or_default(persona_query))
    if find_spec("microsoft_teams") is None:
        options.print_sentence("teams.extra")
        return _EXIT_FAILED
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lock_fd = lock_folder(folder)
    except FolderLockedError as error:
        facts = {"folder": str(folder), "address": error.address}
        options.print_sentence("running.already", **facts, process=error.process_id)
        return _EXIT_FAILED
    try:
        return _run_with_lock(options, lock_fd, must_reset=must_reset)
    finally:
        os.close(lock_fd)


def find_persona_or_default(query: str) -> Persona:
    """Return the persona with this name or role; the first clinician if there is none."""
    sample_practice = tenant.build_sample_practice()
    personas_by_role = {persona.role: persona for persona in reversed(sample_practice.personas)}
    return (
        sample_practice.find_persona(query)
        or personas_by_role.get(query.lower())
        or personas_by_role["clinician"]
    )


def _run_with_lock(options: TeamsOptions, lock_fd: int, *, must_reset: bool) -> int:
    """Run with the folder locked; map exceptions to a printed sentence and an exit status."""
    address = loopback_server.page_address(options.port)
    try:
        loopback_server.listen_on_port(options.port).close()
    except OSError:
        other = str(loopback_server.suggest_port(options.port))
        options.print_sentence("teams.port_taken", address=address, other=other)
        return _EXIT_FAILED
    record_address(lock_fd, address)
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
        pass  # the regular way to stop
    options.print_sentence("running.stopped")
    return _EXIT_OK


async def _run_processes(options: TeamsOptions, program_folder: Path, lock_fd: int) -> None:
    """Start the bot and the Playground; stop both on an exception or when either exits.

    Raises PlaygroundFailedError when a process exits by itself.
    """
    run.cancel_on_signals()
    bot = BotProcess(
        options.folder,
        loopback_server.free_port(),
        _load_or_create_pepper(options.folder),
        TEAMS_SETTINGS,
    )
    playground = Playground(program_folder, options.folder, options.port, bot.url)
    try:
        await start_bot_with_history(options, bot, lock_fd)
        async with tenant.discard_channel_posts(bot.url, options.sample_practice):
            await playground.start(
                tenant.build_playground_config(options.sample_practice, options.persona)
            )
            options.print_sentence("teams.ready", name=options.persona.name, address=playground.url)
            await asyncio.wait(
                [asyncio.create_task(process.wait_until_exit()) for process in (bot, playground)],
                return_when=asyncio.FIRST_COMPLETED,
            )
            raise PlaygroundFailedError
    finally:
        await playground.stop()
        await bot.stop()


async def start_bot_with_history(options: TeamsOptions, bot: BotProcess, lock_fd: int) -> None:
    """Start the bot; on the first run apply the team file and generate the seed data."""
    now, sample_practice = datetime.now(UTC), options.sample_practice
    if (options.folder / _HISTORY_MARKER).exists():
        await bot.start(now, lock_fd)
        return
    options.print_sentence("teams.first")
    start = seed.history_start(sample_practice, now)
    team_file = options.folder / "teams.toml"
    team_file.write_text(
        personas.render_team_file(sample_practice, tenant.TENANT_ID), encoding="utf-8"
    )
    await bot.run_command("team", "apply", str(team_file), now=start)
    await bot.start(start, lock_fd)
    await tenant.generate_history(bot.url, sample_practice, start, now)
    (options.folder / _HISTORY_MARKER).touch()


def _load_or_create_pepper(folder: Path) -> str:
    """Return the pepper of this folder, generated on first use."""
    file = folder / _PEPPER_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(36), encoding="utf-8")
    return file.read_text(encoding="utf-8")
