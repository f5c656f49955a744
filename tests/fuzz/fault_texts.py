"""The remedies of reported faults, in every language, as the operator reads them."""

from collections.abc import Sequence

from bot.content import catalogue
from bot.errors import Fault
from tests.fuzz.target import BrokenRuleError


def describe_faults(faults: Sequence[Fault]) -> str:
    """Return the keys of *faults*, once each.

    Raises BrokenRuleError if there is none, and KeyError if a remedy has no text.
    """
    if not faults:
        raise BrokenRuleError("an error without a fault")
    content = catalogue.load_catalogue()
    for words in map(content.get_pack, content.languages):
        for fault in faults:
            remedy = words.translate(fault.key, **fault.facts)
            words.translate("operator.faults.line", where=fault.location, remedy=remedy)
    return " ".join(sorted({fault.key.rpartition(".")[2] for fault in faults}))
