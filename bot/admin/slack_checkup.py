"""Check-up of Slack: the bot's tokens, its scopes, its signing secret, its teams' channels."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.admin.finding import Finding

MAX_CHECKED_CHANNELS = 50
"""Channels that one check-up asks Slack about: as many as it answers in a minute."""

_MAX_CLOCK_SKEW_SECONDS = 60.0
"""Maximum difference from the product's server time; Slack rejects signatures after 300 seconds."""

_REQUIRED_SCOPES = frozenset({"commands", "chat:write", "users:read"})
_MAX_LISTED_CHANNELS = 5
_FINGERPRINT_LENGTH = 12


@dataclass(frozen=True)
class SlackCheck:
    """Slack's response about the bot's own account; ``error`` is its error code, if any.

    ``is_refusal`` is whether Slack itself sent the error; otherwise it could not be reached.
    ``workspace_id`` is the id of the token's workspace, ``""`` when unknown.
    """

    error: str = ""
    workspace: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None
    workspace_id: str = ""
    is_refusal: bool = True


@dataclass(frozen=True)
class SlackQueries:
    """What a check-up can ask Slack and the bot's own web process.

    ``check_app_token`` returns ``None`` without an app token. ``check_channels`` returns the error
    code of each channel that has one; ``None`` without a scope to read channels.
    ``count_refused_requests`` returns the requests with a wrong signature since the start of the
    web process; ``None`` where none answers.
    """

    check_account: Callable[[], Awaitable[SlackCheck]]
    check_app_token: Callable[[], Awaitable[SlackCheck | None]]
    check_channels: Callable[[tuple[str, ...]], Awaitable[Mapping[str, str] | None]]
    count_refused_requests: Callable[[], Awaitable[int | None]]


def build_account_findings(slack_check: SlackCheck) -> tuple[Finding, ...]:
    """Check the bot token, its OAuth scopes and the clock skew that the response reveals."""
    if slack_check.error:
        return (_build_error_finding("token", slack_check),)
    missing_scopes = ", ".join(sorted(_REQUIRED_SCOPES - slack_check.scopes))
    return (
        Finding(
            is_healthy=True,
            key="operator.doctor.greeted",
            facts={"workspace": slack_check.workspace},
        ),
        Finding(not missing_scopes, "operator.doctor.scopes_lacking", {"scopes": missing_scopes})
        if missing_scopes
        else Finding(is_healthy=True, key="operator.doctor.scopes"),
        _build_clock_finding(slack_check.server_time),
    )


def build_app_token_findings(app_token_check: SlackCheck | None) -> tuple[Finding, ...]:
    """Return whether Slack opens a connection for the app token; nothing where none is set."""
    if app_token_check is None:
        return ()
    if app_token_check.error:
        return (_build_error_finding("app_token_refused", app_token_check),)
    return (Finding(is_healthy=True, key="operator.doctor.app_token"),)


def build_channel_findings(
    channels: tuple[str, ...], errors: Mapping[str, str] | None
) -> tuple[Finding, ...]:
    """Return which of the teams' *channels* the bot cannot post in, by their *errors*."""
    if not channels:
        return ()
    if errors is None:
        return (Finding(is_healthy=True, key="operator.doctor.channels_unchecked"),)
    if not errors:
        checked: dict[str, str | int] = {"count": len(channels)}
        return (Finding(is_healthy=True, key="operator.doctor.channels", facts=checked),)
    codes = Counter(errors.values())
    facts: dict[str, str | int] = {
        "count": len(errors),
        "channels": ", ".join(sorted(errors)[:_MAX_LISTED_CHANNELS]),
        "codes": ", ".join(f"{code} ({number})" for code, number in sorted(codes.items())),
    }
    return (Finding(is_healthy=False, key="operator.doctor.channels_closed", facts=facts),)


def build_signature_findings(refused_count: int | None, signing_secret: str) -> tuple[Finding, ...]:
    """Return how many requests were refused since the start, and the configured secret's digest.

    The digest's first digits let an operator compare the secret without printing it.
    """
    if not refused_count or not signing_secret:
        return ()
    fingerprint = sha256(signing_secret.encode()).hexdigest()[:_FINGERPRINT_LENGTH]
    facts: dict[str, str | int] = {"count": refused_count, "fingerprint": fingerprint}
    return (Finding(is_healthy=False, key="operator.doctor.signatures_refused", facts=facts),)


def _build_error_finding(refusal_name: str, slack_check: SlackCheck) -> Finding:
    """Return the finding that Slack refuses a token, or that it could not be reached."""
    name = refusal_name if slack_check.is_refusal else "slack_unreached"
    return Finding(
        is_healthy=False, key=f"operator.doctor.{name}", facts={"error": slack_check.error}
    )


def _build_clock_finding(server_time: float | None) -> Finding:
    """Compare the system clock to the server time in the response's header."""
    skew = abs(datetime.now(UTC).timestamp() - server_time) if server_time else 0.0
    if skew > _MAX_CLOCK_SKEW_SECONDS:
        return Finding(
            is_healthy=False, key="operator.doctor.clock_off", facts={"seconds": round(skew)}
        )
    return Finding(is_healthy=True, key="operator.doctor.clock")
