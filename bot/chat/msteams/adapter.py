"""Teams adapter: wires the request guard, dispatcher, API client and outlet together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.conversation_ref import (
    GLOBAL_SERVICE_URL,
    UNREACHABLE_SERVICE_URL,
    ConversationRef,
    parse_conversation_ref,
)
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.dispatcher import Dispatcher
from bot.chat.msteams.inbound.guard import Guard, TenantPolicy
from bot.chat.msteams.inbound.signing_keys import SigningKeyCache, SigningKeysUnavailableError
from bot.chat.msteams.inbound.token_validation import SignedTokenValidator, UnsignedTokenValidator
from bot.chat.msteams.outbound.access_token import (
    AppTokenCache,
    DummyTokenProvider,
    TokenUnavailableError,
)
from bot.chat.msteams.outbound.api_client import ApiClient
from bot.chat.msteams.outbound.directory_lookup import ChannelRoutes, DirectoryLookup
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.outbound.member_lookup import MemberLookup
from bot.chat.msteams.outbound.outlet import TeamsOutlet
from bot.chat.msteams.outbound.responder import Responder
from bot.chat.msteams.render.card_factory import CardFactory
from bot.chat.msteams.sdk import PUBLIC, ClientCredentials, Credentials, ManagedIdentityCredentials
from bot.content.catalogue import Catalogue
from bot.conversation import SendStatus
from bot.routes import Routes

ENDPOINT_PATH = "/api/messages"
"""Path of the messaging endpoint, to which Teams posts every activity."""

OPENID_METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
"""OpenID metadata of Microsoft's connector service; its ``jwks_uri`` lists the signing keys."""


@dataclass(frozen=True)
class AccessSettings:
    """Credentials and allowlist of the Teams app. No secret appears in its repr.

    Without ``client_secret`` the bot authenticates with the machine's managed identity.
    ``allowed_tenants`` are the tenants whose activities are accepted. For tests on this
    machine only: ``openid_metadata_url`` is the address of a stand-in, and ``allow_unsigned``
    accepts activities without a token. ``pads_responses`` is whether the responses to card actions
    and dialogs all have one size.
    """

    client_id: str
    allowed_tenants: frozenset[str]
    tenant_id: str = ""
    client_secret: str = field(default="", repr=False)
    openid_metadata_url: str = ""
    allow_unsigned: bool = False
    pads_responses: bool = True

    @property
    def uses_local_stand_in(self) -> bool:
        """Whether Teams is a stand-in server on this machine."""
        return bool(self.openid_metadata_url) or self.allow_unsigned

    def build_credentials(self) -> Credentials:
        """Return the credentials with which the bot requests access tokens from Microsoft."""
        tenant = self.tenant_id or None
        if self.client_secret:
            return ClientCredentials(
                client_id=self.client_id, client_secret=self.client_secret, tenant_id=tenant
            )
        return ManagedIdentityCredentials(client_id=self.client_id, tenant_id=tenant)

    def create_token_provider(self) -> AppTokenCache | DummyTokenProvider:
        """Return the provider of the bot's access tokens, a dummy for a local stand-in."""
        return (
            DummyTokenProvider()
            if self.uses_local_stand_in
            else AppTokenCache(self.build_credentials())
        )


@dataclass(frozen=True)
class AccountCheck:
    """Result of :func:`check_account`: signing keys can be fetched, an access token is issued.

    ``is_token_refused`` is whether Microsoft refused the token, rather than gave no answer.
    """

    has_signing_keys: bool
    has_token: bool
    is_token_refused: bool = False


class TeamsOutboundSide:
    """The sending half of the Teams side: API client, card factory, directory cache and outlet.

    It is built without the routes: the context that the handlers are bound to contains the outlet.
    """

    def __init__(
        self, access: AccessSettings, catalogue: Catalogue, load_routes: ChannelRoutes
    ) -> None:
        """Create the components; connections are opened at their first use.

        *load_routes* loads the routes of a workspace's channels, by channel id.
        """
        self.access = access
        self.directory = DirectoryCache(
            UNREACHABLE_SERVICE_URL if access.uses_local_stand_in else GLOBAL_SERVICE_URL
        )
        self.card_factory = CardFactory(
            catalogue, self.directory, supports_dialogs=not access.allow_unsigned
        )
        self.token_provider = access.create_token_provider()
        self.api_client = ApiClient(self.token_provider)
        self.directory_lookup = DirectoryLookup(self.api_client, self.directory, load_routes)
        self.outlet = TeamsOutlet(
            self.api_client, self.card_factory, self.directory, self.directory_lookup
        )

    def create_adapter(self, routes: Routes) -> "TeamsAdapter":
        """Return the adapter that serves *routes* to users of Teams."""
        return TeamsAdapter(self, routes)


