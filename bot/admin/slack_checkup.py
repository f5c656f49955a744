"""Check Slack's configuration: tokens, OAuth scopes, clock skew, signing secret and channels.

The findings are built from responses; the API requests are callbacks.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.admin.finding import Finding

MAX_CHECKED_CHANNELS = 50
"""Maximum number of channels per check: Slack's rate limit per minute of ``conversations.info``."""

_MAX_CLOCK_SKEW_SECONDS = 60.0
"""Maximum clock skew to Slack's server; at 300 seconds every signed request is rejected."""

_REQUIRED_SCOPES = frozenset({"commands", "chat:write", "users:read"})
_MAX_LISTED_CHANNELS = 5
_FINGERPRINT_LENGTH = 12


@dataclass(frozen=True)
class SlackCheck:
    """Slack's response about the account of a token; ``error`` is its error code, ``""`` for none.

    ``is_refusal`` is false if the request got no definite response of Slack. ``workspace`` is the
    name of the token's workspace and ``workspace_id`` its id, ``""`` if unknown. ``server_time`` is
    in Unix seconds, from the response's header.
    """

    error: str = ""
    workspace: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None
    workspace_id: str = ""
    is_refusal: bool = True


@dataclass(frozen=True)
class SlackQueries:
    """Async callbacks that send the requests of a check to Slack, and to the bot's web process.

    ``check_app_token`` returns ``None`` without an app token. ``check_channels`` returns a dict of
    the error codes by channel; ``None`` without a scope to read channels, or without a definite
    response. ``count_refused_requests`` returns the number of requests with a wrong signature since
    the web process started, from its metrics; ``None`` without a response.
    """

    check_account: Callable[[], Awaitable[SlackCheck]]
    check_app_token: Callable[[], Awaitable[SlackCheck | None]]
    check_channels: Callable[[tuple[str, ...]], Awaitable[Mapping[str, str] | None]]
    count_refused_requests: Callable[[], Awaitable[int | None]]


def build_account_findings(slack_check: SlackCheck) -> tuple[Finding, ...]:
    """Check the response for the bot token: its error, its OAuth scopes, and the clock skew."""
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
    """Return whether Slack accepts the app token for Socket Mode; ``()`` without an app token."""
    if app_token_check is None:
        return ()
    if app_token_check.error:
        return (_build_error_finding("app_token_refused", app_token_check),)
    return (Finding(is_healthy=True, key="operator.doctor.app_token"),)


def build_channel_findings(
    channels: tuple[str, ...], errors: Mapping[str, str] | None
) -> tuple[Finding, ...]:
    """Return the finding about *channels*; *errors* maps those without access to an error code.

    ``None`` for *errors* means that the channels could not be queried, which is no fault.
    """
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
    """Return the number of requests with a wrong signature, and a hash of the configured secret.

    The first digits of the SHA-256 hash identify the secret without printing it.
    """
    if not refused_count or not signing_secret:
        return ()
    fingerprint = sha256(signing_secret.encode()).hexdigest()[:_FINGERPRINT_LENGTH]
    facts: dict[str, str | int] = {"count": refused_count, "fingerprint": fingerprint}
    return (Finding(is_healthy=False, key="operator.doctor.signatures_refused", facts=facts),)


def _build_error_finding(refusal_name: str, slack_check: SlackCheck) -> Finding:
    """Return the finding that Slack rejects a token, or that the request got no response."""
    name = refusal_name if slack_check.is_refusal else "slack_unreached"
    return Finding(
        is_healthy=False, key=f"operator.doctor.{name}", facts={"error": slack_check.error}
    )


def _build_clock_finding(server_time: float | None) -> Finding:
    """Compare the system clock to the server time in the response's header; healthy without one."""
    skew = abs(datetime.now(UTC).timestamp() - server_time) if server_time else 0.0
    if skew > _MAX_CLOCK_SKEW_SECONDS:
        return Finding(
            is_healthy=False, key="operator.doctor.clock_off", facts={"seconds": round(skew)}
        )
    return Finding(is_healthy=True, key="operator.doctor.clock")
