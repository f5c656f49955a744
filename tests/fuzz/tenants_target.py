"""Slack payloads that name several installed workspaces at once: nothing crosses between them."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import SecretStr

from bot.chat.slack import TokenPair
from bot.chat.slack.adapter import SlackAdapter
from bot.clock import Clock
from bot.slack_installations import SlackInstallations
from bot.store.repositories import Repositories
from bot.store.schema import metadata
from bot.store.workspace_rows import TABLES_WITHOUT_WORKSPACE
from tests.chat.conftest import NOW, create_bot
from tests.chat.on_slack import SlackProduct
from tests.chat.slack import payloads, web_api
from tests.chat.surfaces import render_team_file
from tests.fuzz import hostile
from tests.fuzz.http_sample import HttpSample, classify_response, fill_placeholders, send_sample
from tests.fuzz.slack_target import (
    CHANNEL,
    ENDPOINT_PATH,
    PEOPLE,
    SENDER,
    SENDERS,
    build_documents,
    encode_payload,
)
from tests.fuzz.target import BrokenRuleError, Execute

TENANTS = ("T1CLINIC", "T2CLINIC", "T3CLINIC")
"""The workspaces with a team, whose people have the same ids; the last is an organisation's."""

ORGANISATION = "E1GROUP"
CHANNELS = {team: f"C{team[1]}TEAM" for team in TENANTS}
NAMED_PLACES = (*TENANTS, ORGANISATION, "T9NOWHERE", "", None)

_TENANT_BY_PLACE = {**{team: team for team in TENANTS}, ORGANISATION: TENANTS[-1]}

TenantRows = dict[str, frozenset[tuple[object, ...]]]


class TenantsTarget:
    """Signed payloads of which every id may be another workspace's."""

    private_words = (hostile.CANARY, *(person.lower() for person in (*PEOPLE, *SENDERS)))

    @cached_property
    def samples(self) -> SearchStrategy[HttpSample]:
        """Payloads of every kind and route, with the ids of several workspaces."""
        return _draw_mixture(build_documents())

    @contextmanager
    def open(self) -> Iterator[Execute[HttpSample]]:
        """Run a bot from the link, which three workspaces have installed, with a stand-in."""
        with TemporaryDirectory(prefix="attune-fuzz-") as folder, asyncio.Runner() as runner:
            stack = AsyncExitStack()
            product = runner.run(stack.enter_async_context(open_installed_bot(Path(folder))))
            team_ids = runner.run(_load_team_ids(product))
            ids = {f"{hostile.TEAM_ID}{team[1]}": team_id for team, team_id in team_ids.items()}
            ids |= {hostile.PRODUCT_URL: product.api.response_url}
            rows = runner.run(read_rows_by_tenant(product, team_ids))
            numbers = count()

            def execute(sample: HttpSample) -> str:
                nonlocal rows
                unique_id = {hostile.UNIQUE_ID: f"9{next(numbers)}.1"}
                response = runner.run(_send_sample(product, sample, ids | unique_id))
                before, rows = rows, runner.run(read_rows_by_tenant(product, team_ids))
                changed = {team for team in rows if rows[team] != before[team]}
                return f"{response} {describe_touched(product.api.calls, changed)}"

            try:
                yield execute
            finally:
                runner.run(stack.aclose())


@asynccontextmanager
async def open_installed_bot(folder: Path) -> AsyncIterator[SlackProduct]:
    """Return a bot that is installed from the link, with a team in each workspace."""
    clock = Clock(NOW)
    async with web_api.run_web_api() as api:
        teams = (render_team_file(team, channel, PEOPLE) for team, channel in CHANNELS.items())
        bot = await create_bot(
            folder,
            clock,
            "\n".join(teams),
            slack_api_url=api.url,
            slack_client_id="1.2",
            slack_client_secret=SecretStr("made-up"),
            slack_signing_secret=SecretStr(payloads.SIGNING_SECRET),
            base_url="https://attune.example.org",
        )
        adapter = bot.chat_adapters["slack"]
        assert isinstance(adapter, SlackAdapter)
        adapter.responder.waiting_form_seconds = 0
        rows = SlackInstallations(bot.context.store)
        for place in (*TENANTS[:-1], ORGANISATION):
            linked = [f"slack:{TENANTS[-1]}"] if place == ORGANISATION else []
            await rows.save(f"slack:{place}", TokenPair(f"xoxb-{place}", "", 0), None, linked)
        async with bot.lifespan():
            yield SlackProduct(bot, clock, TENANTS[0], CHANNEL, PEOPLE, "U9EXTERNAL", api=api)


