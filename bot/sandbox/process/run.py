"""``make try``: the bot and its practice workspace, started together and stopped together."""

import asyncio
import json
import os
import secrets
import signal
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import progress
from bot.content.catalogue import Words
from bot.sandbox.process import loopback_server
from bot.sandbox.process.bot_process import BotFailedError, Companion, of_slack
from bot.sandbox.process.data_folder import HeldError, forget, hold
from bot.sandbox.slack_api.web_api import Keys
from bot.sandbox.terminal.terminal import Terminal, typed
from bot.sandbox.workspace import personas, seed, snapshot
from bot.sandbox.workspace.actions import CannotError
from bot.sandbox.workspace.engine import SLACKS_PACE, Engine
from bot.sandbox.workspace.personas import Cast
from bot.sandbox.workspace.time_travel import ClockError

PORT = 3000
"""Where the page is, unless PORT= says otherwise."""

_LIVED, _STATE = "lived", "workspace.json"
_DONE, _FAULTY = 0, 2


@dataclass(frozen=True)
class Trial:
    """How somebody wants to try the bot: what is kept in *folder*, the page on *port*."""

    words: Words
    folder: Path
    port: int
    reset: bool
    terminal: bool

    @property
    def cast(self) -> Cast:
        """Who plays: people who read the visitor's language."""
        return personas.speaking(self.words.language)

    def say(self, key: str, **facts: str | int) -> None:
        """Tell whoever started this."""
        sentence = self.words.say(f"tryout.running.{key}", **facts)
        print(sentence, flush=True)  # noqa: T201 - the visitor reads standard output


def practise(words: Words, *, folder: Path, port: int, reset: bool, terminal: bool) -> int:
    """Let a visitor practise until they have had enough; gives the process's exit status.

    Everything is kept in *folder*; *reset* forgets it first. The page is on *port* of this
    machine alone; with *terminal*, commands are typed here as well.
    """
    trial = Trial(words, folder, port, reset, terminal)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = hold(folder)
    except HeldError as by:
        trial.say("already", folder=str(folder), process=by.process)
        return _FAULTY
    try:
        return _alone(trial, held)
    finally:
        os.close(held)


def _alone(trial: Trial, held: int) -> int:
    """Practise with the folder to oneself."""
    try:
        listening = loopback_server.listen(trial.port)
    except OSError:
        trial.say("port_taken", port=str(trial.port), other=str(trial.port + 10))
        return _FAULTY
    if trial.reset or not (trial.folder / _LIVED).exists():
        forget(trial.folder)
    try:
        with listening:
            asyncio.run(_practise(trial, listening, held))
    except snapshot.UnreadableError:
        trial.say("unreadable", folder=str(trial.folder))
        return _FAULTY
    except (BotFailedError, CannotError, ClockError, TimeoutError):
        trial.say("bot_failed", log=str(trial.folder / "bot.log"))
        return _FAULTY
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # it is how a visitor stops
    trial.say("stopped")
    return _DONE


async def _practise(trial: Trial, listening: socket.socket, held: int) -> None:
    stop_when_told()
    keys, pepper = _secrets(trial.folder / "secrets.json")
    slack = loopback_server.address(listening)
    told = of_slack(slack, keys, trial.words.language)
    bot = Companion(trial.folder.resolve(), loopback_server.free_port(), pepper, told)
    first = not (trial.folder / _LIVED).exists()
    if first:
        trial.say("first")
    elif not (trial.folder / _STATE).exists():
        raise snapshot.UnreadableError(_STATE)
    try:
        manifest = await _prepared(bot, trial, first=first)
        async with loopback_server.practising(
            trial.words,
            bot.url,
            opened=keys,
            manifest=manifest,
            cast=trial.cast,
            now=seed.start(trial.cast, datetime.now(UTC)) if first else None,
            file=trial.folder / _STATE,
            listening=listening,
        ) as engine:
            await _run(trial, bot, engine, held, first=first)
    finally:
        await bot.stop()


def stop_when_told() -> None:
    """Stop in good order on a plain kill, and with the terminal: nobody is left behind."""
    task = asyncio.current_task()
    for told in (signal.SIGTERM, signal.SIGHUP):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(told, task.cancel)


async def _run(trial: Trial, bot: Companion, engine: Engine, held: int, *, first: bool) -> None:
    await bot.start(engine.workspace.clock.now(), held)
    if first:
        await seed.live(
            engine, datetime.now(UTC), progress.counter(trial.words.say("tryout.running.weeks"))
        )
        engine.save()
        (trial.folder / _LIVED).touch()
    engine.troubles.paces.update(SLACKS_PACE)
    trial.say("ready", address=engine.practice.slack)
    waits = [asyncio.create_task(bot.ended()), asyncio.create_task(_until_stopped(trial, engine))]
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()
    if waits[0] in done:
        raise BotFailedError("web")


async def _until_stopped(trial: Trial, engine: Engine) -> None:
    if trial.terminal:
        await Terminal(engine, trial.words, print).run(typed())
    else:
        await asyncio.Event().wait()


async def _prepared(bot: Companion, trial: Trial, *, first: bool) -> dict[str, Any]:
    """Declare the teams on first use, and return the app's manifest as the bot prints it."""
    if first:
        teams = trial.folder / "teams.toml"
        teams.write_text(personas.declared(trial.cast), encoding="utf-8")
        begun = seed.start(trial.cast, datetime.now(UTC))
        await bot.verb("team", "apply", str(teams.resolve()), now=begun)
    manifest: dict[str, Any] = json.loads(await bot.verb("manifest", "--base-url", bot.url))
    return manifest


def _secrets(file: Path) -> tuple[Keys, str]:
    """Return this practice's made-up secrets, made on first use. Raises UnreadableError."""
    if not file.exists():
        told = {"keys": asdict(loopback_server.keys()), "pepper": secrets.token_urlsafe(36)}
        file.touch(mode=0o600)
        file.write_text(json.dumps(told), encoding="utf-8")
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Keys(**told["keys"]), told["pepper"]
    except (OSError, ValueError, TypeError, LookupError) as broken:
        raise snapshot.UnreadableError(file.name) from broken
