"""Microsoft's own libraries, imported here and nowhere else.

``microsoft-teams-apps`` would read `.env` into the environment as it is imported, and warn of a
part that is not used here; neither reaches the operator. Its ``App`` is not used: coming in, it
takes tokens without an expiry, reads no endorsement of a key, fetches keys on the event loop
(where Slack's answer would wait for them) and prints refused bodies; so the guard stands in its
place, on the same PyJWT. Going out, its clients and its credentials are used as they are.
"""

import warnings

from bot.settings import disable_dotenv

with disable_dotenv(), warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)
    from microsoft_teams.api.activities.message import MessageActivityInput
    from microsoft_teams.api.auth.cloud_environment import PUBLIC
    from microsoft_teams.api.auth.credentials import (
        ClientCredentials,
        Credentials,
        ManagedIdentityCredentials,
    )
    from microsoft_teams.api.clients.conversation.activity import ConversationActivityClient
    from microsoft_teams.api.clients.conversation.member import ConversationMemberClient
    from microsoft_teams.api.clients.conversation.params import CreateConversationParams
    from microsoft_teams.api.models.account import Account
    from microsoft_teams.api.models.attachment import Attachment
    from microsoft_teams.apps.token_manager import TokenManager
    from microsoft_teams.common.http.client import Client, ClientOptions

__all__ = [
    "PUBLIC",
    "Account",
    "Attachment",
    "Client",
    "ClientCredentials",
    "ClientOptions",
    "ConversationActivityClient",
    "ConversationMemberClient",
    "CreateConversationParams",
    "Credentials",
    "ManagedIdentityCredentials",
    "MessageActivityInput",
    "TokenManager",
]
