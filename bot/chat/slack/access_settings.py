"""Credentials of the Slack adapter, and the factory of its API client."""

from dataclasses import dataclass, field

from bot.chat.slack.oauth.install_routes import InstallAccess
from bot.chat.slack.oauth.installation_rows import NotInstalledError
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.outbound.api_client import ApiClient, TokenProvider
from bot.chat.slack.token_rotation import TokenRotator


@dataclass(frozen=True)
class AccessSettings:
    """Credentials and API address of the Slack app. The repr contains no secret.

    Without ``signing_secret`` there is no HTTP endpoint; without ``app_token`` no Socket Mode.
    ``token_provider`` returns the bot token of a workspace; where ``token_rotator`` is set, the
    rotated token is used instead, and where ``install_access`` is set, the token of the workspace's
    own installation. With ``pads_responses`` all responses to form submissions have
    one size.
    """

    api_url: str
    token_provider: TokenProvider = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    token_rotator: TokenRotator | None = field(default=None, repr=False)
    pads_responses: bool = True
    install_access: InstallAccess | None = None

    @classmethod
    def with_static_token(
        cls,
        api_url: str,
        bot_token: str,
        *,
        signing_secret: str = "",
        app_token: str = "",
        token_rotator: TokenRotator | None = None,
        pads_responses: bool = True,
    ) -> "AccessSettings":
        """Return the access settings with *bot_token* for every workspace.

        *token_rotator* is given where Slack's token rotation is on: the token then expires,
        and the rotator returns the current token.
        """

        async def get_token(_workspace: str) -> str:
            return bot_token

        return cls(api_url, get_token, signing_secret, app_token, token_rotator, pads_responses)

    @classmethod
    def with_installations(
        cls,
        api_url: str,
        install_access: InstallAccess,
        *,
        signing_secret: str = "",
        app_token: str = "",
        pads_responses: bool = True,
    ) -> "AccessSettings":
        """Return the access settings with the stored token of each workspace's installation."""

        async def refuse_token(_workspace: str) -> str:
            raise NotInstalledError

        return cls(
            api_url, refuse_token, signing_secret, app_token, None, pads_responses, install_access
        )

    def create_installed_tokens(self) -> InstalledTokens | None:
        """Return a token cache over the installation rows; ``None`` with one configured token."""
        access = self.install_access
        return InstalledTokens(access.rows, access.credentials) if access else None

    def create_api_client(self, installed_tokens: InstalledTokens | None = None) -> ApiClient:
        """Return an API client whose token provider is static, the rotator, or the token cache."""
        rotator, tokens = self.token_rotator, installed_tokens
        if tokens is not None:
            api_client = ApiClient(
                self.api_url,
                lambda workspace: tokens.get_token(
                    workspace, api_client.create_token_refresh_client
                ),
            )
            return api_client
        if rotator is None:
            return ApiClient(self.api_url, self.token_provider)

        async def get_token(_workspace: str) -> str:
            return await rotator.get_token(api_client.create_token_refresh_client)

        api_client = ApiClient(self.api_url, get_token, close_provider=rotator.close)
        return api_client
