"""Whether the app is installed in a workspace, as far as Slack's ``auth.test`` proves it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.chat.slack.oauth.installation_rows import (
    InstallationsUnavailableError,
    InstallationUnreadableError,
    NotInstalledError,
)
from bot.chat.slack.outbound.api_client import ApiClient, TokenProvider
from bot.chat.slack.outbound.organisation_access import OrganisationAccess, OrganisationLinks
from bot.chat.slack.outbound.outlet import SlackOutlet
from bot.chat.slack.token_rotation import TokenRotationError
from bot.outlet import InstallationStatus
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

INSTALLED, REMOVED, UNPROVEN, UNKNOWN = InstallationStatus

ANSWERS = {
    "of this workspace": (PlannedAnswer({"ok": True, "team_id": "T1"}), INSTALLED, INSTALLED),
    "revoked": (PlannedAnswer({"ok": False, "error": "token_revoked"}), UNPROVEN, REMOVED),
    "inactive": (PlannedAnswer({"ok": False, "error": "account_inactive"}), UNPROVEN, REMOVED),
    "wrong": (PlannedAnswer({"ok": False, "error": "invalid_auth"}), UNKNOWN, UNKNOWN),
    "out of service": (PlannedAnswer({"ok": False, "error": "fatal_error"}), UNKNOWN, UNKNOWN),
    "failing": (PlannedAnswer({"ok": False, "error": "token_revoked"}, 503), UNKNOWN, UNKNOWN),
    "not Slack's": (PlannedAnswer("<html>", 502), UNKNOWN, UNKNOWN),
    "lost": (PlannedAnswer(drops_connection=True), UNKNOWN, UNKNOWN),
}
"""What Slack answers, and the status with the configured token and with one of its own."""


@dataclass
class FixedLinks:
    """What is stored about the workspace T1: its organisation, and which ones are installed."""

    organisation: str = ""
    organisations: tuple[str, ...] = ()
    created: list[tuple[str, str]] = field(default_factory=list)
    is_unavailable: bool = False

    async def find_organisation(self, workspace: str) -> str:
        """Return the organisation of *workspace*."""
        if self.is_unavailable:
            raise InstallationsUnavailableError
        return self.organisation

    async def list_organisations(self) -> tuple[str, ...]:
        """Return the organisations that installed the app."""
        return self.organisations

    async def link(self, organisation: str, workspace: str, *, replaces: bool) -> None:
        """Record a new link."""
        assert replaces
        self.created.append((organisation, workspace))


LINKED = FixedLinks("slack:E1")


async def check_status(
    api: FakeWebApi, *, has_own_tokens: bool, links: OrganisationLinks | None = None
) -> InstallationStatus:
    """Return the status of the workspace T1, whose token Slack answers as planned."""

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    api_client = ApiClient(api.url, get_token)
    access = OrganisationAccess(api_client, links or FixedLinks()) if has_own_tokens else None
    outlet = SlackOutlet(api_client, access)
    status = await outlet.check_installation("slack:T1")
    await api_client.close()
    return status


@pytest.mark.parametrize("has_own_tokens", [False, True])
@pytest.mark.parametrize(("answer", "shared", "own"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_the_status_follows_from_the_answer(
    api: FakeWebApi,
    answer: PlannedAnswer,
    shared: InstallationStatus,
    own: InstallationStatus,
    *,
    has_own_tokens: bool,
) -> None:
    """Only a final refusal of the workspace's own token says that the app is removed."""
    api.planned_answers["auth.test"] = answer

    status = await check_status(api, has_own_tokens=has_own_tokens)

    assert status is (own if has_own_tokens else shared)
    assert [(call.method, call.token) for call in api.calls] == [("auth.test", "xoxb-slack:T1")]


async def test_a_shared_token_of_another_workspace_proves_nothing(api: FakeWebApi) -> None:
    """The deployment has moved to another workspace since, whose token works."""
    api.planned_answers["auth.test"] = PlannedAnswer({"ok": True, "team_id": "T2"})

    assert await check_status(api, has_own_tokens=False) is UNPROVEN


@pytest.mark.parametrize(
    ("teams", "status"),
    [
        (PlannedAnswer({"ok": True, "teams": [{"id": "T0"}, {"id": "T1"}]}), INSTALLED),
        (PlannedAnswer({"ok": True, "teams": [{"id": "T0"}]}), REMOVED),
        (PlannedAnswer({"ok": False, "error": "token_revoked"}), REMOVED),
        (PlannedAnswer({"ok": False, "error": "invalid_auth"}), UNKNOWN),
        (PlannedAnswer({"ok": False, "error": "ratelimited"}), UNKNOWN),
        (PlannedAnswer({"ok": True}), UNKNOWN),
        (PlannedAnswer(drops_connection=True), UNKNOWN),
    ],
)
async def test_a_token_of_the_organisation_serves_what_slack_lists(
    api: FakeWebApi, teams: PlannedAnswer, status: InstallationStatus
) -> None:
    """The organisation's token works after the app was taken out of one of its workspaces."""
    api.planned_answers["auth.test"] = PlannedAnswer({"ok": True, "team_id": "E1"})
    api.planned_answers["auth.teams.list"] = teams

    answer = await check_status(api, has_own_tokens=True, links=LINKED)

    assert answer is status
    assert {call.token for call in api.calls} == {"xoxb-slack:E1"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotInstalledError(), REMOVED),
        (InstallationUnreadableError(), UNKNOWN),
        (TokenRotationError("invalid_refresh_token"), UNKNOWN),
    ],
)
async def test_a_workspace_is_removed_with_its_organisation_alone(
    api: FakeWebApi, error: Exception, status: InstallationStatus
) -> None:
    """Without a token to ask with nothing is proved, unless none is stored."""

    async def get_token(_workspace: str) -> str:
        raise error

    assert await check_status_with(api, get_token, LINKED) is status


