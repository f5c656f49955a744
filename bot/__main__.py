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
from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import printables
from bot.errors import Fault, FaultyInputError
from bot.settings import Settings
from bot.store.store import Store

_EXIT_FAULTY_INPUT = 2
_EXIT_UNHEALTHY = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the operator asked for, and say plainly what to mend when it cannot be done.

    Returns the process's exit status: 0 done, 1 found unwell, 2 something has to be mended.
    """
    words = catalogue.load_catalogue().get_pack(_operator_language())
    asked = _build_parser(words).parse_args(arguments)
    verb: Callable[[argparse.Namespace, LanguagePack], int] = asked.run
    try:
        return verb(asked, words)
    except FaultyInputError as faulty:
        heading = "not_applied" if asked.verb == "team" else "heading"
        _print_sentence(words.translate(f"operator.faults.{heading}"))
        _print_faults(faulty.faults, words)
        return _EXIT_FAULTY_INPUT


def _operator_language() -> str:
    """The language of whoever runs the bot: their terminal's own, such as 'fr_CA.UTF-8'."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((told for name in names if (told := os.environ.get(name))), "")


def _print_faults(faults: Sequence[Fault], words: LanguagePack) -> None:
    for fault in faults:
        remedy = words.translate(fault.key, **fault.facts)
        _print_sentence(
            words.translate("operator.faults.line", where=fault.location, remedy=remedy)
        )


def _build_parser(words: LanguagePack) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bot", description=words.translate("operator.verbs.about"))
    verbs = parser.add_subparsers(dest="verb", required=True)

    def add_verb(
        name: str, run: Callable[[argparse.Namespace, LanguagePack], int]
    ) -> argparse.ArgumentParser:
        said = words.translate(f"operator.verbs.{name}")
        added = verbs.add_parser(name, help=said, description=said)
        added.set_defaults(run=run)
        return added

    add_verb("web", _run_web)
    add_verb("worker", _run_worker)
    add_verb("migrate", _migrate_store)
    add_verb("doctor", _print_checkup)
    add_verb("deliveries", _print_deliveries)
    _add_manifest_options(add_verb("manifest", _print_manifest), words)
    team = add_verb("team", _apply_team_file)
    team.add_argument("do", choices=["apply"])
    team.add_argument("file", type=Path, help=words.translate("operator.verbs.team_file"))
    printing = add_verb("print", _write_printables)
    printing.add_argument("folder", type=Path, help=words.translate("operator.verbs.print_folder"))
    printing.add_argument(
        "--language",
        choices=catalogue.load_catalogue().languages,
        help=words.translate("operator.verbs.print_language"),
    )
    trying = add_verb("try", _run_sandbox)
    trying.add_argument(
        "--terminal", action="store_true", help=words.translate("operator.verbs.terminal")
    )
    trying.add_argument(
        "--reset", action="store_true", help=words.translate("operator.verbs.reset")
    )
    trying.add_argument(
        "--teams", action="store_true", help=words.translate("operator.verbs.in_teams")
    )
    return parser


def _add_manifest_options(parser: argparse.ArgumentParser, words: LanguagePack) -> None:
    """Ask how the bot is reached, and whether the answer is for Slack or for Teams."""
    reached = parser.add_mutually_exclusive_group(required=True)
    reached.add_argument("--base-url", help=words.translate("operator.verbs.base_url"))
    reached.add_argument(
        "--socket-mode", action="store_true", help=words.translate("operator.verbs.socket_mode")
    )
    parser.add_argument(
        "--teams",
        type=Path,
        nargs="?",
        const=Path("attune-teams.zip"),
        help=words.translate("operator.verbs.teams"),
    )
    parser.add_argument("--client-id", default="", help=words.translate("operator.verbs.client_id"))
    parser.add_argument("--about", default="", help=words.translate("operator.verbs.about_page"))


def _run_web(_options: argparse.Namespace, words: LanguagePack) -> int:
    told = _prepare_process("web", words)
    try:
        _run_on_server_loop(app.run_web(told))
    except OSError:
        _print_sentence(words.translate("operator.port_taken", host=told.host, port=str(told.port)))
        return _EXIT_FAULTY_INPUT
    return 0


def _run_worker(_options: argparse.Namespace, words: LanguagePack) -> int:
    told = _prepare_process(
        "worker", words, "worker" if app.is_scale_extra_installed() else "worker_alone"
    )

    async def run_until_signal() -> None:
        stop = asyncio.Event()
        for one in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
        await app.run_worker(told, stop)

    _run_on_server_loop(run_until_signal())
    return 0


