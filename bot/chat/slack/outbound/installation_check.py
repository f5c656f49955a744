"""Check whether the app is installed in a workspace, by ``auth.test`` and ``auth.teams.list``."""

import logging

from bot.chat.slack.outbound.account_checks import (
    check_account,
    has_refused_renewal,
    is_revoked,
    proves_removal,
)
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.organisation_access import OrganisationAccess
from bot.logs import log_error
from bot.outlet import InstallationStatus

logger = logging.getLogger("attune.slack")

_ORGANISATION_PREFIX = "slack:E"


async def check_installation(
    api_client: ApiClient, workspace: str, access: OrganisationAccess | None
) -> InstallationStatus:
    """Return the installation status of *workspace* by API calls with its token; never raises.

    With *access* each workspace has its own token or its organisation's, and ``REMOVED`` means a
    revoked or missing token, or a workspace that Slack does not list. Without *access* there is one
    configured token. It may belong to another workspace, or be revoked while the app remains
    installed: the result is then ``UNPROVEN``, and never ``REMOVED``. A rejected refresh token is
    ``UNPROVEN`` as well, any other error or a failed database transaction ``UNKNOWN``.
    """
    if access is None:
        account = await check_account(api_client, workspace)
        if not account.error_code and workspace == f"slack:{account.team_id}":
            return InstallationStatus.INSTALLED
        is_unproven = not account.error_code or is_revoked(account) or has_refused_renewal(account)
        return InstallationStatus.UNPROVEN if is_unproven else InstallationStatus.UNKNOWN
    try:
        status = await _check_own_installation(api_client, workspace, access)
        if status is InstallationStatus.REMOVED and not workspace.startswith(_ORGANISATION_PREFIX):
            return await access.link_if_listed(workspace)
    except Exception as error:  # noqa: BLE001 - a failed transaction proves nothing
        log_error(logger, "slack.installation_not_checked", error)
        return InstallationStatus.UNKNOWN
    return status


async def _check_own_installation(
    api_client: ApiClient, workspace: str, access: OrganisationAccess
) -> InstallationStatus:
    """Check the list of the workspace's organisation if it has a row, else its own token.

    A link that has ended counts as a row: the organisation may have granted access again.
    """
    if organisation := await access.links.find_organisation(workspace):
        return await access.check(organisation, workspace)
    account = await check_account(api_client, workspace)
    is_organisation = workspace.startswith(_ORGANISATION_PREFIX)
    if not account.error_code and (is_organisation or workspace == f"slack:{account.team_id}"):
        return InstallationStatus.INSTALLED
    if proves_removal(account):
        return InstallationStatus.REMOVED
    is_unproven = has_refused_renewal(account)
    return InstallationStatus.UNPROVEN if is_unproven else InstallationStatus.UNKNOWN
