"""Which adapters the settings configure."""

import subprocess
import sys

from pydantic import SecretStr

from bot import adapters
from bot.context import Context
from bot.settings import Settings
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID
from tests.chat.slack.testbed import StubHandlers
from tests.doubles import clock, context, migrated, outlet, words_in_all_languages
from tests.sources import ROOT

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]

SLACK: dict[str, object] = {
    "slack_bot_token": SecretStr("xoxb-x"),
    "slack_signing_secret": SecretStr("x"),
}
TEAMS: dict[str, object] = {"teams_client_id": CLIENT_ID, "teams_tenants": TENANT_ID}


def build_configured(context: Context, **values: object) -> dict[str, adapters.ChatAdapter]:
    """Return the adapters that the settings in *values* configure."""
    settings = Settings.model_validate(values)
    return adapters.build_adapters(
        settings, StubHandlers([]).build_routes({}), context, receives=True
    )


async def test_each_configured_product_has_an_adapter_and_an_endpoint(context: Context) -> None:
    """A product that is not configured has neither an adapter nor an endpoint."""
    both, slack, teams = (
        build_configured(context, **values) for values in (SLACK | TEAMS, SLACK, TEAMS)
    )

    assert [set(chat_adapters) for chat_adapters in (both, slack, teams)] == [
        {"slack", "msteams"},
        {"slack"},
        {"msteams"},
    ]
    assert set(adapters.asgi_routes(both)) == {"/slack/events", "/api/messages"}
    for adapter in (*both.values(), *slack.values(), *teams.values()):
        await adapter.stop()


def test_microsoft_libraries_are_imported_only_for_teams() -> None:
    """A deployment without Teams imports none of Microsoft's libraries."""
    script = (
        "import sys, bot.__main__; "
        "print({'microsoft_teams', 'msal', 'jwt', 'httpx', 'fastapi'} & sys.modules.keys())"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert result.stdout == "set()\n"
