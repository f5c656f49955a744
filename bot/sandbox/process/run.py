"""``make try``: start and stop the bot process and the sandbox workspace together."""

import asyncio
import errno
import json
import os
import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot import progress
from bot.content.catalogue import LanguagePack
from bot.sandbox.process import loopback_server
from bot.sandbox.process.bot_process import BotFailedError, BotProcess, slack_settings
from bot.sandbox.process.data_folder import (
    FolderLockedError,
    clear_folder,
    lock_folder,
    record_address,
)
from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS
from bot.sandbox.slack_api.web_api import SlackCredentials
from bot.sandbox.terminal.line_reader import STDIN_FD, start_line_reader
from bot.sandbox.terminal.terminal import Terminal
from bot.sandbox.workspace import personas, seed, snapshot
from bot.sandbox.workspace.actions import ImpossibleActionError
from bot.sandbox.workspace.engine import SLACK_RATE_LIMITS, SandboxEngine
from bot.sandbox.workspace.personas import SamplePractice
from bot.sandbox.workspace.time_travel import ClockError

DEFAULT_PORT = 3000
"""Default port of the page; ``make try PORT=...`` overrides it."""

_HISTORY_MARKER, _STATE_FILE = "history", "workspace.json"
_EXIT_OK, _EXIT_FAILED = 0, 2


@dataclass(frozen=True)
class SandboxOptions:
    """Options of one run.

    All state is stored in *folder*; ``must_reset`` deletes it first. The page is served on
    *port* of the loopback interface; ``use_terminal`` also reads commands from ``input_fd``.
    ``response_timeout_seconds`` is how long the bot may take for a response, on a slow machine
    longer than Slack's three seconds. ``choose_history_start`` returns the start of the seed
    data for a practice and a time.
    """

    words: LanguagePack
    folder: Path
    port: int
    must_reset: bool = False
    use_terminal: bool = False
    input_fd: int = STDIN_FD
    response_timeout_seconds: float = RESPONSE_TIMEOUT_SECONDS
    choose_history_start: Callable[[SamplePractice, datetime], datetime] = seed.history_start

    @property
    def sample_practice(self) -> SamplePractice:
        """The sample practice, localized to the visitor's language."""
        return personas.localize_practice(self.words.language)

    def history_start(self) -> datetime:
        """Return the start of the seed data, counted back from the current time."""
        return self.choose_history_start(self.sample_practice, datetime.now(UTC))

    def print_sentence(self, key: str, **facts: str | int) -> None:
        """Print a sentence of the catalogue to standard output, with *facts* as its parameters."""
        sentence = self.words.translate(f"sandbox.running.{key}", **facts)
        print(sentence, flush=True)  # noqa: T201 - the visitor reads standard output


def run_sandbox(options: SandboxOptions) -> int:
    """Run the Slack sandbox until it is interrupted, and return the process's exit status."""
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        lock_fd = lock_folder(options.folder)
    except FolderLockedError as error:
        facts = {"folder": str(options.folder), "address": error.address}
        options.print_sentence("already", **facts, process=error.process_id)
        return _EXIT_FAILED
    try:
        return _run_with_lock(options, lock_fd)
    finally:
        os.close(lock_fd)


def print_port_fault(options: SandboxOptions, error: OSError, other_port: int) -> None:
    """Print why the page has no server, with its address and *other_port* as an alternative."""
    facts = {"address": loopback_server.page_address(options.port), "other": str(other_port)}
    if error.errno == errno.EADDRINUSE:
        options.print_sentence("port_taken", **facts)
    else:
        options.print_sentence("cannot_listen", **facts, reason=error.strerror or "")


def _run_with_lock(options: SandboxOptions, lock_fd: int) -> int:
    """Run with the folder locked; map exceptions to a printed sentence and an exit status."""
    try:
        listener = loopback_server.listen_on_port(options.port)
    except OSError as error:
        print_port_fault(options, error, loopback_server.suggest_port(options.port))
        return _EXIT_FAILED
    record_address(lock_fd, loopback_server.listener_url(listener))
    if options.must_reset or not (options.folder / _HISTORY_MARKER).exists():
        clear_folder(options.folder)
    try:
        with listener:
            asyncio.run(_run_processes(options, listener, lock_fd))
    except snapshot.UnreadableSnapshotError:
        options.print_sentence("unreadable", folder=str(options.folder))
        return _EXIT_FAILED
    except (BotFailedError, ImpossibleActionError, ClockError, TimeoutError):
        options.print_sentence("bot_failed", log=str(options.folder / "bot.log"))
        return _EXIT_FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # the regular way to stop
    options.print_sentence("stopped")
    return _EXIT_OK


