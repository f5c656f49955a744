"""The result of one check of a deployment."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """Result of one check: whether it passed, and the catalogue key of its message."""

    is_healthy: bool
    key: str
    facts: dict[str, str | int] = field(default_factory=dict)