class TeamsAdapter:
    """Adapter between the handlers and Microsoft Teams.

    ``asgi`` is the application that handles HTTP requests from Teams; ``outlet`` is the
    interface through which schedules and handlers send messages.
    """

    def __init__(self, outbound: TeamsOutboundSide, routes: Routes) -> None:
        """Build the receiving half over *outbound*; connections are opened at their first use."""
        access, card_factory = outbound.access, outbound.card_factory
        self._after_response = AfterResponse()
        self._api_client = outbound.api_client
        self._token_provider = outbound.token_provider
        self._signing_keys = SigningKeyCache(access.openid_metadata_url or OPENID_METADATA_URL)
        self._validates_tokens = not access.allow_unsigned
        self.outlet = outbound.outlet
        responder = Responder(self._api_client, card_factory, outbound.directory_lookup)
        dispatcher = Dispatcher(
            routes,
            card_factory,
            responder,
            MemberLookup(self._api_client, is_enabled=self._validates_tokens),
            outbound.directory_lookup,
            self._after_response,
        )
        token_validator = (
            SignedTokenValidator(access.client_id, self._signing_keys)
            if self._validates_tokens
            else UnsignedTokenValidator()
        )
        self.asgi = Guard(
            dispatcher.dispatch_payload,
            token_validator,
            TenantPolicy(access.allowed_tenants, dispatcher.build_foreign_tenant_response),
            self._after_response,
            allow_loopback=access.uses_local_stand_in,
            pads_responses=access.pads_responses,
        )

    @property
    def install_apps(self) -> Mapping[str, ASGIApp]:
        """No page: an organisation adds the app in Teams' own administration."""
        return {}

    @property
    def is_socket_connected(self) -> bool | None:
        """``None``: Teams calls the bot by HTTP."""
        return None

    @property
    def refused_request_count(self) -> int:
        """Requests since the start with a missing, forged, foreign or expired token."""
        return self.asgi.refused_request_count

    async def has_refused_token(self) -> bool:
        """Whether Microsoft refuses an access token; false while it does not answer."""
        try:
            await self._token_provider.get_app_token(PUBLIC.bot_scope, None)
        except TokenUnavailableError as error:
            return error.is_refusal
        return False

    async def start(self) -> None:
        """Start to fetch the signing keys in a background task, which delays no request."""
        if self._validates_tokens:
            self._signing_keys.start_refresh()

    async def report_working_installations(self) -> None:
        """Report nothing: Teams sends an activity for each installation."""

    async def wait_for_background_tasks(self) -> None:
        """Wait until every task that was started after a response has finished."""
        await self._after_response.wait_for_background_tasks()

    async def stop(self) -> None:
        """Cancel the key refresh, wait for the background tasks, and close the HTTP session."""
        await self._signing_keys.close()
        await self.wait_for_background_tasks()
        await self._api_client.close()


async def check_account(access: AccessSettings) -> AccountCheck:
    """Check the account before the first start: fetch the signing keys and request a token."""
    signing_keys = SigningKeyCache(access.openid_metadata_url or OPENID_METADATA_URL)
    try:
        await signing_keys.get_key("")
        has_signing_keys = True
    except SigningKeysUnavailableError:
        has_signing_keys = False
    await signing_keys.close()
    try:
        await access.create_token_provider().get_app_token(PUBLIC.bot_scope, None)
    except TokenUnavailableError as error:
        return AccountCheck(
            has_signing_keys=has_signing_keys, has_token=False, is_token_refused=error.is_refusal
        )
    return AccountCheck(has_signing_keys=has_signing_keys, has_token=True)


async def check_channels(
    access: AccessSettings, routes: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Return why the bot cannot post, for each channel of *routes* where it cannot.

    *routes* are stored routes by channel, ``""`` where none is stored. ``None`` where Microsoft
    gives no definite answer.
    """
    api_client = ApiClient(access.create_token_provider())
    service_url = UNREACHABLE_SERVICE_URL if access.uses_local_stand_in else GLOBAL_SERVICE_URL
    errors: dict[str, str] = {}
    try:
        for channel, route in routes.items():
            conversation = parse_conversation_ref(route) or ConversationRef(service_url, channel)
            try:
                await api_client.check_access(conversation)
            except Exception as error:  # noqa: BLE001 - every error is classified
                result = classify_error(error)
                if result.status in {SendStatus.RETRY_LATER, SendStatus.UNKNOWN}:
                    return None
                errors[channel] = result.reason
    finally:
        await api_client.close()
    return errors
