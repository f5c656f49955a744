"""Lookup of the sender's account, by which a guest of the tenant is recognized."""

import asyncio
import logging
from dataclasses import replace

from bot.affiliation import Affiliation
from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.directory_cache import BoundedCache
from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.requests import Interaction
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.sdk import TeamsChannelAccount
from bot.conversation import Person
from bot.logs import log_error

logger = logging.getLogger("attune.msteams")

LOOKUP_TIMEOUT_SECONDS = 2.0
"""Seconds that a request waits for the lookup."""


class MemberLookup:
    """Completes the affiliation of a request by the sender's account, fetched once per process.

    An activity does not tell a guest account from a member's, and a guest must be refused before
    anything is stored: so this is the one API call that precedes a handler.
    """

    def __init__(self, api_client: ApiClient, *, is_enabled: bool) -> None:
        """Fetch accounts with *api_client*; a local stand-in for Teams has none to fetch."""
        self._api_client = api_client
        self._is_enabled = is_enabled
        self._affiliations: BoundedCache[Person, Affiliation] = BoundedCache()

    async def complete_affiliation(self, interaction: Interaction) -> Interaction:
        """Return *interaction* with the affiliation of the sender's account.

        When the lookup fails, the affiliation is unknown and the next request repeats the lookup.
        """
        request = interaction.request
        if request.affiliation is Affiliation.EXTERNAL or not self._is_enabled:
            return interaction
        affiliation = self._affiliations.get(request.person) or await self._look_up(interaction)
        return replace(interaction, request=replace(request, affiliation=affiliation))

    async def _look_up(self, interaction: Interaction) -> Affiliation:
        person, conversation = interaction.request.person, interaction.conversation
        channel_id = conversation.id.partition(";")[0]
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
                account = await self._api_client.fetch_member(
                    ConversationRef(conversation.service_url, channel_id), interaction.sender_id
                )
        except Exception as error:  # noqa: BLE001 - the handlers serve those on a list
            reason = classify_error(error).reason
            log_error(logger, "teams.member_lookup_failed", error, reason=reason)
            return Affiliation.UNKNOWN
        is_external = is_external_account(account, person.workspace)
        affiliation = Affiliation.EXTERNAL if is_external else Affiliation.MEMBER
        self._affiliations.update_entry(person, affiliation)
        return affiliation


def is_external_account(account: TeamsChannelAccount, workspace: str) -> bool:
    """Whether an account of a conversation in *workspace* is of another tenant, or a guest's."""
    tenant_id = (account.tenant_id or workspace.removeprefix("msteams:")).lower()
    return workspace != f"msteams:{tenant_id}" or requests.is_guest_account(
        account.user_role or "", account.user_principal_name or ""
    )
