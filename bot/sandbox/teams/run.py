"""``make try-teams``: the bot and Microsoft's Agents Playground, started and stopped together."""

import asyncio
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bot.content.catalogue import Words
from bot.sandbox.process import loopback_server, run
from bot.sandbox.process.bot_process import BotFailedError, Companion
from bot.sandbox.process.data_folder import HeldError, forget, hold
from bot.sandbox.teams import tenant
from bot.sandbox.teams.playground import (
    NodeMissingError,
    Playground,
    PlaygroundFailedError,
    fetched,
)
from bot.sandbox.workspace import personas, seed
from bot.sandbox.workspace.personas import Cast, Persona
from bot.sandbox.workspace.time_travel import ClockError

PORT = 3978
"""Where the Playground's page is, unless PORT= says otherwise."""

PROGRAM = Path("var/playground")
"""Where Microsoft's program lies once it is fetched."""

OF_TEAMS = {
    "TEAMS_CLIENT_ID": tenant.BOT,
    "TEAMS_TENANTS": tenant.TENANT,
    # The Playground sends no token. The bot takes this in TEST_MODE on loopback alone.
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
}

_LIVED, _PEPPER = "lived", "pepper"
_DONE, _FAULTY = 0, 2


@dataclass(frozen=True)
class Trial:
    """How somebody wants to try the bot: as whom, over which folder, on which port."""

    words: Words
    folder: Path
    port: int
    me: Persona

    @property
    def cast(self) -> Cast:
        """The practice, whose teams speak the visitor's language."""
        return tenant.cast(self.words.language)

    def tell(self, key: str, **facts: str) -> None:
        """Tell whoever started this."""
        print(self.words.say(f"tryout.{key}", **facts), flush=True)  # noqa: T201 - they read it


def practise(words: Words, *, folder: Path, port: int, me: str, reset: bool) -> int:
    """Let a visitor practise until they have had enough; gives the process's exit status.

    *me* is a role or a name of the invented practice, somebody who joined nothing unless given.
    """
    trial = Trial(words, folder.resolve(), port, somebody(me))
    if find_spec("microsoft_teams") is None:
        trial.tell("teams.extra")
        return _FAULTY
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = hold(folder)
    except HeldError as by:
        trial.tell("running.already", folder=str(folder), process=by.process)
        return _FAULTY
    try:
        return _alone(trial, held, reset=reset)
    finally:
        os.close(held)


def somebody(said: str) -> Persona:
    """Return whom a visitor wants to be: by role, by name, or a clinician."""
    who = tenant.cast()
    roles = {one.role: one for one in reversed(who.personas)}
    return who.named(said) or roles.get(said.lower()) or roles["clinician"]


def _alone(trial: Trial, held: int, *, reset: bool) -> int:
    """Practise with the folder to oneself."""
    if reset or not (trial.folder / _LIVED).exists():
        forget(trial.folder)
    if not (PROGRAM / "fetched").exists():
        trial.tell("teams.fetching")
    try:
        asyncio.run(_practise(trial, fetched(PROGRAM.resolve()), held))
    except NodeMissingError:
        trial.tell("teams.node")
        return _FAULTY
    except (BotFailedError, ClockError, PlaygroundFailedError, TimeoutError):
        trial.tell("teams.failed", folder=str(trial.folder))
        return _FAULTY
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # it is how a visitor stops
    trial.tell("running.stopped")
    return _DONE


async def _practise(trial: Trial, program: Path, held: int) -> None:
    run.stop_when_told()
    bot = Companion(trial.folder, loopback_server.free_port(), _pepper(trial.folder), OF_TEAMS)
    page = Playground(program, trial.folder, trial.port, bot.url)
    try:
        await lived(trial, bot, held)
        await page.start(tenant.config(trial.cast, trial.me))
        trial.tell("teams.ready", name=trial.me.name, address=page.url)
        await asyncio.wait(
            [asyncio.create_task(one.ended()) for one in (bot, page)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        raise PlaygroundFailedError
    finally:
        await page.stop()
        await bot.stop()


async def lived(trial: Trial, bot: Companion, held: int) -> None:
    """Start the bot, with a past of its own where there is none yet."""
    now, who = datetime.now(UTC), trial.cast
    if (trial.folder / _LIVED).exists():
        await bot.start(now, held)
        return
    trial.tell("teams.first")
    begun = seed.start(who, now)
    teams = trial.folder / "teams.toml"
    teams.write_text(personas.declared(who, tenant.TENANT), encoding="utf-8")
    await bot.verb("team", "apply", str(teams), now=begun)
    await bot.start(begun, held)
    await tenant.live(bot.url, who, begun, now)
    (trial.folder / _LIVED).touch()


def _pepper(folder: Path) -> str:
    """Return this practice's made-up secret, made on first use."""
    file = folder / _PEPPER
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(36), encoding="utf-8")
    return file.read_text(encoding="utf-8")
