"""Settings of the Slack app: one workspace's token, or what an installation from a link needs."""

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
    """With ``slack_bot_token`` the bot serves the workspace of that token, and no other.

    Without it, ``slack_client_id``, ``slack_client_secret`` and ``base_url`` let any workspace
    install the app from a link; each then has a token of its own.
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
        """Whether workspaces install the app from a link; a configured token excludes it."""
        required = (self.slack_client_id, self.slack_client_secret, self.base_url)
        return self.slack_bot_token is None and all(required)

    @property
    def has_slack_credentials(self) -> bool:
        """Whether anything is set that only a Slack app has."""
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
    """Return which of Slack's settings a process lacks, by the name of its sentence."""
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
    """Return which settings the rotation of an expiring token (twelve hours) lacks."""
    token, is_rotated = settings.slack_bot_token, settings.slack_refresh_token is not None
    expires = token is not None and token.get_secret_value().startswith("xoxe.")
    has_client = settings.slack_client_id and settings.slack_client_secret
    return {
        "slack_refresh_token": expires and not is_rotated,
        "slack_client_secret": is_rotated and not has_client,
    }
