"""Settings of the Slack app: one workspace's bot token, or the OAuth client of an install link."""

from pydantic import SecretStr, field_validator

from bot.monitoring_settings import MonitoringSettings
from bot.settings_validation import (
    check_api_url,
    check_app_token,
    check_bot_token,
    check_public_url,
    check_refresh_token,
    check_signing_secret,
    strip_secret,
)


class SlackSettings(MonitoringSettings):
    """Tokens, OAuth client and signing secret of the Slack app, validated.

    With ``slack_bot_token`` the bot serves the workspace of that token alone. Without it, the OAuth
    client (``slack_client_id``, ``slack_client_secret``) and ``base_url`` allow any workspace to
    install the app from a link; a row of the database then has each workspace's token.
    """

    slack_signing_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_refresh_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    base_url: str | None = None

    _strip_slack_secrets = field_validator(
        "slack_signing_secret",
        "slack_bot_token",
        "slack_app_token",
        "slack_refresh_token",
        "slack_client_secret",
    )(strip_secret)
    _check_signing_secret = field_validator("slack_signing_secret")(check_signing_secret)
    _check_bot_token = field_validator("slack_bot_token")(check_bot_token)
    _check_refresh_token = field_validator("slack_refresh_token")(check_refresh_token)
    _check_app_token = field_validator("slack_app_token")(check_app_token)
    _check_api_url = field_validator("slack_api_url")(check_api_url)
    _check_base_url = field_validator("base_url")(check_public_url)

    @property
    def installs_from_link(self) -> bool:
        """Whether workspaces install the app from a link by OAuth; a bot token excludes it."""
        required = (self.slack_client_id, self.slack_client_secret, self.base_url)
        return self.slack_bot_token is None and all(required)

    @property
    def has_slack_credentials(self) -> bool:
        """Whether any token or credential of a Slack app is set, which enables the adapter."""
        return any(
            (
                self.slack_bot_token,
                self.slack_signing_secret,
                self.slack_app_token,
                self.slack_client_id,
                self.slack_client_secret,
            )
        )


def find_unmet_slack_requirements(settings: SlackSettings, verb: str) -> dict[str, bool]:
    """Return a dict of Slack's requirements for *verb* to whether each is unmet.

    The signing secret is required of a ``web`` process without Socket Mode, which verifies the HMAC
    signature of HTTP requests.
    """
    receives_by_http = verb == "web" and settings.slack_app_token is None
    is_token_missing = settings.slack_bot_token is None
    link_settings = {
        "link_client_id": settings.slack_client_id,
        "link_client_secret": settings.slack_client_secret,
        "link_base_url": settings.base_url,
    }
    is_link_wanted = is_token_missing and any(link_settings.values())
    return {
        "slack_bot_token": is_token_missing and not is_link_wanted,
        **{name: is_link_wanted and not value for name, value in link_settings.items()},
        "link_refresh_token": is_link_wanted and settings.slack_refresh_token is not None,
        **({} if is_link_wanted else _find_missing_rotation_settings(settings)),
        "slack_signing_secret": receives_by_http and settings.slack_signing_secret is None,
    }


def _find_missing_rotation_settings(settings: SlackSettings) -> dict[str, bool]:
    """Return which settings the rotation of an expiring token (twelve hours) lacks, as a dict.

    A refresh token needs the OAuth client, whose credentials are sent with each refresh.
    """
    token, is_rotated = settings.slack_bot_token, settings.slack_refresh_token is not None
    expires = token is not None and token.get_secret_value().startswith("xoxe.")
    has_client = settings.slack_client_id and settings.slack_client_secret
    return {
        "slack_refresh_token": expires and not is_rotated,
        "slack_client_secret": is_rotated and not has_client,
    }
