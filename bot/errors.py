"""Exceptions with a message in the content catalogue, for people in chat and for the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class BotError(Exception):
    """An error that is reported to the person in their own language.

    ``key`` is the catalogue key of the message; ``facts`` fill its placeholders. ``is_retryable`` is
    whether the form that led to it stays open, since sending it again may succeed.
    """

    key = "error.unexpected"
    is_retryable = True

    def __init__(self, **facts: str) -> None:
        """Store the message's placeholder values; never pass text that a person typed."""
        super().__init__(self.key, facts)
        self.facts = facts


class NotTheirTeamError(BotError):
    """The person may not see the counts or the set-up of the requested team."""

    key = "error.not_their_team"
    is_retryable = False


class NoTeamError(BotError):
    """Neither the person nor the channel of the request belongs to a team."""

    key = "error.no_team"
    is_retryable = False


class UnknownProfileError(BotError):
    """The product's API did not return the person's profile, so nothing was changed."""

    key = "error.no_profile"


class StaleFormError(BotError):
    """The submitted form belongs to a question that is closed; nothing was saved."""

    key = "error.stale_form"
    is_retryable = False


class UnknownAnswerError(BotError):
    """The submitted form contains a code that its question does not offer."""

    key = "error.unknown_answer"
    is_retryable = False


class StoreBusyError(BotError):
    """The store did not commit the transaction within its timeout; nothing was saved."""

    key = "error.busy"


class UnshownReplyError(BotError):
    """A form was changed or closed before the reply to an action in it could be shown."""

    key = "error.unshown_reply"


@dataclass(frozen=True)
class Fault:
    """One invalid setting or line of a file: its location and the catalogue key of the remedy.

    ``location`` is a setting's name, or a file with its line number; never a value.
    """

    location: str
    key: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


class FaultyInputError(Exception):
    """The operator's input has faults, all reported at once; nothing was started or applied."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Store *faults*, ordered as the operator had best correct them."""
        super().__init__(", ".join(fault.location for fault in faults))
        self.faults = faults
