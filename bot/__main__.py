"""The command line: start the bot, try it, look after it."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from uvicorn.loops.auto import auto_loop_factory

from bot import app, logs, progress, settings
from bot.admin import doctor, metrics
from bot.chat import slack
from bot.chat.msteams import manifest as teams_manifest
from bot.content import catalogue
from bot.content.catalogue import Words
from bot.domain.debriefs import printables
from bot.errors import Fault, FaultyInputError
from bot.settings import Settings
from bot.store.store import Store

_FAULTY = 2
_UNWELL = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the operator asked for, and say plainly what to mend when it cannot be done.

    Returns the process's exit status: 0 done, 1 found unwell, 2 something has to be mended.
    """
    words = catalogue.load().words(_spoken())
    asked = _parser(words).parse_args(arguments)
    verb: Callable[[argparse.Namespace, Words], int] = asked.run
    try:
        return verb(asked, words)
    except FaultyInputError as faulty:
        heading = "not_applied" if asked.verb == "team" else "heading"
        _say(words.say(f"operator.faults.{heading}"))
        _tell(faulty.faults, words)
        return _FAULTY


def _spoken() -> str:
    """The language of whoever runs the bot: their terminal's own, such as 'fr_CA.UTF-8'."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((told for name in names if (told := os.environ.get(name))), "")


def _tell(faults: Sequence[Fault], words: Words) -> None:
    for fault in faults:
        remedy = words.say(fault.key, **fault.facts)
        _say(words.say("operator.faults.line", where=fault.where, remedy=remedy))


def _parser(words: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bot", description=words.say("operator.verbs.about"))
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, run: Callable[[argparse.Namespace, Words], int]) -> argparse.ArgumentParser:
        said = words.say(f"operator.verbs.{name}")
        added = verbs.add_parser(name, help=said, description=said)
        added.set_defaults(run=run)
        return added

    verb("web", _web)
    verb("worker", _worker)
    verb("migrate", _migrate)
    verb("doctor", _doctor)
    verb("deliveries", _deliveries)
    _manifest_of(verb("manifest", _manifest), words)
    team = verb("team", _team)
    team.add_argument("do", choices=["apply"])
    team.add_argument("file", type=Path, help=words.say("operator.verbs.team_file"))
    printing = verb("print", _print)
    printing.add_argument("folder", type=Path, help=words.say("operator.verbs.print_folder"))
    printing.add_argument(
        "--language",
        choices=catalogue.load().languages,
        help=words.say("operator.verbs.print_language"),
    )
    trying = verb("try", _try)
    trying.add_argument(
        "--terminal", action="store_true", help=words.say("operator.verbs.terminal")
    )
    trying.add_argument("--reset", action="store_true", help=words.say("operator.verbs.reset"))
    trying.add_argument("--teams", action="store_true", help=words.say("operator.verbs.in_teams"))
    return parser


def _manifest_of(manifest: argparse.ArgumentParser, words: Words) -> None:
    """Ask how the bot is reached, and whether the answer is for Slack or for Teams."""
    reached = manifest.add_mutually_exclusive_group(required=True)
    reached.add_argument("--base-url", help=words.say("operator.verbs.base_url"))
    reached.add_argument(
        "--socket-mode", action="store_true", help=words.say("operator.verbs.socket_mode")
    )
    manifest.add_argument(
        "--teams",
        type=Path,
        nargs="?",
        const=Path("attune-teams.zip"),
        help=words.say("operator.verbs.teams"),
    )
    manifest.add_argument("--client-id", default="", help=words.say("operator.verbs.client_id"))
    manifest.add_argument("--about", default="", help=words.say("operator.verbs.about_page"))


def _web(_asked: argparse.Namespace, words: Words) -> int:
    told = _ready("web", words)
    try:
        _serve(app.web(told))
    except OSError:
        _say(words.say("operator.port_taken", host=told.host, port=str(told.port)))
        return _FAULTY
    return 0


def _worker(_asked: argparse.Namespace, words: Words) -> int:
    told = _ready("worker", words, "worker" if app.may_share() else "worker_alone")

    async def until_told() -> None:
        stop = asyncio.Event()
        for one in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
        await app.worker(told, stop)

    _serve(until_told())
    return 0


def _serve(serving: Coroutine[Any, Any, None]) -> None:
    """Serve on the loop that the web server would choose: handed a running one, it cannot."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serving)


def _migrate(_asked: argparse.Namespace, words: Words) -> int:
    _migrated(settings.read("migrate"), progress.counter(words.say("operator.progress.tables")))
    _say(words.say("operator.migrated"))
    return 0


