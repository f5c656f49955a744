"""Check an app that is installed from a link: the rows of installations, and teams without one."""

import asyncio

from bot.admin import database_checkup
from bot.admin.finding import Finding
from bot.conversation import parse_product
from bot.settings import Settings
from bot.store.repositories import Repositories

_INSTALL_PATH = "/slack/install"


async def check_installations(settings: Settings) -> tuple[Finding, ...]:
    """Count the stored installations, and the teams on Slack whose workspace has none.

    Queried in a worker thread. Returns ``()`` if the database cannot be read, which has a finding
    of its own.
    """
    return await asyncio.to_thread(
        database_checkup.read_or_default,
        settings,
        lambda repos: _build_findings(repos, settings.base_url or ""),
        (),
    )


def _build_findings(repos: Repositories, base_url: str) -> tuple[Finding, ...]:
    installed = set(repos.installations.list_workspaces(includes_ended=False))
    waiting_count = sum(
        parse_product(team.workspace) == "slack" and team.workspace not in installed
        for team in repos.teams.list_teams()
    )
    count = repos.installations.count()
    finding = Finding(
        is_healthy=True,
        key="operator.doctor.installed_workspaces",
        facts={"count": count, "url": base_url + _INSTALL_PATH},
    )
    waiting = Finding(
        is_healthy=False,
        key="operator.doctor.teams_not_installed",
        facts={"count": waiting_count},
    )
    return (finding, waiting) if waiting_count else (finding,)
