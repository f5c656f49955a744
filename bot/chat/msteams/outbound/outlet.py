"""What people in Teams receive without having just asked: messages owed."""

import logging
from typing import Literal

from bot.chat.msteams import conversation_ref
from bot.chat.msteams.action_data import CardContext, Surface
from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.outbound import error_codes
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.render.card_factory import CardFactory, find_mentioned_people
from bot.conversation import Address, Person, Profile, SendResult, SendStatus
from bot.elements import Home, Message

logger = logging.getLogger("attune.msteams")

_MAX_NAME_LOOKUPS = 10
"""How many people of one message are looked up by name, so that they are called by it."""


class TeamsOutlet:
    """Teams, as the schedules and handlers see it. It never raises and never sends twice."""

    def __init__(
        self, api_client: ApiClient, card_factory: CardFactory, directory: DirectoryCache
    ) -> None:
        """Send over *line*."""
        self._api_client = api_client
        self._card_factory = card_factory
        self._directory = directory

    async def send(self, to: Address, message: Message, delivery_id: str) -> SendResult:
        """Post to a channel, or to a person's private chat with the bot, once.

        Whoever never wrote has their chat opened first; the way there is told in the outcome.
        """
        try:
            found = await self._resolve_conversation(to)
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _log_failure("teams.no_chat", error_codes.classify_error_before_posting(error))
        await self._fetch_mentioned_names(found, to, message)
        try:
            reference = await self._api_client.post_card(
                found, self._build_card(to, message), message.summary
            )
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _log_failure("teams.not_sent", error_codes.classify_error(error))
        return SendResult(SendStatus.SENT, reference=reference, route=str(found))

    async def check_posted(
        self, to: Address, delivery_id: str, since: float
    ) -> Literal["yes", "no", "unable"]:
        """Say that nothing can be found: no bot may read its own chats in Teams."""
        return "unable"

    async def fetch_profile(self, person: Person) -> Profile | None:
        """Return what Teams told of a person with whatever they last did."""
        return self._directory.get_profile(person)

    async def show_home(self, person: Person, home: Home) -> None:
        """Do nothing: the page is a card in the chat, sent afresh whenever it is asked for."""

    async def _resolve_conversation(self, to: Address) -> ConversationRef:
        person = Person(to.workspace, to.person)
        if known := conversation_ref.parse_conversation_ref(
            to.route or self._directory.get_route(person)
        ):
            return known
        service = self._directory.get_service_url(to.workspace)
        if to.channel:
            return ConversationRef(service, to.channel)
        tenant = to.workspace.removeprefix("msteams:")
        return await self._api_client.open_private_chat(service, tenant, to.person)

    async def _fetch_mentioned_names(
        self, conversation: ConversationRef, to: Address, message: Message
    ) -> None:
        """Ask what people mentioned to a channel are called there; else they are colleagues."""
        asked = list(dict.fromkeys(find_mentioned_people(message.body)))[:_MAX_NAME_LOOKUPS]
        for one in asked if to.channel else ():
            person = Person(to.workspace, one)
            if self._directory.get_or_set_name(person):
                continue
            try:
                self._directory.get_or_set_name(
                    person, await self._api_client.fetch_member_name(conversation, one)
                )
            except Exception as error:  # noqa: BLE001 - the message is worth more than a name
                _log_failure("teams.no_name", error_codes.classify_error(error))

    def _build_card(self, to: Address, message: Message) -> dict[str, object]:
        person = Person(to.workspace, to.person)
        language = self._card_factory.choose_language(self._directory.get_profile(person).locale)
        return self._card_factory.build_card(
            message, CardContext(Surface.MESSAGE), to.workspace, language
        )


def _log_failure(action: str, result: SendResult) -> SendResult:
    facts = {"action": action, "fate": result.status.value, "reason": result.reason}
    logger.warning(action, extra=facts)
    return result
