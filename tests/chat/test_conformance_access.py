"""Conformance of the rights: who gets what from every route, whatever they send."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pytest

from bot.conversation import Person
from bot.domain.people import Role
from bot.store.repositories import Repositories
from handlers import BUTTONS, FORMS, SHORTCUTS
from tests.chat import route_walk
from tests.chat.expectations import WORDS
from tests.chat.route_walk import Refusal, Route
from tests.chat.surfaces import Product, Screen

OWN_PREFERENCE = {("buttons", "home.language")}
"""Routes that store a choice of the person, who may be on no team: the language of the replies."""


@dataclass(frozen=True)
class RouteScreens:
    """The screens of a route's probes: with ids of a team that exists, and with ids of none."""

    route: Route
    screens: list[Screen]
    others: list[Screen]


@dataclass(frozen=True)
class StrangerWalk:
    """What a person on no team got from every route, and each row before and after it."""

    routes: list[RouteScreens]
    rows_before: Mapping[str, object]
    rows_after: Mapping[str, object]

    def list_routes(self, *, are_public: bool) -> list[RouteScreens]:
        """Return the routes that are for everybody, or those that are not."""
        return [
            walked
            for walked in self.routes
            if (walked.route.refusal is Refusal.PUBLIC) is are_public
        ]


async def list_ids(product: Product, *, existing: bool) -> dict[str, str]:
    """Return the ids of a team, a clinician and a channel, or ids that nothing has."""
    if existing:
        team_id = await route_walk.load_team_id(product)
        return {"team": team_id, "person": product.marie, "channel": product.channel}
    return {"team": "no-such-team", "person": "U0NOBODY", "channel": "C0NOWHERE"}


async def walk_route(product: Product, user_id: str, route: Route) -> RouteScreens:
    """Send every probe of a route with ids that exist and with others, and return the screens.

    A probe without ids is one request, which is sent once: its screen is in both lists.
    """
    requests, other_requests = [
        list(route_walk.build_requests(route, await list_ids(product, existing=existing)))
        for existing in (True, False)
    ]
    screens = [await product.send_request(user_id, request) for request in requests]
    others = [
        screen if other == request else await product.send_request(user_id, other)
        for request, other, screen in zip(requests, other_requests, screens, strict=True)
    ]
    return RouteScreens(route, screens, others)


async def walk_as_stranger(product: Product) -> StrangerWalk:
    """Send every probe of every route as a person on no team, and open their home page.

    The routes that store a choice of theirs come last, after the rows are read.
    """
    before = await route_walk.dump_rows(product)
    routes = {False: list[Route](), True: list[Route]()}
    for route in route_walk.iter_routes(product):
        routes[(route.table, route.name) in OWN_PREFERENCE].append(route)
    walked = [await walk_route(product, product.stranger, route) for route in routes[False]]
    await product.open_home(product.stranger)
    after = await route_walk.dump_rows(product)
    walked += [await walk_route(product, product.stranger, route) for route in routes[True]]
    return StrangerWalk(walked, before, after)


@pytest.fixture(scope="module")
def stranger_walks() -> dict[str, StrangerWalk]:
    """The walks of this test process by product, each of which the first test with it takes."""
    return {}


@pytest.fixture
async def stranger_walk(
    product: Product, request: pytest.FixtureRequest, stranger_walks: dict[str, StrangerWalk]
) -> StrangerWalk:
    """The walk of a person on no team over the routes of a product."""
    name = request.node.callspec.id
    if name not in stranger_walks:
        stranger_walks[name] = await walk_as_stranger(product)
    return stranger_walks[name]


async def add_other_team(product: Product, supervisor: str) -> None:
    """Save a second team in the workspace, whose only supervisor is *supervisor*."""

    def save_team(repos: Repositories) -> None:
        team = next(team for team in repos.teams.list_teams() if team.channel == product.channel)
        other = replace(team, id="other", channel="C0OTHER", name="Other team")
        repos.teams.save(other)
        repos.teams.set_role_holders(
            other.id, Role.SUPERVISOR, [Person(team.workspace, supervisor)]
        )

    await product.bot.context.store.across_workspaces.write(save_team)


