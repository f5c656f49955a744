"""Maps slack_sdk's ``Installation`` object to the installation rows of the database."""

from collections.abc import Collection

from slack_sdk.oauth.installation_store import Installation

from bot.chat.slack.oauth.installation_rows import InstallationRows, Installer
from bot.chat.slack.token_rotation import TokenPair


async def save_installation(
    rows: InstallationRows, installation: Installation, workspaces: Collection[str] | None = ()
) -> None:
    """Upsert the bot tokens of *installation* and its installer; a user token is never stored.

    *workspaces* are those of an organisation, ``None`` if the list was not fetched. The row of an
    organisation has no installer: that user may have no account in any workspace, so that an
    erasure by workspace and user id would not find the entry. Raises
    :class:`bot.chat.slack.oauth.installation_rows.InstallationsUnavailableError`.
    """
    tokens = TokenPair(
        installation.bot_token or "",
        installation.bot_refresh_token or "",
        int(installation.bot_token_expires_at or 0),
    )
    installer = Installer(installation.user_id, len(installation.bot_scopes or ()))
    if installation.is_enterprise_install:
        await rows.save(build_installation_key(installation), tokens, None, workspaces)
        return
    await rows.save(build_installation_key(installation), tokens, installer)


def build_installation_key(installation: Installation) -> str:
    """Return the primary key: ``slack:E…`` of an organisation's installation, else ``slack:T…``."""
    is_organisation = installation.is_enterprise_install
    product_id = installation.enterprise_id if is_organisation else installation.team_id
    return f"slack:{product_id or ''}"
