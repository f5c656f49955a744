"""An Enterprise organisation installs the app for its workspaces; uninstallations and new ones."""

import pytest

from tests.journeys import clinic_browser
from tests.journeys.botprocess import BotProcess
from tests.journeys.installable_slack import InstallableSlack
from tests.journeys.installing import (
    CLINICS,
    EAST,
    NORTH,
    SOUTH,
    STRANGER,
    ask_for_debrief,
    bot,
    install,
    read_suspension,
    slack,
)

__all__ = ["bot", "slack"]


def test_an_organisation_serves_each_of_its_workspaces(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """One token serves a workspace that Slack listed, and one that shows up later."""
    slack.workspaces[CLINICS] = (EAST,)
    install(slack, bot, CLINICS)
    slack.workspaces[CLINICS] = (EAST, SOUTH, NORTH)
    organisation = {"enterprise_id": CLINICS, "is_enterprise_install": "true"}
    ask_for_debrief(bot, EAST, "1.1")
    ask_for_debrief(bot, SOUTH, "2.1", **organisation)
    status, _ = clinic_browser.post_interaction(
        bot.base_url,
        {
            "type": "shortcut",
            "callback_id": "debrief",
            "team": None,
            "enterprise": {"id": CLINICS, "name": "Clinics"},
            "is_enterprise_install": True,
            "user": {"id": "W0CLIN02", "team_id": NORTH},
            "trigger_id": "3.1",
        },
    )
    refusal = ask_for_debrief(bot, STRANGER, "4.1", **organisation | {"enterprise_id": "E0OTHER"})
    uses = slack.wait_for_uses("views.open", 3)

    assert status == 200
    assert {use.arguments["trigger_id"] for use in uses} == {"1.1", "2.1", "3.1"}
    assert {use.place for use in uses} == {CLINICS}
    assert "not installed here" in refusal


@pytest.mark.parametrize(
    "kinds", [("app_uninstalled", "tokens_revoked")[::step] for step in (1, -1)]
)
def test_an_uninstalled_workspace_is_resumed_by_a_new_installation(
    slack: InstallableSlack, bot: BotProcess, kinds: tuple[str, str]
) -> None:
    """Both events in either order suspend it; a late one after the new installation does not."""
    install(slack, bot, NORTH)
    slack.uninstall(NORTH)
    events = [{"type": kind, "tokens": {"bot": ["U0BOT"]}} for kind in kinds]
    statuses = [clinic_browser.post_event(bot.base_url, NORTH, event) for event in events]
    suspension = read_suspension(bot, NORTH)

    install(slack, bot, NORTH)
    resumed = read_suspension(bot, NORTH)
    ask_for_debrief(bot, NORTH, "1.1")
    slack.wait_for_uses("views.open", 1)
    clinic_browser.post_event(bot.base_url, NORTH, events[1])
    ask_for_debrief(bot, NORTH, "2.1")
    uses = slack.wait_for_uses("views.open", 2)

    assert statuses == [200, 200]
    assert suspension in kinds
    assert resumed == ""
    assert [use.place for use in uses] == [NORTH, NORTH]
    assert "views.open" not in slack.refused_calls


def test_an_organisations_uninstallation_suspends_each_workspace(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """One event of the organisation concerns all workspaces, and a new installation too."""
    slack.workspaces[CLINICS] = (EAST, SOUTH)
    install(slack, bot, CLINICS)
    slack.uninstall(CLINICS)
    authorizations = [{"enterprise_id": CLINICS, "team_id": None, "is_enterprise_install": True}]
    clinic_browser.post_event(
        bot.base_url,
        CLINICS,
        {"type": "app_uninstalled"},
        enterprise_id=CLINICS,
        authorizations=authorizations,
    )
    suspensions = [read_suspension(bot, workspace) for workspace in (EAST, SOUTH)]
    install(slack, bot, CLINICS)

    assert suspensions == ["app_uninstalled"] * 2
    assert [read_suspension(bot, workspace) for workspace in (EAST, SOUTH)] == ["", ""]


def test_a_workspace_that_an_organisation_took_the_app_out_of_is_suspended(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """The token of the organisation works on, which changes nothing; a new grant resumes it."""
    slack.workspaces[CLINICS] = (EAST, SOUTH)
    install(slack, bot, CLINICS)
    authorizations = [{"enterprise_id": CLINICS, "team_id": EAST, "is_enterprise_install": False}]
    suspensions = []
    for kind, listed in (("revoked", (SOUTH,)), ("granted", (EAST, SOUTH))):
        slack.workspaces[CLINICS] = listed
        status = clinic_browser.post_event(
            bot.base_url,
            EAST,
            {"type": f"team_access_{kind}", "team_ids": [EAST]},
            authorizations=authorizations,
        )
        assert status == 200
        suspensions.append([read_suspension(bot, workspace) for workspace in (EAST, SOUTH)])
    ask_for_debrief(bot, EAST, "1.1")
    (use,) = slack.wait_for_uses("views.open", 1)

    assert suspensions == [["team_access_revoked", ""], ["", ""]]
    assert use.place == CLINICS
