"""Operator's commands that read or copy the database and start no process."""

import argparse
import sys

from bot import settings
from bot.admin import metrics
from bot.content.catalogue import LanguagePack
from bot.store.open_store import open_store

EXIT_FAULTY_INPUT = 2
EXIT_UNHEALTHY = 1


def print_sentence(sentence: str) -> None:
    """Print a sentence for the operator to standard error."""
    print(sentence, file=sys.stderr)  # noqa: T201 - the operator reads standard error


def print_deliveries(_options: argparse.Namespace, words: LanguagePack) -> int:
    """Print how many deliveries there were by day, kind, state and reason."""
    config = settings.load_settings("deliveries")
    store = open_store(config)
    try:
        counts = metrics.summarize_delivery_counts(store.count_deliveries())
    except Exception:  # noqa: BLE001 - each driver has its own errors; the doctor prints the remedy
        print_sentence(words.translate("operator.deliveries.unread"))
        return EXIT_UNHEALTHY
    finally:
        store.close_sync()
    for day, kind, status, reason, count in counts:
        sentence = words.translate(f"operator.deliveries.{status}", count=count)
        line = f"{day}  {kind:<10} {sentence}" + (f"  {reason}" if reason else "")
        print(line)  # noqa: T201 - the command's output
    if not counts:
        print_sentence(words.translate("operator.deliveries.none"))
    return 0
