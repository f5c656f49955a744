"""Outlet to Teams: sends scheduled messages, which are no replies to a request."""

import logging
from collections.abc import Collection
from dataclasses import replace

from bot.chat.msteams import conversation_ref
from bot.chat.msteams.action_data import CardContext, CardSurface
from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.outbound import error_codes
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.directory_lookup import DirectoryLookup
from bot.chat.msteams.outbound.member_lookup import is_external_account
from bot.chat.msteams.render.card_factory import CardFactory, find_mentioned_people
from bot.chat.probe_results import build_probe_result
from bot.conversation import Address, Person, Profile, SearchResult, SendResult, SendStatus
from bot.elements import Home, Message
from bot.outlet import AccountStatus, InstallationStatus, ProbeResult, ProbeStatus

logger = logging.getLogger("attune.msteams")

_MAX_NAME_LOOKUPS = 10
"""Maximum requests for the display names of people mentioned in one message."""

_MISSING_MEMBER_REASONS = frozenset({"MemberNotFoundInConversation"})
"""Error codes that mean that a person is not, or no longer, a member of a conversation."""


class TeamsOutlet:
    """Outlet interface of Teams for schedules and handlers. It never raises and never retries."""

    def __init__(
        self,
        api_client: ApiClient,
        card_factory: CardFactory,
        directory: DirectoryCache,
        directory_lookup: DirectoryLookup,
    ) -> None:
        """Send requests with *api_client*; render cards with *card_factory*."""
        self._directory_lookup = directory_lookup
        self._api_client = api_client
        self._card_factory = card_factory
        self._directory = directory

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Post a message once, to a channel or to a person's private chat with the bot.

        Without a stored or cached route the private chat is created first; the result contains
        the route. With ``to.must_open_chat`` it is created even if a route is known.
        """
        try:
            conversation = await self._find_or_open_conversation(to)
        except Exception as error:  # noqa: BLE001 - every error is classified as a send status
            result = error_codes.classify_error_before_posting(error, to)
            return _log_failure("teams.open_chat_failed", result)
        if to.channel:
            await self._fetch_mentioned_names(conversation, to, message)
        else:
            await self._directory_lookup.prefetch_names(message.body, to.workspace)
        try:
            reference = await self._api_client.post_card(
                conversation, self._build_card(to, message), message.summary
            )
        except Exception as error:  # noqa: BLE001 - every error is classified as a send status
            return _log_failure("teams.send_failed", error_codes.classify_error(error, to))
        return SendResult(SendStatus.SENT, reference=reference, route=str(conversation))

    async def check_posted(self, to: Address, delivery_id: str, since: float) -> SearchResult:
        """Return ``NOT_SUPPORTED``: a bot has no permission to read its own chats in Teams."""
        return SearchResult.NOT_SUPPORTED

    async def probe(self, to: Address) -> ProbeResult:
        """Fetch members of the conversation of *to*, which posts nothing.

        Without a known conversation only the access token is requested: a first message then
        creates the chat before it posts, and a failure there leaves nothing in doubt.
        """
        try:
            await self._api_client.check_access(self._find_conversation(to))
        except Exception as error:  # noqa: BLE001 - every error is classified as a send status
            result = error_codes.classify_error(error)
            return build_probe_result(_log_failure("teams.probe_failed", result))
        return ProbeResult(ProbeStatus.AVAILABLE)

    async def fetch_profile(self, person: Person, channel: str = "") -> Profile | None:
        """Return the profile cached from a person's last activity; a blank one if none is.

        With a *channel* of which they are a member, their account says whether they belong to the
        organisation. Teams reports no other account to a bot.
        """
        profile = self._directory.get_profile(person)
        if not channel:
            return profile
        roster = self._directory.get_roster(person.workspace, channel)
        if person.id in roster:
            return replace(profile, is_external=roster[person.id])
        service_url = self._directory.get_service_url(person.workspace)
        try:
            account = await self._api_client.fetch_member(
                ConversationRef(service_url, channel), person.id
            )
        except Exception:  # noqa: BLE001 - nobody outside the channel has an account in it
            return profile
        return replace(profile, is_external=is_external_account(account, person.workspace))

    async def fetch_account_status(
        self, person: Person, channels: Collection[str]
    ) -> AccountStatus:
        """Return whether *person* is in the tenant: by *channels*, then by their private chat.

        Nobody has to be a member of a channel to supervise its team, and Teams reports no account
        by itself. So only the private chat proves that a person left: it exists for everybody of
        the tenant who may use the app, and names them as missing once they are gone. Without an
        answer, or where the app is not installed for the person, the status is unknown. A channel
        that was deleted, or whose team the bot has left, proves nothing.
        """
        service_url = self._directory.get_service_url(person.workspace)
        for channel in channels:
            if await self._is_member(ConversationRef(service_url, channel), person):
                return AccountStatus.ACTIVE
        try:
            chat = await self._find_or_open_conversation(Address(person.workspace, person.id))
            await self._api_client.fetch_member(chat, person.id)
        except Exception as error:  # noqa: BLE001 - every error is classified
            return AccountStatus.CLOSED if _is_about_member(error) else AccountStatus.UNKNOWN
        return AccountStatus.ACTIVE

    async def _is_member(self, conversation: ConversationRef, person: Person) -> bool:
        """Return whether *conversation* is known to have *person*."""
        try:
            await self._api_client.fetch_member(conversation, person.id)
        except Exception:  # noqa: BLE001 - the next conversation is asked
            return False
        return True

    async def check_installation(self, workspace: str) -> InstallationStatus:
        """Return ``UNKNOWN``: Microsoft does not report whether a tenant has the app."""
        del workspace
        return InstallationStatus.UNKNOWN

    async def show_home(self, person: Person, home: Home) -> None:
        """Do nothing: the home page is a card in the chat, posted anew at each request."""

    def _find_conversation(self, to: Address) -> ConversationRef | None:
        """Return the known conversation of an address; ``None`` for a chat not yet created."""
        route = to.route or self._directory.get_route(Person(to.workspace, to.person))
        if conversation := conversation_ref.parse_conversation_ref(route):
            return conversation
        service_url = self._directory.get_service_url(to.workspace)
        return ConversationRef(service_url, to.channel) if to.channel else None

    async def _find_or_open_conversation(self, to: Address) -> ConversationRef:
        """Return the conversation; create a private chat without a route or with must_open_chat."""
        person = Person(to.workspace, to.person)
        route = to.route or self._directory.get_route(person)
        conversation = conversation_ref.parse_conversation_ref(route)
        if conversation and not to.must_open_chat:
            return conversation
        service_url = (
            conversation.service_url
            if conversation
            else self._directory.get_service_url(to.workspace)
        )
        if to.channel:
            return ConversationRef(service_url, to.channel)
        tenant_id = to.workspace.removeprefix("msteams:")
        return await self._api_client.open_private_chat(service_url, tenant_id, to.person)

    async def _fetch_mentioned_names(
        self, conversation: ConversationRef, to: Address, message: Message
    ) -> None:
        """Fetch the uncached names of people mentioned in a channel; a failed lookup is logged."""
        mentioned_ids = list(dict.fromkeys(find_mentioned_people(message.body)))
        for person_id in mentioned_ids[:_MAX_NAME_LOOKUPS]:
            person = Person(to.workspace, person_id)
            if self._directory.get_name(person):
                continue
            try:
                name = await self._api_client.fetch_member_name(conversation, person_id)
                self._directory.set_name(person, name)
            except Exception as error:  # noqa: BLE001 - the message is sent without the name
                _log_failure("teams.name_fetch_failed", error_codes.classify_error(error))

    def _build_card(self, to: Address, message: Message) -> dict[str, object]:
        person = Person(to.workspace, to.person)
        language = self._card_factory.choose_language(self._directory.get_profile(person).locale)
        return self._card_factory.build_card(
            message, CardContext(CardSurface.MESSAGE), to.workspace, language
        )


def _is_about_member(error: Exception) -> bool:
    return error_codes.classify_error(error).reason in _MISSING_MEMBER_REASONS


def _log_failure(action: str, result: SendResult) -> SendResult:
    facts = {"action": action, "status": result.status.value, "reason": result.reason}
    logger.warning(action, extra=facts)
    return result
