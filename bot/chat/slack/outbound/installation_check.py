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


async def check_installation(
    api_client: ApiClient, workspace: str, access: OrganisationAccess | None
) -> InstallationStatus:
    """Return whether the app is installed in *workspace*.

    With *access* each workspace has a token of its own, by ``auth.test``, or is one of those that
    Slack lists for its organisation, also if that has ended its link: it may have allowed the app
    again. Without it the one configured token may be of another workspace, and may have been
    revoked by itself while the app stays installed.
    """
    if access is not None:
        try:
            organisation = await access.find_organisation(workspace)
        except Exception as error:  # noqa: BLE001 - without the rows nothing is proved
            log_error(logger, "slack.installation_not_checked", error)
            return InstallationStatus.UNKNOWN
        if organisation:
            return await access.check(organisation, workspace)
    account = await check_account(api_client, workspace)
    is_refused = is_revoked(account) or has_refused_renewal(account)
    is_own_organisation = access is not None and workspace.startswith("slack:E")
    if not account.error_code and (workspace == f"slack:{account.team_id}" or is_own_organisation):
        return InstallationStatus.INSTALLED
    if access is not None and proves_removal(account):
        return InstallationStatus.REMOVED
    is_unproven = is_refused or (access is None and not account.error_code)
    return InstallationStatus.UNPROVEN if is_unproven else InstallationStatus.UNKNOWN
