"""An uninstalled workspace is resumed by a new installation alone, on both products."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app
from tests.chat.conftest import build_settings
from tests.chat.expectations import MONDAY, WORDS, advance_and_deliver
from tests.chat.msteams import activities
from tests.chat.on_slack import SlackProduct
from tests.chat.on_teams import TeamsProduct
from tests.chat.recovery import get_marks, join_and_deliver, suspend_workspace, workspace_of
from tests.chat.slack import payloads, web_api

UNINSTALLED_EVENT = payloads.build_event("app_uninstalled")


async def uninstall(product: SlackProduct) -> None:
    """Uninstall the app, as Slack reports it: every later call is refused."""
    await product.run_command(product.marie, "tip")
    for method in ("auth.test", "chat.postMessage", "users.info", "views.publish"):
        product.api.plan_error(method, "account_inactive")
    await product.send_event(payloads.build_event("tokens_revoked", tokens={"bot": ["U0BOT"]}))
    await product.send_event(UNINSTALLED_EVENT)


async def test_no_payload_revives_an_uninstalled_workspace(slack: SlackProduct) -> None:
    """Late, retried and signed payloads leave an uninstalled workspace suspended."""
    await join_and_deliver(slack)
    await uninstall(slack)

    await slack.redeliver_last()
    await slack.run_command(slack.marie, "tip")
    await slack.open_home(slack.ada)
    await slack.send_event(payloads.build_event("user_change", user={"id": slack.ada}))
    await slack.send_event(payloads.build_event(tab="messages"))

    assert (await get_marks(slack))[2] == "tokens_revoked"


async def test_an_uninstallation_outlasts_a_refused_message(slack: SlackProduct) -> None:
    """A message that is refused before the event arrives does not hide the uninstallation."""
    await suspend_workspace(slack)
    await uninstall(slack)

    await slack.run_command(slack.marie, "tip")

    assert (await get_marks(slack))[2] == "tokens_revoked"


async def count_rows(product: SlackProduct) -> int:
    """Count the rows of the product's workspace in all tables."""
    workspace = workspace_of(product)
    counts = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.workspace_purges.count_rows(workspace)
    )
    return sum(counts.values())


async def test_a_day_after_its_uninstallation_a_workspace_is_deleted(slack: SlackProduct) -> None:
    """Signed payloads within the day do not extend it; afterwards a command finds no team."""
    await join_and_deliver(slack)
    await uninstall(slack)
    await slack.run_command(slack.marie, "tip")
    await advance_and_deliver(slack, slack.clock() + timedelta(hours=23))
    assert await count_rows(slack)

    await advance_and_deliver(slack, slack.clock() + timedelta(hours=1))

    assert await count_rows(slack) == 0
    await slack.run_command(slack.marie, "rupture")
    assert await count_rows(slack) == 0


@pytest.mark.parametrize(("team_id", "is_kept"), [("T1CLINIC", True), ("T0ELSEWHERE", False)])
async def test_a_workspace_that_is_in_use_is_not_deleted(
    slack: SlackProduct, team_id: str, *, is_kept: bool
) -> None:
    """A revoked earlier token, reported late, destroys nothing where the present one works.

    One that works for another workspace, to which the bot has moved, protects this one not.
    """
    await join_and_deliver(slack)
    await slack.send_event(payloads.build_event("tokens_revoked", tokens={"bot": ["U0BOT"]}))
    account = {"ok": True, "team_id": team_id, "user_id": "U0BOT"}
    slack.api.planned_answers["auth.test"] = web_api.PlannedAnswer(account)

    await advance_and_deliver(slack, slack.clock() + timedelta(hours=24))

    assert bool(await count_rows(slack)) == is_kept
    if is_kept:
        assert (await get_marks(slack))[2] == ""


@pytest.mark.parametrize("team_id", ["", "T0ELSEWHERE", "T1CLINIC"])
async def test_a_restart_resumes_an_uninstalled_workspace_with_a_working_token(
    slack: SlackProduct, tmp_path: Path, team_id: str
) -> None:
    """A new installation has a token of this workspace; no other token ends the suspension."""
    await join_and_deliver(slack)
    await uninstall(slack)
    if team_id:
        account = {"ok": True, "team_id": team_id, "user_id": "U0BOT"}
        slack.api.planned_answers["auth.test"] = web_api.PlannedAnswer(account)

    settings = build_settings(
        tmp_path,
        slack_api_url=slack.api.url,
        slack_bot_token=SecretStr("xoxb-new"),
        slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
    )
    async with app.Bot(settings, slack.clock, receives=True, runs_ticker=True).lifespan():
        is_resumed = (await get_marks(slack))[2] == ""

    assert is_resumed == (team_id == slack.workspace)


@pytest.mark.parametrize(("age_seconds", "is_connected"), [(-60, False), (60, True)])
async def test_an_overdue_uninstallation_does_not_end_a_new_installation(
    slack: SlackProduct, age_seconds: int, *, is_connected: bool
) -> None:
    """An event from before the start, which Slack repeats, is checked against the new token."""
    account = {"ok": True, "team_id": slack.workspace, "user_id": "U0BOT"}
    slack.api.planned_answers["auth.test"] = web_api.PlannedAnswer(account)

    await slack.send_event({**UNINSTALLED_EVENT, "event_time": int(time.time()) - age_seconds})

    assert ((await get_marks(slack))[2] == "") == is_connected


async def test_a_new_installation_resumes_a_tenant(teams: TeamsProduct) -> None:
    """On Teams the activity of an installation resumes the whole tenant at once."""
    await suspend_workspace(teams)

    await teams.send_event(
        activities.build_installation_update(teams.ms.service_url, "add", teams.ada), teams.ada
    )

    assert (await get_marks(teams))[2] == ""


async def test_a_new_installation_brings_a_person_back(teams: TeamsProduct) -> None:
    """A person who removed the app and installs it again gets the next check-in."""
    await join_and_deliver(teams)
    for action in ("remove", "add"):
        await teams.send_event(
            activities.build_installation_update(teams.ms.service_url, action, teams.marie),
            teams.marie,
        )
    await advance_and_deliver(teams, MONDAY + timedelta(minutes=1))

    checkin = teams.received_messages(teams.marie)[-1]
    assert checkin.contains_text(WORDS.translate("checkin.nudge.draw"))
