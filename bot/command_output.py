"""What a command prints for the operator, and its exit statuses."""

import sys
from collections.abc import Sequence

from bot.content.catalogue import LanguagePack
from bot.errors import Fault

EXIT_FAULTY_INPUT = 2
EXIT_UNHEALTHY = 1


def print_sentence(sentence: str) -> None:
    """Print a sentence for the operator to standard error."""
    print(sentence, file=sys.stderr)  # noqa: T201 - the operator reads standard error


def print_faults(faults: Sequence[Fault], words: LanguagePack) -> None:
    """Print each fault on a line: where it is, and its remedy."""
    for fault in faults:
        remedy = words.translate(fault.key, **fault.facts)
        print_sentence(words.translate("operator.faults.line", where=fault.location, remedy=remedy))
