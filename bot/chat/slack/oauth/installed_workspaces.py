"""Authorization of payloads by workspace, where each installed workspace has its own token."""

from bot.chat.request_body import Payload
from bot.chat.slack.inbound import affiliation
from bot.chat.slack.oauth.installed_tokens import InstalledTokens
from bot.chat.slack.oauth.organisation_workspaces import OrganisationWorkspaces
from bot.chat.slack.outbound.installed_workspace import WorkspaceUnknownError
from bot.chat.slack.token_rotation import TokenRotationError


class InstalledWorkspaces:
    """Implementation of ``ServedWorkspaces`` by the installation rows of the database."""

    def __init__(
        self, tokens: InstalledTokens, organisation_workspaces: OrganisationWorkspaces
    ) -> None:
        """Serve the workspaces of *tokens*, and those that *organisation_workspaces* confirms."""
        self._tokens = tokens
        self._organisation_workspaces = organisation_workspaces

    def start_lookup(self) -> None:
        """Do nothing: the row of a workspace is read during its own requests."""

    async def serves(self, payload: Payload) -> bool:
        """Return whether an installation serves the workspace of *payload*.

        An event about an organisation's access is checked by the organisation alone. Raises
        :class:`WorkspaceUnknownError` when the transaction or ``auth.teams.list`` fails.
        """
        is_about_organisation = affiliation.is_access_change(payload)
        workspace = "slack:" if is_about_organisation else affiliation.parse_workspace(payload)
        organisation = affiliation.parse_organisation(payload)
        try:
            return await self._tokens.ensure_served(
                workspace, organisation, self._organisation_workspaces.is_listed
            )
        except TokenRotationError as error:
            raise WorkspaceUnknownError from error

    async def close(self) -> None:
        """Cancel the API calls in progress, then await the token refreshes and their writes."""
        await self._organisation_workspaces.close()
        await self._tokens.close()
