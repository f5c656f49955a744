"""Handlers of ``web`` and ``worker``: prepare a process and run its event loop until a signal."""

import argparse
import asyncio
import os
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from uvicorn.loops.auto import auto_loop_factory

from bot import app, logs, settings
from bot.admin import start_checks
from bot.admin.key_location import read_machine
from bot.command_output import EXIT_FAULTY_INPUT, print_sentence
from bot.content.catalogue import LanguagePack
from bot.content_report import print_content_report
from bot.schema_upgrade import upgrade_schema
from bot.served_content import check_workspaces_file
from bot.server.web_server import ListenError
from bot.settings import Settings
from bot.worker_options import PRODUCTION, WorkerOptions


def run_web(options: argparse.Namespace, words: LanguagePack) -> int:
    """Run a web process until SIGTERM or SIGINT; return its exit status.

    Prints host and port once the HTTP server accepts requests. Raises as :func:`_prepare_process`.
    """
    config = _prepare_process("web", words, accepts_lost_keys=options.without_keys)
    host = f"[{config.host}]" if ":" in config.host else config.host
    address = {"host": host, "port": str(config.port)}
    print_address = partial(_print_start_sentence, words, "web", address)
    return _serve(app.run_web(config, print_address), words, "PORT", config.host, config.port)


def run_worker(
    options: argparse.Namespace, words: LanguagePack, worker_options: WorkerOptions = PRODUCTION
) -> int:
    """Run a worker process until SIGTERM or SIGINT; return its exit status.

    Its CPU priority is lower than the calling process's, so that a ``web`` process on the same
    machine is scheduled first. Raises as :func:`_prepare_process`.
    """
    _lower_priority(worker_options.niceness)
    sentence_name = "worker" if app.is_scale_extra_installed() else "worker_alone"
    config = _prepare_process("worker", words, accepts_lost_keys=options.without_keys)
    _print_start_sentence(words, sentence_name, {})
    return _serve(
        app.run_worker(config, worker_options),
        words,
        "WORKER_PORT",
        config.host,
        config.worker_port,
    )


def _lower_priority(niceness: int) -> None:
    """Add *niceness* to the priority of this thread, which the threads that it starts inherit.

    A ``PermissionError`` is ignored: the system call filter of the systemd unit raises it, and
    that unit sets a CPU weight.
    """
    with suppress(PermissionError):
        os.nice(niceness)


def _serve(
    service: Coroutine[Any, Any, None], words: LanguagePack, setting: str, host: str, port: int
) -> int:
    """Run the coroutine *service* until it returns; return the process's exit status.

    2 if the server cannot listen on *host* and *port*, the value of *setting*.
    """
    try:
        _run_on_server_loop(service)
    except ListenError as error:
        key = f"{setting.lower()}_taken" if error.is_in_use else "cannot_listen"
        address = f"[{host}]" if ":" in host else host
        facts = {"reason": error.reason, "host": address, "port": str(port), "setting": setting}
        print_sentence(words.translate(f"operator.{key}", **facts))
        return EXIT_FAULTY_INPUT
    return 0


def _run_on_server_loop(service: Coroutine[Any, Any, None]) -> None:
    """Run the coroutine *service* on an event loop of uvicorn's choice: uvloop if it is installed.

    Uvicorn chooses only for a loop that it starts itself.
    """
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(service)


def _prepare_process(verb: str, words: LanguagePack, *, accepts_lost_keys: bool) -> Settings:
    """Load and validate the settings of *verb*, configure logging and migrate an SQLite database.

    Then claim the key store, print where it is, and print the report on custom cards. Raises
    :class:`bot.errors.FaultyInputError` for missing or malformed settings, a faulty workspaces
    file, and for lost keys unless *accepts_lost_keys*.
    """
    config = settings.load_settings(verb)
    check_workspaces_file(config)
    logs.configure_logging(config.log_level)
    start_checks.verify_key_store_claim(config, accepts_lost_keys=accepts_lost_keys)
    if config.uses_sqlite:
        upgrade_schema(config)
    for finding in start_checks.claim_key_store(
        config, read_machine(), accepts_lost_keys=accepts_lost_keys
    ):
        print_sentence(words.translate(finding.key, **finding.facts))
    print_content_report(config, words)
    return config


def _print_start_sentence(words: LanguagePack, name: str, address: Mapping[str, str]) -> None:
    """Print a sentence of the start, with the placeholders of *address*."""
    print_sentence(words.translate(f"operator.starting.{name}", **address))
