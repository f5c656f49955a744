"""Clinics install the app from its link, and each is served with its own token alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox.process.loopback_server import free_port
from tests.journeys import clinic_browser
from tests.journeys.botprocess import BotProcess
from tests.journeys.clinic_browser import ClinicBrowser, Page
from tests.journeys.installable_slack import (
    ALL_SCOPES,
    CLIENT_ID,
    CLIENT_SECRET,
    InstallableSlack,
    run_installable_slack,
)

NORTH, SOUTH, STRANGER, EAST, CLINICS = "T0NORTH", "T0SOUTH", "T0OTHER", "T0EAST", "E0CLINICS"


@pytest.fixture
def slack() -> Iterator[InstallableSlack]:
    """A fake of Slack from which the app can be installed."""
    with run_installable_slack() as running:
        yield running


@pytest.fixture
def bot(slack: InstallableSlack, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot without a token, which workspaces install from its link."""
    port = free_port()
    environment = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    process = BotProcess(tmp_path, slack.api_url, port=port, extra_environment=environment)
    process.start()
    yield process
    process.kill()


def install(slack: InstallableSlack, bot: BotProcess, place: str) -> Page:
    """Install the app in *place* as its admin, and return the last page."""
    browser = ClinicBrowser(bot.base_url)
    return browser.visit(slack.consent(browser.visit_install_page().button_url, place))


def ask_for_debrief(bot: BotProcess, workspace: str, trigger: str, **parts: str) -> str:
    """Type `/rupture` in *workspace*, and return the text of an answer that is not a form."""
    status, answer = clinic_browser.post_command(
        bot.base_url, workspace, "/rupture", trigger, **parts
    )
    assert status == 200
    return str(answer.get("text", ""))


def read_suspension(bot: BotProcess, workspace: str) -> str:
    """Return why a workspace is suspended, ``""`` if it is not."""
    with closing(sqlite3.connect(bot.database_file)) as connection:
        row = connection.execute(
            "select suspended from workspace where id = ?", [f"slack:{workspace}"]
        ).fetchone()
    return str(row[0]) if row else ""


