"""Exit statuses of the subcommands, and functions that print to standard error.

Standard output has only a command's data, so that it can be redirected to a file or a pipe.
"""

import sys
from collections.abc import Sequence

from bot.content.catalogue import LanguagePack
from bot.errors import Fault

EXIT_FAULTY_INPUT = 2
"""Exit status for invalid input or settings, and for a fault of the environment."""
EXIT_UNHEALTHY = 1
"""Exit status for a failed check, an incomplete operation, and an unexpected exception."""


def print_sentence(sentence: str) -> None:
    """Print a translated string to standard error."""
    print(sentence, file=sys.stderr)  # noqa: T201 - the operator reads standard error


def print_faults(faults: Sequence[Fault], words: LanguagePack) -> None:
    """Print each fault to standard error as one line: its location, and its translated remedy."""
    for fault in faults:
        remedy = words.translate(fault.key, **fault.facts)
        print_sentence(words.translate("operator.faults.line", where=fault.location, remedy=remedy))
