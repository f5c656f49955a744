"""Whether the app is installed in a workspace, as far as Slack proves it."""

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
    """Return whether the app is installed in *workspace*.

    With *access* each workspace has a token of its own, or is one of those that Slack lists for an
    organisation. Without it the one configured token may be of another workspace, and may have been
    revoked by itself while the app stays installed.
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
    except Exception as error:  # noqa: BLE001 - without the rows nothing is proved
        log_error(logger, "slack.installation_not_checked", error)
        return InstallationStatus.UNKNOWN
    return status


async def _check_own_installation(
    api_client: ApiClient, workspace: str, access: OrganisationAccess
) -> InstallationStatus:
    """Ask Slack about the organisation that is stored for *workspace*, else with its own token.

    An organisation that has ended its link may have allowed the app again.
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