def _deliveries(_asked: argparse.Namespace, words: Words) -> int:
    told = settings.read("deliveries")
    store = Store.open(told.database_url.get_secret_value(), told.peppers)
    try:
        found = metrics.told(store.tally())
    except Exception:  # noqa: BLE001 - every driver has its own; the doctor says which remedy
        _say(words.say("operator.deliveries.unread"))
        return _UNWELL
    finally:
        store.shut()
    for day, kind, stands, reason, count in found:
        stood = words.say(f"operator.deliveries.{stands}", count=count)
        line = f"{day}  {kind:<10} {stood}" + (f"  {reason}" if reason else "")
        print(line)  # noqa: T201 - it is the verb's answer
    if not found:
        _say(words.say("operator.deliveries.none"))
    return 0


def _doctor(_asked: argparse.Namespace, words: Words) -> int:
    told = settings.read("web")
    _tell_cards(told, words)
    found = asyncio.run(doctor.examine(told, lambda: app.greet(told), lambda: app.reach(told)))
    for one in found:
        _say(words.say(one.key, **one.facts))
    return 0 if all(one.well for one in found) else _UNWELL


def _manifest(asked: argparse.Namespace, words: Words) -> int:
    if asked.teams is not None:
        return _package(asked, words)
    made = slack.manifest(words, base_url=asked.base_url)
    print(json.dumps(made, indent=2, ensure_ascii=False))  # noqa: T201 - it is the verb's answer
    return 0


def _package(asked: argparse.Namespace, words: Words) -> int:
    made = teams_manifest.package(
        catalogue.load(),
        client_id=asked.client_id,
        base_url=asked.base_url or "",
        about=asked.about,
    )
    try:
        asked.teams.write_bytes(made)
    except OSError:
        _say(words.say("operator.unpackaged", path=str(asked.teams)))
        return _FAULTY
    _say(words.say("operator.packaged", path=str(asked.teams)))
    return 0


def _team(asked: argparse.Namespace, words: Words) -> int:
    told = settings.read("team")
    _migrated(told)
    shown = partial(progress.over, label=words.say("operator.progress.teams"))
    applied = asyncio.run(app.apply_teams(told, asked.file, shown))
    _say(words.say("operator.team.applied", count=applied.teams, changed=applied.changed))
    return 0


def _print(asked: argparse.Namespace, words: Words) -> int:
    spoken = catalogue.load()
    folder: Path = asked.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        languages = [asked.language] if asked.language else list(spoken.languages)
        for language in progress.over(languages, words.say("operator.progress.pages")):
            for name, page in printables.pages(spoken.words(language)).items():
                file = folder / f"{name}.{language}.html"
                file.write_text(page, encoding="utf-8")
                _say(words.say("operator.printed.page", path=str(file)))
    except OSError:
        _say(words.say("operator.printed.unwritable", folder=str(folder)))
        return _FAULTY
    return 0


def _try(asked: argparse.Namespace, words: Words) -> int:
    from bot.sandbox.process import run as slack_sandbox  # noqa: PLC0415 - a bot in service never does
    from bot.sandbox.teams import run as teams_sandbox  # noqa: PLC0415 - a bot in service never does

    if asked.teams:
        return teams_sandbox.practise(
            words,
            folder=Path("var/try-teams"),
            port=int(os.environ.get("PORT") or teams_sandbox.PORT),
            me=os.environ.get("WHO", ""),
            reset=asked.reset or bool(os.environ.get("RESET")),
        )
    return slack_sandbox.practise(
        words,
        folder=Path("var/try"),
        port=int(os.environ.get("PORT") or slack_sandbox.PORT),
        reset=asked.reset or bool(os.environ.get("RESET")),
        terminal=asked.terminal,
    )


def _ready(verb: str, words: Words, greeting: str = "web") -> Settings:
    """Settings that suffice for *verb*, logs that name nobody, and a current embedded store."""
    told = settings.read(verb)
    logs.configure(told.log_level)
    if told.on_sqlite:
        _migrated(told)
    _tell_cards(told, words)
    _say(words.say(f"operator.starting.{greeting}", host=told.host, port=str(told.port)))
    return told


def _tell_cards(told: Settings, words: Words) -> None:
    """Say which of the practice's own cards are in use, and what to mend in the others."""
    if told.cards_folder is None:
        return
    found = catalogue.load(told.cards_folder)
    _say(words.say("operator.cards.in_use", own=found.own, retired=found.retired))
    if found.faults:
        _say(words.say("operator.cards.heading"))
        _tell(found.faults, words)


def _migrated(told: Settings, step: progress.Told = lambda _done, _of: None) -> None:
    store = Store.open(told.database_url.get_secret_value(), told.peppers)
    try:
        store.migrate(step)
    finally:
        store.shut()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the operator reads standard error


if __name__ == "__main__":
    sys.exit(main())
