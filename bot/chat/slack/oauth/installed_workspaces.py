"""The workspaces that are served where the app is installed from a link."""

from bot.chat.request_body import Payload
from bot.chat.slack.inbound import affiliation
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.chat.slack.outbound.installed_workspace import WorkspaceUnknownError
from bot.chat.slack.token_rotation import TokenRotationError


class InstalledWorkspaces:
    """Implementation of :class:`.ServedWorkspaces` for the installations of a store."""

    def __init__(
        self, tokens: InstalledTokens, organisation_workspaces: OrganisationWorkspaces
    ) -> None:
        """Serve the workspaces that have one of *tokens*, or that Slack lists as such."""
        self._tokens = tokens
        self._organisation_workspaces = organisation_workspaces

    def start_lookup(self) -> None:
        """Do nothing: each workspace is looked up by its own requests."""

    async def serves(self, payload: Payload) -> bool:
        """Return whether the workspace of *payload* is installed, itself or by its organisation.

        Raises :class:`WorkspaceUnknownError` while the installations cannot be read, and while
        Slack does not say whether the workspace belongs to the organisation.
        """
        is_about_organisation = affiliation.is_access_change(payload)
        workspace = "slack:" if is_about_organisation else affiliation.parse_workspace(payload)
        organisation = affiliation.parse_organisation(payload)
        try:
            return await self._tokens.serves(
                workspace, organisation, self._organisation_workspaces.include
            )
        except TokenRotationError as error:
            raise WorkspaceUnknownError from error

    async def close(self) -> None:
        """Wait until renewed tokens are stored, and end what is asked for a request."""
        await self._organisation_workspaces.close()
        await self._tokens.close()
