"""What can go wrong that a person should hear about, in their own language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class BotError(Exception):
    """Something went wrong that the person can be told, in their own language.

    ``key`` names the sentence in the content catalogue; ``facts`` fill its blanks.
    """

    key = "error.unexpected"

    def __init__(self, **facts: str) -> None:
        """Keep the facts that fill the sentence; never anything a person typed."""
        super().__init__(self.key, facts)
        self.facts = facts


class NotTheirTeamError(BotError):
    """Somebody asked for the counts or the set-up of a team that is not theirs to see."""

    key = "error.not_their_team"


class NoTeamError(BotError):
    """The person, or the channel they wrote in, belongs to no team yet."""

    key = "error.no_team"


class UnknownProfileError(BotError):
    """The workspace could not say just now who somebody is, so nothing was changed."""

    key = "error.no_profile"


class StaleFormError(BotError):
    """A form came back whose question is no longer open, so nothing was kept."""

    key = "error.stale_form"


class UnknownAnswerError(BotError):
    """A form came back with a code that its question does not offer."""

    key = "error.unknown_answer"


class StoreBusyError(BotError):
    """The store could not keep this within its time; nothing was kept."""

    key = "error.busy"


@dataclass(frozen=True)
class Fault:
    """One thing an operator has to mend: where it is, and the key of what to do about it.

    ``where`` is a setting's name, or a file with its line; never a value.
    """

    location: str
    key: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


class FaultyInputError(Exception):
    """An operator is told everything that is wrong at once; nothing was started or applied."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults, in the order in which they are best mended."""
        super().__init__(", ".join(fault.location for fault in faults))
        self.faults = faults
