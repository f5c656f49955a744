"""Exceptions whose message is a key of the content catalogue.

:class:`bot.middleware.RequestMiddleware` converts a :class:`BotError` into a reply, and
:func:`bot.command_runner.run_command` prints a :class:`FaultyInputError`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


class BotError(Exception):
    """Base class of the exceptions that become an error message in the person's language.

    ``key`` is the catalogue key of the message; ``facts`` are the values of its placeholders.
    ``is_retryable`` is whether submitting the same form again may succeed: the form then stays open
    with the error on top, otherwise a form with the message replaces it. The base class itself
    stands for every unexpected exception.
    """

    key = "error.unexpected"
    is_retryable = True

    def __init__(self, **facts: str) -> None:
        """Store the values of the message's placeholders; never pass text that a person typed."""
        super().__init__(self.key, facts)
        self.facts = facts


class NotTheirTeamError(BotError):
    """Authorization failed: the person may not read or change what they requested of a team."""

    key = "error.not_their_team"
    is_retryable = False


class NoTeamError(BotError):
    """No team was found by the person's home team or the request's channel."""

    key = "error.no_team"
    is_retryable = False


class UnknownProfileError(BotError):
    """The API call for the person's profile failed, so the authorization check was not possible."""

    key = "error.no_profile"


class StaleFormError(BotError):
    """The form's data refer to a stored state that has changed since it was rendered.

    For example, its team was removed, or other supervisors were named. Nothing was written.
    """

    key = "error.stale_form"
    is_retryable = False


class UnknownAnswerError(BotError):
    """Validation of a submitted code failed: no field or button offers it.

    A Teams client can forge codes, and a form may have been rendered by an earlier release.
    """

    key = "error.unknown_answer"
    is_retryable = False


class StoreBusyError(BotError):
    """A write did not start in time, its commit failed, a key was unreadable, or the store closes.

    Nothing was written, so the same write may be retried.
    """

    key = "error.busy"


class UnshownReplyError(BotError):
    """The reply to an action was lost: the form to update was changed or closed in the meantime.

    Not raised: the middleware builds the message from it. What the handler wrote is committed.
    """

    key = "error.unshown_reply"


@dataclass(frozen=True)
class Fault:
    """One invalid setting, argument or line of a file, with the catalogue key of its remedy.

    ``location`` is the name of the setting or argument, or a path, with ``:`` and a line number if
    known; never a value, which may be a secret. ``facts`` are the values of the placeholders.
    """

    location: str
    key: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


class FaultyInputError(Exception):
    """Validation of settings, arguments, a file or the environment failed.

    ``faults`` has every fault that was found, so that the operator can correct all at once.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Store *faults*, in the order in which they are printed."""
        super().__init__(", ".join(fault.location for fault in faults))
        self.faults = faults


class PartlyAppliedError(FaultyInputError):
    """A file conflicts with rows that were committed while it was applied, after its first batch.

    The earlier batches stay. Applying the file again is idempotent.
    """
