"""The room of Teams as the rest of the house sees it: a door, an outlet, a start and a stop."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.conversation_ref import GLOBAL_SERVICE_URL, UNREACHABLE_SERVICE_URL
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.dispatcher import Dispatcher
from bot.chat.msteams.inbound.guard import Guard
from bot.chat.msteams.inbound.signing_keys import SigningKeyCache, SigningKeysUnavailableError
from bot.chat.msteams.inbound.token_validation import SignedTokenValidator, UnsignedTokenValidator
from bot.chat.msteams.outbound.access_token import (
    AppTokenCache,
    DummyTokenProvider,
    TokenUnavailableError,
)
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.outlet import TeamsOutlet
from bot.chat.msteams.outbound.responder import Responder
from bot.chat.msteams.render.card_factory import CardFactory
from bot.chat.msteams.sdk import PUBLIC, ClientCredentials, Credentials, ManagedIdentityCredentials
from bot.content.catalogue import Catalogue
from bot.conversation import Routes

ENDPOINT_PATH = "/api/messages"
"""Where Teams posts everything."""

OPENID_METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
"""Where Microsoft says which keys sign for its connector service."""


@dataclass(frozen=True)
class AccessSettings:
    """What opens Teams' doors. No secret in it shows in a repr.

    Without ``secret`` the machine's managed identity speaks for the bot. ``tenants`` are
    those that are let in. For tests on this machine alone: ``metadata`` is a stand-in's, and
    ``unsigned`` takes activities without a token.
    """

    client_id: str
    allowed_tenants: frozenset[str]
    tenant_id: str = ""
    client_secret: str = field(default="", repr=False)
    openid_metadata_url: str = ""
    allow_unsigned: bool = False

    @property
    def uses_local_stand_in(self) -> bool:
        """Whether Teams is a stand-in on this machine."""
        return bool(self.openid_metadata_url) or self.allow_unsigned

    def build_credentials(self) -> Credentials:
        """Return what the bot asks Microsoft for tokens with."""
        tenant = self.tenant_id or None
        if self.client_secret:
            return ClientCredentials(
                client_id=self.client_id, client_secret=self.client_secret, tenant_id=tenant
            )
        return ManagedIdentityCredentials(client_id=self.client_id, tenant_id=tenant)

    def create_token_provider(self) -> AppTokenCache | DummyTokenProvider:
        """Return what gives the bot its tokens."""
        return (
            DummyTokenProvider()
            if self.uses_local_stand_in
            else AppTokenCache(self.build_credentials())
        )


@dataclass(frozen=True)
class AccountCheck:
    """Whether Microsoft tells its keys, and gives the bot a token to speak with."""

    has_signing_keys: bool
    has_token: bool


class TeamsAdapter:
    """Everything that people reach through Teams.

    ``asgi`` answers Teams' HTTP requests; ``outlet`` is how the schedules and handlers reach
    people.
    """

    def __init__(self, access: AccessSettings, routes: Routes, catalogue: Catalogue) -> None:
        """Furnish the room; nothing is opened before it is used."""
        known = DirectoryCache(
            UNREACHABLE_SERVICE_URL if access.uses_local_stand_in else GLOBAL_SERVICE_URL
        )
        self._after_response = AfterResponse()
        showing = CardFactory(catalogue, known, supports_dialogs=not access.allow_unsigned)
        self._api_client = ApiClient(access.create_token_provider())
        self._signing_keys = SigningKeyCache(access.openid_metadata_url or OPENID_METADATA_URL)
        self._validates_tokens = not access.allow_unsigned
        self.outlet = TeamsOutlet(self._api_client, showing, known)
        posting = Responder(self._api_client, showing, known)
        door = Dispatcher(routes, showing, posting, known, self._after_response)
        proof = (
            SignedTokenValidator(access.client_id, self._signing_keys)
            if self._validates_tokens
            else UnsignedTokenValidator()
        )
        self.asgi: ASGIApp = Guard(
            door.dispatch_payload,
            proof,
            access.allowed_tenants,
            self._after_response,
            allow_loopback=access.uses_local_stand_in,
        )

    async def start(self) -> None:
        """Begin to fetch the keys; nobody waits for them, not Slack's people either."""
        if self._validates_tokens:
            self._signing_keys.start_refresh()

    async def wait_for_background_tasks(self) -> None:
        """Wait until whatever was begun after an answer is done."""
        await self._after_response.wait_for_background_tasks()

    async def stop(self) -> None:
        """Finish what was begun, and hang up."""
        await self._signing_keys.close()
        await self.wait_for_background_tasks()
        await self._api_client.close()


def build_adapter(access: AccessSettings, routes: Routes, catalogue: Catalogue) -> TeamsAdapter:
    """Return the room that serves *routes* to people on Teams."""
    return TeamsAdapter(access, routes, catalogue)


async def check_account(access: AccessSettings) -> AccountCheck:
    """Ask Microsoft for its keys and for a token, for an operator who has not started yet."""
    keyring = SigningKeyCache(access.openid_metadata_url or OPENID_METADATA_URL)
    try:
        await keyring.get_key("")
        keys = True
    except SigningKeysUnavailableError:
        keys = False
    await keyring.close()
    try:
        await access.create_token_provider().get_app_token(PUBLIC.bot_scope, None)
    except TokenUnavailableError:
        return AccountCheck(keys, has_token=False)
    return AccountCheck(keys, has_token=True)