def _run_on_server_loop(service: Coroutine[Any, Any, None]) -> None:
    """Serve on the loop that the web server would choose: handed a running one, it cannot."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(service)


def _migrate_store(_options: argparse.Namespace, words: LanguagePack) -> int:
    _apply_migrations(
        settings.load_settings("migrate"),
        progress.build_step_callback(words.translate("operator.progress.tables")),
    )
    _print_sentence(words.translate("operator.migrated"))
    return 0


def _print_deliveries(_options: argparse.Namespace, words: LanguagePack) -> int:
    told = settings.load_settings("deliveries")
    store = Store.open(told.database_url.get_secret_value(), told.peppers)
    try:
        found = metrics.count_by_status(store.count_deliveries())
    except Exception:  # noqa: BLE001 - every driver has its own; the doctor says which remedy
        _print_sentence(words.translate("operator.deliveries.unread"))
        return _EXIT_UNHEALTHY
    finally:
        store.close_sync()
    for day, kind, stands, reason, count in found:
        stood = words.translate(f"operator.deliveries.{stands}", count=count)
        line = f"{day}  {kind:<10} {stood}" + (f"  {reason}" if reason else "")
        print(line)  # noqa: T201 - it is the verb's answer
    if not found:
        _print_sentence(words.translate("operator.deliveries.none"))
    return 0


def _print_checkup(_options: argparse.Namespace, words: LanguagePack) -> int:
    told = settings.load_settings("web")
    _print_custom_cards_report(told, words)
    found = asyncio.run(
        doctor.run_checkup(told, lambda: app.check_slack(told), lambda: app.check_microsoft(told))
    )
    for one in found:
        _print_sentence(words.translate(one.key, **one.facts))
    return 0 if all(one.is_healthy for one in found) else _EXIT_UNHEALTHY


def _print_manifest(options: argparse.Namespace, words: LanguagePack) -> int:
    if options.teams is not None:
        return _write_teams_package(options, words)
    made = slack.build_manifest(words, base_url=options.base_url)
    print(json.dumps(made, indent=2, ensure_ascii=False))  # noqa: T201 - it is the verb's answer
    return 0


def _write_teams_package(options: argparse.Namespace, words: LanguagePack) -> int:
    made = teams_manifest.build_package(
        catalogue.load_catalogue(),
        client_id=options.client_id,
        base_url=options.base_url or "",
        about_url=options.about,
    )
    try:
        options.teams.write_bytes(made)
    except OSError:
        _print_sentence(words.translate("operator.unpackaged", path=str(options.teams)))
        return _EXIT_FAULTY_INPUT
    _print_sentence(words.translate("operator.packaged", path=str(options.teams)))
    return 0


def _apply_team_file(options: argparse.Namespace, words: LanguagePack) -> int:
    told = settings.load_settings("team")
    _apply_migrations(told)
    shown = partial(progress.track_progress, label=words.translate("operator.progress.teams"))
    applied = asyncio.run(app.apply_teams(told, options.file, shown))
    _print_sentence(
        words.translate(
            "operator.team.applied", count=applied.team_count, changed=applied.changed_count
        )
    )
    return 0


def _write_printables(options: argparse.Namespace, words: LanguagePack) -> int:
    spoken = catalogue.load_catalogue()
    folder: Path = options.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        languages = [options.language] if options.language else list(spoken.languages)
        for language in progress.track_progress(
            languages, words.translate("operator.progress.pages")
        ):
            for name, page in printables.render_pages(spoken.get_pack(language)).items():
                file = folder / f"{name}.{language}.html"
                file.write_text(page, encoding="utf-8")
                _print_sentence(words.translate("operator.printed.page", path=str(file)))
    except OSError:
        _print_sentence(words.translate("operator.printed.unwritable", folder=str(folder)))
        return _EXIT_FAULTY_INPUT
    return 0


def _run_sandbox(options: argparse.Namespace, words: LanguagePack) -> int:
    from bot.sandbox.process import run as slack_sandbox  # noqa: PLC0415 - a bot in service never does
    from bot.sandbox.teams import run as teams_sandbox  # noqa: PLC0415 - a bot in service never does

    if options.teams:
        return teams_sandbox.run_teams_sandbox(
            words,
            folder=Path("var/try-teams"),
            port=int(os.environ.get("PORT") or teams_sandbox.DEFAULT_PORT),
            persona_query=os.environ.get("WHO", ""),
            must_reset=options.reset or bool(os.environ.get("RESET")),
        )
    return slack_sandbox.run_slack_sandbox(
        words,
        folder=Path("var/try"),
        port=int(os.environ.get("PORT") or slack_sandbox.DEFAULT_PORT),
        must_reset=options.reset or bool(os.environ.get("RESET")),
        use_terminal=options.terminal,
    )


def _prepare_process(verb: str, words: LanguagePack, greeting: str = "web") -> Settings:
    """Settings that suffice for *verb*, logs that name nobody, and a current embedded store."""
    told = settings.load_settings(verb)
    logs.configure_logging(told.log_level)
    if told.uses_sqlite:
        _apply_migrations(told)
    _print_custom_cards_report(told, words)
    _print_sentence(
        words.translate(f"operator.starting.{greeting}", host=told.host, port=str(told.port))
    )
    return told


def _print_custom_cards_report(config: Settings, words: LanguagePack) -> None:
    """Say which of the practice's own cards are in use, and what to mend in the others."""
    if config.cards_folder is None:
        return
    found = catalogue.load_catalogue(config.cards_folder)
    _print_sentence(
        words.translate(
            "operator.cards.in_use", own=found.own_card_count, retired=found.retired_card_count
        )
    )
    if found.faults:
        _print_sentence(words.translate("operator.cards.heading"))
        _print_faults(found.faults, words)


def _apply_migrations(
    config: Settings, on_step: progress.StepCallback = lambda _done, _of: None
) -> None:
    store = Store.open(config.database_url.get_secret_value(), config.peppers)
    try:
        store.migrate(on_step)
    finally:
        store.close_sync()


def _print_sentence(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the operator reads standard error


if __name__ == "__main__":
    sys.exit(main())
