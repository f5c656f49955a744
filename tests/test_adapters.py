"""Which products people are served in, as the settings say."""

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


def opened(context: Context, **told: object) -> dict[str, adapters.ChatAdapter]:
    """Return the rooms that settings open."""
    settings = Settings.model_validate(told)
    return adapters.build_adapters(
        settings, StubHandlers([]).build_routes({}), context, receives=True
    )


async def test_each_product_that_is_configured_has_its_room_and_its_path(context: Context) -> None:
    """Slack, Teams or both: whoever is not configured has neither a room nor a door."""
    both, slack, teams = (opened(context, **told) for told in (SLACK | TEAMS, SLACK, TEAMS))

    assert [set(one) for one in (both, slack, teams)] == [
        {"slack", "msteams"},
        {"slack"},
        {"msteams"},
    ]
    assert set(adapters.asgi_routes(both)) == {"/slack/events", "/api/messages"}
    for room in (*both.values(), *slack.values(), *teams.values()):
        await room.stop()


def test_microsofts_libraries_are_loaded_for_teams_alone() -> None:
    """A clinic on Slack neither waits for nor carries what only Teams needs."""
    asked = (
        "import sys, bot.__main__; "
        "print({'microsoft_teams', 'msal', 'jwt', 'httpx', 'fastapi'} & sys.modules.keys())"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout == "set()\n"