async def _run_processes(options: SandboxOptions, listener: socket.socket, lock_fd: int) -> None:
    """Start the bot process and the workspace server; stop the bot on every exit or exception."""
    cancel_on_signals()
    credentials, pepper = _load_or_create_secrets(options.folder / "secrets.json")
    slack_url = loopback_server.listener_url(listener)
    bot_settings = slack_settings(slack_url, credentials, options.words.language)
    bot = BotProcess(options.folder.resolve(), loopback_server.free_port(), pepper, bot_settings)
    is_first_run = not (options.folder / _HISTORY_MARKER).exists()
    if is_first_run:
        options.print_sentence("first")
    elif not (options.folder / _STATE_FILE).exists():
        raise snapshot.UnreadableSnapshotError(_STATE_FILE)
    try:
        manifest = json.loads(await bot.run_command("manifest", "--base-url", bot.url))
        async with loopback_server.run_workspace(
            options.words,
            bot.url,
            credentials=credentials,
            manifest=manifest,
            sample_practice=options.sample_practice,
            now=options.history_start() if is_first_run else None,
            state_file=options.folder / _STATE_FILE,
            listener=listener,
            response_timeout_seconds=options.response_timeout_seconds,
        ) as engine:
            await _run_session(options, bot, engine, lock_fd, is_first_run=is_first_run)
    finally:
        await bot.stop()


def cancel_on_signals() -> None:
    """Cancel the current task on SIGTERM and SIGHUP, so that no child process outlives it."""
    task = asyncio.current_task()
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal_number, task.cancel)


async def _run_session(
    options: SandboxOptions,
    bot: BotProcess,
    engine: SandboxEngine,
    lock_fd: int,
    *,
    is_first_run: bool,
) -> None:
    """Seed the workspace on the first run, then wait for the terminal or the bot to exit.

    The first run also applies the team file. Rate limits apply after seeding only.
    Raises BotFailedError if the bot exits first.
    """
    if is_first_run:
        await _apply_team_file(bot, options)
    await bot.start(engine.workspace.clock.now(), lock_fd)
    if is_first_run:
        await seed.generate_history(
            engine,
            datetime.now(UTC),
            progress.build_step_callback(options.words.translate("sandbox.running.weeks")),
        )
        engine.save()
        (options.folder / _HISTORY_MARKER).touch()
    engine.fault_plan.rate_limits.update(SLACK_RATE_LIMITS)
    options.print_sentence("ready", address=engine.config.slack_url)
    exit_tasks = [
        asyncio.create_task(bot.wait_until_exit()),
        asyncio.create_task(_run_terminal_or_wait(options, engine)),
    ]
    done, pending = await asyncio.wait(exit_tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()
    if exit_tasks[0] in done:
        raise BotFailedError("web")


async def _run_terminal_or_wait(options: SandboxOptions, engine: SandboxEngine) -> None:
    if options.use_terminal:
        await Terminal(engine, options.words, print).run(start_line_reader(options.input_fd))
    else:
        await asyncio.Event().wait()


async def _apply_team_file(bot: BotProcess, options: SandboxOptions) -> None:
    """Write the team file of the sample practice and apply it at the start of the seed data.

    The workspace has to answer by now: the command compares the file with what the bot sees.
    """
    team_file = options.folder / "teams.toml"
    team_file.write_text(personas.render_team_file(options.sample_practice), encoding="utf-8")
    file_name = str(team_file.resolve())
    await bot.run_command("team", "apply", file_name, now=options.history_start())


def _load_or_create_secrets(file: Path) -> tuple[SlackCredentials, str]:
    """Return the credentials and the pepper of this folder, generated on first use.

    Raises UnreadableSnapshotError for a file that cannot be parsed.
    """
    if not file.exists():
        data = {
            "keys": asdict(loopback_server.generate_credentials()),
            "pepper": secrets.token_urlsafe(36),
        }
        file.touch(mode=0o600)
        file.write_text(json.dumps(data), encoding="utf-8")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return SlackCredentials(**data["keys"]), data["pepper"]
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise snapshot.UnreadableSnapshotError(file.name) from error