@pytest.mark.parametrize("team_id", ["E1", "T7"])
async def test_an_organisation_is_installed_while_its_token_works(
    api: FakeWebApi, team_id: str
) -> None:
    """Whichever of its workspaces the answer may name."""
    api.planned_answers["auth.test"] = PlannedAnswer({"ok": True, "team_id": team_id})

    async def get_token(workspace: str) -> str:
        return f"xoxb-{workspace}"

    assert await check_status_with(api, get_token, FixedLinks(), "slack:E1") is INSTALLED


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        (
            [{"ok": False, "error": "invalid_auth"}, {"ok": True, "teams": [{"id": "T1"}]}],
            INSTALLED,
        ),
        ([{"ok": False, "error": "invalid_auth"}, {"ok": True, "teams": []}], REMOVED),
        ([{"ok": False, "error": "ratelimited"}, {"ok": True, "teams": []}], UNKNOWN),
    ],
)
async def test_a_workspace_without_a_token_is_linked_where_slack_lists_it(
    api: FakeWebApi, answers: list[dict[str, Any]], status: InstallationStatus
) -> None:
    """Its own token was replaced, and the event lost; a broken organisation stops no purge."""
    api.planned_answers["auth.test"] = PlannedAnswer({"ok": False, "error": "token_revoked"})
    api.planned_answers["auth.teams.list"] = [PlannedAnswer(answer) for answer in answers]
    links = FixedLinks(organisations=("slack:E1", "slack:E2"))

    answer = await check_status(api, has_own_tokens=True, links=links)

    assert answer is status
    assert links.created == ([("slack:E2", "slack:T1")] if status is INSTALLED else [])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TokenRotationError("not_renewed"), UNKNOWN),
        (TokenRotationError("ratelimited"), UNKNOWN),
        (TokenRotationError("a_code_of_tomorrow"), UNKNOWN),
        (InstallationsUnavailableError(), UNKNOWN),
        (TokenRotationError("invalid_refresh_token"), REMOVED),
        (InstallationUnreadableError(), REMOVED),
    ],
)
async def test_an_organisation_whose_token_is_not_refreshed_may_list_the_workspace(
    api: FakeWebApi, error: Exception, status: InstallationStatus
) -> None:
    """Only an organisation without a usable token is skipped; a passing failure proves nothing."""
    api.planned_answers["auth.test"] = PlannedAnswer({"ok": False, "error": "token_revoked"})

    async def get_token(workspace: str) -> str:
        if workspace == "slack:E1":
            raise error
        return "xoxb-planted"

    links = FixedLinks(organisations=("slack:E1",))
    assert await check_status_with(api, get_token, links) is status


async def test_a_workspace_whose_organisation_is_unknown_stays(api: FakeWebApi) -> None:
    """While the rows cannot be read it is not known whose list counts."""

    async def get_token(_workspace: str) -> str:
        raise NotInstalledError

    links = FixedLinks(is_unavailable=True)
    assert await check_status_with(api, get_token, links) is UNKNOWN


async def check_status_with(
    api: FakeWebApi,
    get_token: TokenProvider,
    links: OrganisationLinks,
    workspace: str = "slack:T1",
) -> InstallationStatus:
    """Return the status of a workspace."""
    api_client = ApiClient(api.url, get_token)
    outlet = SlackOutlet(api_client, OrganisationAccess(api_client, links))
    status = await outlet.check_installation(workspace)
    await api_client.close()
    return status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotInstalledError(), REMOVED),
        (InstallationUnreadableError(), UNKNOWN),
        (InstallationsUnavailableError(), UNKNOWN),
        (TokenRotationError("invalid_refresh_token"), UNPROVEN),
        (TokenRotationError("not_renewed"), UNKNOWN),
    ],
)
async def test_the_status_without_a_token_follows_from_the_error(
    api: FakeWebApi, error: Exception, status: InstallationStatus
) -> None:
    """Without any token the app is removed; one that cannot be read or renewed proves nothing."""

    async def get_token(_workspace: str) -> str:
        raise error

    status_without_token = await check_status_with(api, get_token, FixedLinks())

    assert status_without_token is status
    assert api.calls == []
