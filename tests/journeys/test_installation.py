"""Clinics install the app from its link, and each is served with its own token alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.botprocess import BotProcess
from tests.journeys.clinic_browser import ClinicBrowser
from tests.journeys.installable_slack import ALL_SCOPES, CLIENT_SECRET, InstallableSlack
from tests.journeys.installing import (
    NORTH,
    SOUTH,
    STRANGER,
    ask_for_debrief,
    bot,
    install,
    slack,
)

__all__ = ["bot", "slack"]


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


def test_scheduled_messages_use_each_workspaces_renewed_token(
    slack: InstallableSlack, bot: BotProcess
) -> None:
    """Each team's card is posted with its own workspace's token, which was renewed once before."""
    slack.rotates, slack.token_seconds = True, 60
    for place in (NORTH, SOUTH):
        install(slack, bot, place)
    slack.token_seconds = 43_200
    first_tokens = set(slack.places_by_token)
    teams_file = bot.folder / "teams.toml"
    teams_file.write_text("".join(describe_team(place) for place in (NORTH, SOUTH)))
    applied = bot.run_command("team", "apply", str(teams_file))
    bot.move_clock((datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    posts = slack.wait_for_uses("chat.postMessage", 2)

    assert applied.returncode == 0, applied.stderr
    assert {(post.place, post.arguments["channel"]) for post in posts} == {
        (NORTH, f"C0{NORTH}"),
        (SOUTH, f"C0{SOUTH}"),
    }
    assert {post.token for post in posts} & first_tokens == set()
    assert sorted(slack.renewals) == [NORTH, SOUTH]
    assert slack.refused_calls == []


def describe_team(workspace: str) -> str:
    """Return the team file's entry of one team in *workspace*."""
    clinicians = ", ".join(f'"U0CLIN{number:02}"' for number in range(9))
    return (
        f'[[team]]\nworkspace = "{workspace}"\nchannel = "C0{workspace}"\nname = "{workspace}"\n'
        f'supervisors = ["U0SUPER"]\nclinicians = [{clinicians}]\n'
        'language = "en"\ntimezone = "America/Toronto"\ntip = { days = [] }\n'
    )


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