def describe_screen(screen: Screen) -> object:
    """Return all that a user sees, without ids of the product."""
    return screen.texts, tuple(screen.steps), screen.fields, screen.is_form


def list_unrefused(refusal: Refusal, screens: Iterable[Screen]) -> list[str]:
    """Return the texts of the screens that are not the refusal, or offer anything but to close."""
    return [
        screen.plain_text
        for screen in screens
        if not all(screen.contains_text(text) for text in refusal.value)
        or screen.fields
        or not screen.steps.keys() <= {WORDS.translate("common.close")}
    ]


def test_every_route_has_a_case() -> None:
    """The walk has a case for each row of the tables, and for no other."""
    assert set(route_walk.COMMAND_CASES) == route_walk.list_typed_commands()
    assert set(route_walk.BUTTON_CASES) == set(BUTTONS)
    assert set(route_walk.FORM_CASES) == set(FORMS)
    assert set(route_walk.SHORTCUT_CASES) == set(SHORTCUTS)


def test_stranger_is_refused_alike(stranger_walk: StrangerWalk) -> None:
    """A person on no team gets one refusal from a route, whatever they send."""
    failures = {}
    for walked in stranger_walk.list_routes(are_public=False):
        route, screens = walked.route, walked.screens + walked.others
        unrefused = list_unrefused(route.refusal, screens)
        if unrefused or len(set(map(describe_screen, screens))) != 1:
            failures[route.table, route.name, route.keyword] = unrefused

    assert failures == {}


def test_stranger_changes_no_row(stranger_walk: StrangerWalk) -> None:
    """No route stores anything for a person on no team, but their choice of a language."""
    assert stranger_walk.rows_after == stranger_walk.rows_before


def test_public_routes_disclose_no_team(product: Product, stranger_walk: StrangerWalk) -> None:
    """A public reply is the same for ids that exist and ids that do not, and names no team."""
    failures = []
    secrets = ("North team", product.marie, product.supervisor, product.channel)
    for walked in stranger_walk.list_routes(are_public=True):
        views = list(map(describe_screen, walked.screens))
        if views != list(map(describe_screen, walked.others)) or any(
            secret in str(views) for secret in secrets
        ):
            failures.append((walked.route.table, walked.route.name, walked.route.keyword))

    assert failures == []


async def test_home_page_of_a_stranger_names_no_team(product: Product) -> None:
    """The home page of a person on no team says so, and names no team or person."""
    page = await product.open_home(product.stranger)

    assert page.contains_text(WORDS.translate("home.mine.no_team"))
    assert not page.contains_text("North team")


async def test_clinician_is_refused_supervision(product: Product) -> None:
    """A clinician of the team gets the refusal of each set-up and table, whatever they send."""
    await assert_refused(product, product.marie)


async def test_supervisor_of_another_team_is_refused(product: Product) -> None:
    """A supervisor of another team gets no set-up or table of this one.

    The routes of the notices name no team: they are about the person's own messages.
    """
    await add_other_team(product, product.stranger)

    await assert_refused(product, product.stranger, except_names=route_walk.OWN_NOTICE_ROUTES)


async def assert_refused(
    product: Product, user_id: str, *, except_names: frozenset[str] = frozenset()
) -> None:
    """Assert that a member without the right gets no set-up or table of the team.

    Each probe has the same reply for a team that exists and for one that does not, and changes no
    row.
    """
    before = await route_walk.dump_rows(product)
    failures = []
    for route in route_walk.iter_routes(product):
        if (
            route.refusal is Refusal.NOT_THEIR_TEAM
            and route.name not in {"agreement"} | except_names
        ):
            walked = await walk_route(product, user_id, route)
            views = list(map(describe_screen, walked.screens))
            is_alike = views == list(map(describe_screen, walked.others))
            has_fields = any(screen.fields for screen in walked.screens)
            if not is_alike or has_fields or "North team" in str(views):
                failures.append(route.name)

    assert failures == []
    assert await route_walk.dump_rows(product) == before
