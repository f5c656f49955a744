"""The affiliation of a request's sender: whether they belong to the organisation with the bot."""

from enum import Enum


class Affiliation(Enum):
    """Whether the sender of a request belongs to the organisation of the workspace.

    The authorization check in ``handlers.rights`` refuses external people before the handler,
    unless that is public. A guest account that a Slack workspace manages itself is a member, since
    trainees often have one.
    """

    MEMBER = "member"
    EXTERNAL = "external"
    """A member of another organisation: by Slack Connect; in Teams a guest or a federated user."""
    UNKNOWN = "unknown"
    """The request for the Teams account failed, and an activity alone does not identify a guest.

    The authorization check treats such a person as a member if they are on a stored list, and as
    external otherwise.
    """