def test_interleaved_requests_use_their_own_tokens(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """Two clinics are served in turns, each with its token; a third is told it is not installed."""
    titles = [install(slack, bot, place).title for place in (NORTH, SOUTH)]
    for number in range(8):
        ask_for_debrief(bot, (NORTH, SOUTH)[number % 2], f"{number}.1")
    refusal = ask_for_debrief(bot, STRANGER, "9.1")
    uses = slack.wait_for_uses("views.open", 8)

    assert titles == ["Attune is installed"] * 2
    assert {use.arguments["trigger_id"]: use.place for use in uses} == {
        f"{number}.1": (NORTH, SOUTH)[number % 2] for number in range(8)
    }
    assert "not installed here" in refusal
    assert len({use.token for use in uses}) == 2
    assert slack.refused_calls == []


def test_neither_log_nor_database_has_a_secret(slack: InstallableSlack, bot: BotProcess) -> None:
    """No token, code or state is in the log at its finest level, or in any file of the database."""
    browser = ClinicBrowser(bot.base_url)
    return_url = slack.consent(browser.visit_install_page().button_url, NORTH)
    pages = [browser.visit(return_url).text, browser.visit(return_url).text]
    ask_for_debrief(bot, NORTH, "1.1")
    slack.wait_for_uses("views.open", 1)
    bot.stop()

    code, state = (part.partition("=")[2] for part in return_url.partition("?")[2].split("&"))
    secrets = {*slack.places_by_token, code, state.rstrip("%3D"), CLIENT_SECRET}
    files = [path for path in bot.folder.rglob("*") if path.is_file()]
    contents = [path.read_bytes() for path in files]
    assert [secret for secret in secrets for text in contents if secret.encode() in text] == []
    assert [secret for secret in secrets for text in pages if secret in text] == []
    assert len(slack.places_by_token) == 1


def test_a_state_counts_once_and_in_its_own_browser(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """A replayed return, one in another browser, and one with a made-up state install nothing."""
    browser, other = ClinicBrowser(bot.base_url), ClinicBrowser(bot.base_url)
    return_url = slack.consent(browser.visit_install_page().button_url, NORTH)
    other.visit_install_page()
    forged_url = return_url.replace("state=", "state=x")

    pages = [
        other.visit(return_url),
        browser.visit(forged_url),
        browser.visit(return_url),
        browser.visit(return_url),
    ]

    assert [(page.status, page.title) for page in pages] == [
        (400, "This page belongs to another browser"),
        (400, "This page belongs to another browser"),
        (200, "Attune is installed"),
        (400, "This link has been used already"),
    ]
    assert pages[-1].button_url == "/slack/install"


def test_a_used_code_installs_nothing(slack: InstallableSlack, bot: BotProcess) -> None:
    """A code that Slack has exchanged before, returned with a new state, is refused kindly."""
    browser = ClinicBrowser(bot.base_url)
    first_url = slack.consent(browser.visit_install_page().button_url, NORTH)
    browser.visit(first_url)
    second_url = slack.consent(browser.visit_install_page().button_url, NORTH)
    first_code = first_url.partition("code=")[2].partition("&")[0]
    second_code = second_url.partition("code=")[2].partition("&")[0]

    page = browser.visit(second_url.replace(second_code, first_code))

    assert (page.status, page.title) == (400, "Slack's approval has run out")
    assert len(slack.places_by_token) == 1


def test_declined_and_incomplete_grants_install_nothing(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """A declined request and one without a needed scope end on a page that says what to do."""
    browser = ClinicBrowser(bot.base_url)
    declined = browser.visit(slack.decline(browser.visit_install_page().button_url))
    scopes = ALL_SCOPES.replace("chat:write,", "")
    incomplete_url = slack.consent(browser.visit_install_page().button_url, NORTH, scopes)
    incomplete = browser.visit(incomplete_url)

    assert (declined.status, declined.title) == (200, "Nothing was installed")
    assert (incomplete.status, incomplete.title) == (400, "One permission was missing")
    assert "not installed here" in ask_for_debrief(bot, NORTH, "1.1")


def test_optional_scopes_may_be_left_out(slack: InstallableSlack, bot: BotProcess) -> None:
    """Without the two optional scopes the app is installed all the same."""
    browser = ClinicBrowser(bot.base_url)
    scopes = "chat:write,commands,users:read"
    return_url = slack.consent(browser.visit_install_page().button_url, NORTH, scopes)

    assert browser.visit(return_url).title == "Attune is installed"


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en-GB,en;q=0.9", "Add Attune to your Slack workspace"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "Ajouter Attune à votre espace de travail Slack"),
        ("zh-CN,zh;q=0.9", "把 Attune 添加到你们的 Slack 工作区"),
    ],
)
def test_the_install_page_speaks_the_browsers_language(
    bot: BotProcess, language: str, title: str
) -> None:
    """The page names each scope with its reason, keeps nothing, and is framed by no other site."""
    browser = ClinicBrowser(bot.base_url, language)
    page = browser.visit_install_page()

    assert page.title == title
    assert all(f"<code>{scope}</code>" in page.text for scope in ALL_SCOPES.split(","))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=600" in cookie


def test_an_organisation_serves_each_of_its_workspaces(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """One token serves a workspace that Slack listed, and one that shows up later."""
    slack.workspaces[CLINICS] = (EAST,)
    install(slack, bot, CLINICS)
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
    clinic_browser.post_event(bot.base_url, NORTH, events[1])
    ask_for_debrief(bot, NORTH, "1.1")
    uses = slack.wait_for_uses("views.open", 1)

    assert statuses == [200, 200]
    assert suspension in kinds
    assert resumed == ""
    assert uses[0].place == NORTH


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
