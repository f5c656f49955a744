"""Which adapters the settings configure."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from bot import adapters
from bot.context import Context
from bot.settings import Settings
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID
from tests.chat.slack.testbed import StubHandlers
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sources import ROOT

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]

SLACK: dict[str, object] = {
    "slack_bot_token": SecretStr("xoxb-x"),
    "slack_signing_secret": SecretStr("0badc0de" * 4),
}
TEAMS: dict[str, object] = {"teams_client_id": CLIENT_ID, "teams_tenants": TENANT_ID}


def build_configured(context: Context, **values: object) -> dict[str, adapters.ChatAdapter]:
    """Return the adapters that the settings in *values* configure."""
    settings = Settings.model_validate(values)
    outbound_sides = adapters.build_outbound_sides(
        settings, context.store, context.catalogue, receives=True
    )
    return adapters.create_adapters(outbound_sides, StubHandlers([]).build_routes({}))


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
    assert set(adapters.build_asgi_routes(both)) == {"/slack/events", "/api/messages"}
    for adapter in (*both.values(), *slack.values(), *teams.values()):
        await adapter.stop()


async def test_the_link_has_pages_beside_the_endpoint(context: Context) -> None:
    """Without a token the two pages of an installation are served, also by Socket Mode alone."""
    link: dict[str, object] = {
        "slack_client_id": "1.2",
        "slack_client_secret": SecretStr("shh"),
        "base_url": "https://attune.example.org",
    }
    secret = {"slack_signing_secret": SLACK["slack_signing_secret"]}
    built = [
        build_configured(context, **values)
        for values in (link | secret, link | {"slack_app_token": SecretStr("xapp-x")}, SLACK | link)
    ]
    pages = {"/slack/install", "/slack/oauth_redirect"}

    assert [set(adapters.build_asgi_routes(chat_adapters)) for chat_adapters in built] == [
        {"/slack/events", *pages},
        pages,
        {"/slack/events"},
    ]
    assert not await built[0]["slack"].has_refused_token()
    for chat_adapters in built:
        await chat_adapters["slack"].stop()


@pytest.mark.parametrize("refresh", [None, "xoxe-1-first"])
def test_only_an_expiring_token_is_rotated(context: Context, refresh: str | None) -> None:
    """A token without a refresh token has no rotator."""
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr("xoxe.xoxb-first"),
        slack_refresh_token=SecretStr(refresh) if refresh else None,
        slack_client_id="1.2",
        slack_client_secret=SecretStr("shh"),
    )

    access = adapters.build_slack_access(settings, context.store)

    assert (access.token_rotator is not None) == (refresh is not None)


@pytest.mark.parametrize(("receives", "app_token"), [(True, "xapp-x"), (False, "")])
def test_only_a_receiving_process_uses_the_app_token(
    context: Context, app_token: str, *, receives: bool
) -> None:
    """A worker process has no app token, so that it opens no Socket Mode connection."""
    settings = Settings.model_validate(SLACK | {"slack_app_token": SecretStr("xapp-x")})

    access = adapters.build_slack_access(settings, context.store, receives=receives)

    assert access.app_token == app_token


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
