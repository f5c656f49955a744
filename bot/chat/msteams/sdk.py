"""Imports of Microsoft's libraries; no other module imports them.

Importing ``microsoft-teams-apps`` would load `.env` into the environment and warn of a
component that is not used here; both side effects are disabled. Its ``App`` class is not
used for inbound requests: it accepts tokens without an expiry, ignores the endorsements of a
signing key, fetches keys on the event loop (which would delay responses to Slack) and prints
rejected bodies. :mod:`bot.chat.msteams.inbound.guard` takes its place, on the same PyJWT.
For outbound calls its API clients and credentials are used unchanged.
"""

import warnings

from bot.settings_file import disable_dotenv

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
    from microsoft_teams.api.clients.team.client import TeamClient
    from microsoft_teams.api.models.account import Account, TeamsChannelAccount
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
    "TeamClient",
    "TeamsChannelAccount",
    "TokenManager",
]
