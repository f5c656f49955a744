"""A person's affiliation: whether they belong to the organisation that installed the bot."""

from enum import Enum


class Affiliation(Enum):
    """Whether the person of a request belongs to the organisation of the workspace.

    A guest account that a Slack workspace manages itself is a member: trainees often have one.
    """

    MEMBER = "member"
    EXTERNAL = "external"
    """A member of another organisation: Slack Connect, a guest or a federated user of Teams."""
    UNKNOWN = "unknown"
    """The product did not answer: a guest of a Teams tenant cannot be told from a member."""