async def read_rows_by_tenant(product: SlackProduct, team_ids: Mapping[str, str]) -> TenantRows:
    """Return the rows of each tenant: those with its workspace, its team or its unit."""

    def read(repos: Repositories) -> TenantRows:
        rows = [
            (name, *row)
            for name, table in metadata.tables.items()
            if name not in TABLES_WITHOUT_WORKSPACE
            for row in repos._connection.execute(table.select())
        ]
        return {
            team: frozenset(row for row in rows if not ids.isdisjoint(map(str, row)))
            for team, ids in (
                (team, {f"slack:{team}", team_id, f"team:{team_id}"} | _list_own_places(team))
                for team, team_id in team_ids.items()
            )
        }

    return await product.bot.context.store.across_workspaces.read(read)


def _list_own_places(team: str) -> set[str]:
    return {f"slack:{place}" for place, tenant in _TENANT_BY_PLACE.items() if tenant == team}


async def _load_team_ids(product: SlackProduct) -> dict[str, str]:
    teams = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()
    )
    return {team.workspace.removeprefix("slack:"): team.id for team in teams}


async def _send_sample(product: SlackProduct, sample: HttpSample, ids: Mapping[str, str]) -> str:
    """Send one request, wait for all that follows, and describe the response."""
    product.api.calls.clear()
    product.api.event_order.clear()
    body = fill_placeholders(sample.body, ids)
    headers = payloads.sign_headers(body) | dict(sample.headers)
    response = await send_sample(product.bot.asgi, ENDPOINT_PATH, sample, body, headers)
    await product.bot.chat_adapters["slack"].wait_for_background_tasks()
    await product.bot.request_middleware.wait_for_profile_lookups()
    return classify_response(response)


def describe_touched(calls: Sequence[web_api.ApiCall], changed: set[str]) -> str:
    """Describe the tenants with a call or with *changed* rows; raises BrokenRuleError for two."""
    tokens = {call.token.removeprefix("xoxb-") for call in calls if call.token}
    called = {_TENANT_BY_PLACE[place] for place in tokens}
    if len(changed | called) > 1:
        raise BrokenRuleError("a request touches several tenants")
    methods = ",".join(dict.fromkeys(call.method for call in calls))
    return f"{sorted(changed)} {sorted(called)} {methods}"


@st.composite
def _draw_mixture(draw: DrawFn, documents: list[dict[str, Any]]) -> HttpSample:
    """Draw a payload of one workspace, some of whose ids are those of others."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    home = draw(st.sampled_from(TENANTS))
    _name_home(document, home)
    for _ in range(draw(st.integers(0, 3))):
        _mix_in(document, draw(st.sampled_from(_PLACES)), draw(st.sampled_from(NAMED_PLACES)))
    body, content_type = encode_payload(document)
    other = draw(st.sampled_from(TENANTS))
    body = body.replace(hostile.TEAM_ID.encode(), f"{hostile.TEAM_ID}{other[1]}".encode())
    body = body.replace(CHANNEL.encode(), CHANNELS[draw(st.sampled_from(TENANTS))].encode())
    body = body.replace(SENDER.encode(), draw(st.sampled_from(SENDERS)).encode())
    return HttpSample(body, (("content-type", content_type),))


def _name_home(document: dict[str, Any], home: str) -> None:
    """Let a payload be one of the workspace *home*, as Slack sends it."""
    organisation = ORGANISATION if home == TENANTS[-1] else None
    for place in _PLACES:
        _mix_in(document, place, home, adds=False)
    if organisation and "team_id" in document:
        document |= {"enterprise_id": organisation, "is_enterprise_install": True}


_PLACES: tuple[tuple[str, ...], ...] = (
    ("team_id",),
    ("team", "id"),
    ("team",),
    ("user", "team_id"),
    ("user_team",),
    ("event", "user_team"),
    ("event", "team"),
    ("message", "team"),
    ("view", "app_installed_team_id"),
    ("view", "team_id"),
    ("enterprise", "id"),
    ("enterprise_id",),
    ("is_enterprise_install",),
    ("authorizations",),
    ("context_team_id",),
)
"""Where a payload may name a workspace or an organisation."""


def _mix_in(
    document: dict[str, Any], place: tuple[str, ...], named: str | None, *, adds: bool = True
) -> None:
    """Name *named* at a *place*; only where there is something already, unless it *adds*."""
    *parents, key = place
    for parent in parents:
        child = document.get(parent)
        if not isinstance(child, dict):
            return
        document = child
    if key not in document and not adds:
        return
    if key == "is_enterprise_install":
        document[key] = bool(named)
    elif key == "authorizations":
        is_organisation = str(named).startswith("E")
        document[key] = [
            {
                "team_id": None if is_organisation else named,
                "enterprise_id": named if is_organisation else None,
                "is_enterprise_install": is_organisation,
                "is_bot": True,
            }
        ]
    elif place == ("team",):
        document[key] = None if named is None else {"id": named}
    else:
        document[key] = named
