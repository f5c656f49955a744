"""Texts for the operator's log and metrics, which are in English alone."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.content import loader

_FILE = Path(__file__).with_name("log_texts.toml")


def get_remedy(event: str, code: str = "") -> str:
    """Return the remedy of the fault *event*, or that of the database's *code* if there is one.

    ``""`` for an event without one.
    """
    remedies = _load_texts()["remedies"]
    return remedies.get(f"{event} {code}") or remedies.get(event, "")


def get_help(metric: str) -> str:
    """Return the HELP line of *metric*; raises :class:`KeyError` for one without it."""
    return _load_texts()["metrics"][metric]


@cache
def _load_texts() -> Mapping[str, Mapping[str, str]]:
    return loader.read_toml(_FILE)
