"""The room of Teams as the rest of the house sees it: a door, an outlet, a start and a stop."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp

from bot.chat.after_response import Afterwards
from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE, NO_SERVICE
from bot.chat.msteams.directory_cache import Acquaintances
from bot.chat.msteams.dispatcher import Door
from bot.chat.msteams.inbound.guard import Guard
from bot.chat.msteams.inbound.signing_keys import Keyring, KeysAwayError
from bot.chat.msteams.inbound.token_validation import Signed, Unsigned
from bot.chat.msteams.outbound.access_token import MadeUp, NoTokenError, Tokens
from bot.chat.msteams.outbound.api_client import Line
from bot.chat.msteams.outbound.outlet import TeamsOutlet
from bot.chat.msteams.outbound.responder import Posting
from bot.chat.msteams.render.card_factory import Showing
from bot.chat.msteams.sdk import PUBLIC, ClientCredentials, Credentials, ManagedIdentityCredentials
from bot.content.catalogue import Catalogue
from bot.conversation import Routes

PATH = "/api/messages"
"""Where Teams posts everything."""

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
"""Where Microsoft says which keys sign for its connector service."""


@dataclass(frozen=True)
class Access:
    """What opens Teams' doors. No secret in it shows in a repr.

    Without ``secret`` the machine's managed identity speaks for the bot. ``tenants`` are
    those that are let in. For tests on this machine alone: ``metadata`` is a stand-in's, and
    ``unsigned`` takes activities without a token.
    """

    client_id: str
    tenants: frozenset[str]
    tenant_id: str = ""
    secret: str = field(default="", repr=False)
    metadata: str = ""
    unsigned: bool = False

    @property
    def is_here(self) -> bool:
        """Whether Teams is a stand-in on this machine."""
        return bool(self.metadata) or self.unsigned

    def credentials(self) -> Credentials:
        """Return what the bot asks Microsoft for tokens with."""
        tenant = self.tenant_id or None
        if self.secret:
            return ClientCredentials(
                client_id=self.client_id, client_secret=self.secret, tenant_id=tenant
            )
        return ManagedIdentityCredentials(client_id=self.client_id, tenant_id=tenant)

    def tokens(self) -> Tokens | MadeUp:
        """Return what gives the bot its tokens."""
        return MadeUp() if self.is_here else Tokens(self.credentials())


@dataclass(frozen=True)
class Account:
    """Whether Microsoft tells its keys, and gives the bot a token to speak with."""

    keys: bool
    token: bool


class TeamsRoom:
    """Everything that people reach through Teams.

    ``asgi`` answers Teams' HTTP requests; ``outlet`` is how the schedules and handlers reach
    people.
    """

    def __init__(self, access: Access, routes: Routes, catalogue: Catalogue) -> None:
        """Furnish the room; nothing is opened before it is used."""
        known = Acquaintances(NO_SERVICE if access.is_here else GLOBAL_SERVICE)
        self._afterwards = Afterwards()
        showing = Showing(catalogue, known, dialogs=not access.unsigned)
        self._line = Line(access.tokens())
        self._keyring = Keyring(access.metadata or METADATA)
        self._signed = not access.unsigned
        self.outlet = TeamsOutlet(self._line, showing, known)
        posting = Posting(self._line, showing, known)
        door = Door(routes, showing, posting, known, self._afterwards)
        proof = Signed(access.client_id, self._keyring) if self._signed else Unsigned()
        self.asgi: ASGIApp = Guard(
            door.receive, proof, access.tenants, self._afterwards, here=access.is_here
        )

    async def start(self) -> None:
        """Begin to fetch the keys; nobody waits for them, not Slack's people either."""
        if self._signed:
            self._keyring.warm()

    async def settle(self) -> None:
        """Wait until whatever was begun after an answer is done."""
        await self._afterwards.settle()

    async def stop(self) -> None:
        """Finish what was begun, and hang up."""
        await self._keyring.close()
        await self.settle()
        await self._line.close()


def build(access: Access, routes: Routes, catalogue: Catalogue) -> TeamsRoom:
    """Return the room that serves *routes* to people on Teams."""
    return TeamsRoom(access, routes, catalogue)


async def account(access: Access) -> Account:
    """Ask Microsoft for its keys and for a token, for an operator who has not started yet."""
    keyring = Keyring(access.metadata or METADATA)
    try:
        await keyring.find("")
        keys = True
    except KeysAwayError:
        keys = False
    await keyring.close()
    try:
        await access.tokens().get_app_token(PUBLIC.bot_scope, None)
    except NoTokenError:
        return Account(keys, token=False)
    return Account(keys, token=True)
