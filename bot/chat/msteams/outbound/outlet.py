"""What people in Teams receive without having just asked: messages owed."""

import logging
from typing import Literal

from bot.chat.msteams import conversation_ref
from bot.chat.msteams.action_data import Place, Stand
from bot.chat.msteams.conversation_ref import Way
from bot.chat.msteams.directory_cache import Acquaintances
from bot.chat.msteams.outbound import error_codes
from bot.chat.msteams.outbound.api_client import Line
from bot.chat.msteams.render.card_factory import Showing, mentioned
from bot.conversation import Address, Fate, Outcome, Person, Profile
from bot.elements import Home, Message

logger = logging.getLogger("attune.msteams")

_MOST_NAMES = 10
"""How many people of one message are looked up by name, so that they are called by it."""


class TeamsOutlet:
    """Teams, as the schedules and handlers see it. It never raises and never sends twice."""

    def __init__(self, line: Line, showing: Showing, acquaintances: Acquaintances) -> None:
        """Send over *line*."""
        self._line = line
        self._showing = showing
        self._acquaintances = acquaintances

    async def send(self, to: Address, message: Message, key: str) -> Outcome:
        """Post to a channel, or to a person's private chat with the bot, once.

        Whoever never wrote has their chat opened first; the way there is told in the outcome.
        """
        try:
            found = await self._way(to)
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _told("teams.no_chat", error_codes.before_posting(error))
        await self._learn_names(found, to, message)
        try:
            reference = await self._line.post(found, self._card(to, message), message.summary)
        except Exception as error:  # noqa: BLE001 - the fate of a message is told, whatever broke
            return _told("teams.not_sent", error_codes.outcome(error))
        return Outcome(Fate.SENT, reference=reference, way=str(found))

    async def find(self, to: Address, key: str, since: float) -> Literal["yes", "no", "unable"]:
        """Say that nothing can be found: no bot may read its own chats in Teams."""
        return "unable"

    async def profile(self, person: Person) -> Profile | None:
        """Return what Teams told of a person with whatever they last did."""
        return self._acquaintances.profile(person)

    async def show_home(self, person: Person, home: Home) -> None:
        """Do nothing: the page is a card in the chat, sent afresh whenever it is asked for."""

    async def _way(self, to: Address) -> Way:
        person = Person(to.workspace, to.person)
        if known := conversation_ref.read(to.way or self._acquaintances.way(person)):
            return known
        service = self._acquaintances.service(to.workspace)
        if to.channel:
            return Way(service, to.channel)
        tenant = to.workspace.removeprefix("msteams:")
        return await self._line.open_chat(service, tenant, to.person)

    async def _learn_names(self, found: Way, to: Address, message: Message) -> None:
        """Ask what people mentioned to a channel are called there; else they are colleagues."""
        asked = list(dict.fromkeys(mentioned(message.body)))[:_MOST_NAMES]
        for one in asked if to.channel else ():
            person = Person(to.workspace, one)
            if self._acquaintances.name(person):
                continue
            try:
                self._acquaintances.name(person, await self._line.name(found, one))
            except Exception as error:  # noqa: BLE001 - the message is worth more than a name
                _told("teams.no_name", error_codes.outcome(error))

    def _card(self, to: Address, message: Message) -> dict[str, object]:
        person = Person(to.workspace, to.person)
        language = self._showing.language(self._acquaintances.profile(person).locale)
        return self._showing.card(message, Stand(Place.MESSAGE), to.workspace, language)


def _told(action: str, fate: Outcome) -> Outcome:
    facts = {"action": action, "fate": fate.fate.value, "reason": fate.reason}
    logger.warning(action, extra=facts)
    return fate
