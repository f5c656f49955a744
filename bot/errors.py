"""What can go wrong that a person should hear about, in their own language."""


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


class StaleFormError(BotError):
    """A form came back whose question is no longer open, so nothing was kept."""

    key = "error.stale_form"


class UnknownAnswerError(BotError):
    """A form came back with a code that its question does not offer."""

    key = "error.unknown_answer"


class BusyError(BotError):
    """The store could not keep this within its time; nothing was kept."""

    key = "error.busy"


class SettingsError(Exception):
    """The operator is told every missing or malformed setting at once, and no value.

    ``faults`` are whole lines, each with a remedy.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Keep the lines to print."""
        super().__init__("\n".join(faults))
        self.faults = faults
