"""The permission matrix cell by cell: each role sends each way in to a bot on every product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import NAMESPACE_OID, uuid5

from bot.conversation import Person
from bot.domain import external_access
from bot.domain.people import Role
from bot.domain.permission_table import OTHER_WORDS, PERMISSION_TABLE, TOPIC, Permission
from bot.domain.permissions import GRANTS, AccessRole, Grant, PersonAccess, Right, is_granted
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.repositories import Repositories
from bot.workflows import setup_history
from tests.chat import route_walk
from tests.chat.expectations import WORDS, shows_body
from tests.chat.on_slack import SlackProduct
from tests.chat.recovery import workspace_of
from tests.chat.route_walk import Refusal, Route
from tests.chat.slack.web_api import PlannedAnswer
from tests.chat.surfaces import Product, Screen

CHAT_ROLES = tuple(role for role in AccessRole if role is not AccessRole.OPERATOR)

ENDING_ROUTES = ("erase", "closing", "supervision.move", "supervision.undo")
"""Routes after which the person, the team or its set-up is another one: they are sent last."""

EXTERNAL_BODY = external_access.render_refusal(WORDS).body
EXTERNAL_HOME = external_access.render_home_page(WORDS).body

IN_CHANNEL = PersonAccess(is_in_team_channel=True)
OWN_CHANGE = PersonAccess(has_own_change=True)
OPENED = PersonAccess(reads_opened_tables=True)
UNSUPERVISED = PersonAccess(is_unsupervised=True)


@dataclass(frozen=True)
class Cell:
    """A way in as one role sends it, and whether the matrix says that the role gets it."""

    route: Route
    role: AccessRole
    is_served: bool


def find_permission(route: Route) -> Permission:
    """Return the row of a route; the keyword of a topic and other words have one row each."""
    keywords = {"repair": TOPIC, route_walk.OTHER_WORDS: OTHER_WORDS}
    keyword = keywords.get(route.keyword, route.keyword)
    return PERMISSION_TABLE[route.table][f"{route.name} {keyword}".strip()]


def decide_cell(right: Right, role: AccessRole, circumstances: PersonAccess) -> bool:
    """Return whether a person with *role* gets what they request, not a refusal or a reason."""
    row = GRANTS[right]
    if role is AccessRole.EXTERNAL:
        return row[role] is Grant.ALWAYS
    return any(
        is_granted(row[held_role], circumstances) and row[held_role] is not Grant.REASON
        for held_role in (AccessRole.MEMBER, role)
    )


def iter_cells(product: Product, circumstances: PersonAccess) -> Iterator[Cell]:
    """Yield every cell of the routes of *product*, those that end the team last.

    A product that does not report its admins has no such role: they are members.
    """
    reports_admins = isinstance(product, SlackProduct)
    facts = replace(circumstances, reports_admins=reports_admins)
    roles = [role for role in CHAT_ROLES if reports_admins or role is not AccessRole.ADMIN]
    routes = sorted(route_walk.iter_routes(product), key=lambda route: route.name in ENDING_ROUTES)
    for route in routes:
        # Slack offers no command to people of other organisations.
        is_unreachable = reports_admins and route.table == "commands"
        right = find_permission(route).right
        yield from (
            Cell(route, role, decide_cell(right, role, facts))
            for role in roles
            if not (is_unreachable and role is AccessRole.EXTERNAL)
        )


def find_person(product: Product, role: AccessRole) -> str:
    """Return the id of somebody who has *role* and no other one."""
    name = role.value
    product_id = f"U0{name.upper()}"
    if not isinstance(product, SlackProduct):
        product_id = str(uuid5(NAMESPACE_OID, name))
    return {
        AccessRole.EXTERNAL: product.external,
        AccessRole.MEMBER: product.stranger,
        AccessRole.CLINICIAN: product.marie,
        AccessRole.SUPERVISOR: product.supervisor,
    }.get(role, product_id)


async def add_roles(product: Product, *, opens_tables: bool = False) -> None:
    """Make a person director of the team, save the readers' agreements, and open the tables."""

    def save_roles(repos: Repositories) -> None:
        team = next(team for team in repos.teams.list_teams() if team.channel == product.channel)
        repos.teams.save(replace(team, open_to_team=opens_tables))
        director = Person(team.workspace, find_person(product, AccessRole.DIRECTOR))
        repos.teams.set_role_holders(team.id, Role.DIRECTOR, [director])
        for person_id in (director.id, product.supervisor):
            repos.teams.save_agreement(Person(team.workspace, person_id), team.id)

    await product.bot.context.store.across_workspaces.write(save_roles)


async def remove_supervisors(product: Product) -> None:
    """Leave the team without a supervisor, as after the last one left."""
    team_id = await route_walk.load_team_id(product)
    await product.bot.context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team_id, Role.SUPERVISOR, [])
    )


async def send_cell(product: Product, cell: Cell, team_id: str) -> Screen:
    """Send the first probe of the route about the team, as a person with the role."""
    user_id = find_person(product, cell.role)
    if isinstance(product, SlackProduct):
        is_admin = cell.role is AccessRole.ADMIN
        user = {"id": user_id, "team_id": product.workspace, "is_admin": is_admin}
        product.api.planned_answers["users.info"] = PlannedAnswer({"ok": True, "user": user})
    ids = {"team": team_id, "person": product.marie, "channel": product.channel}
    requests = route_walk.build_requests(cell.route, ids)
    # A new team has no supervisor: its set-up is no supervisor's.
    request = next(request for request in requests if request.data != "new")
    return await product.send_request(user_id, request)


def is_refusal(screen: Screen, cell: Cell) -> bool:
    """Whether a screen is the refusal of the route, with nothing in it but what closes it."""
    if cell.role is AccessRole.EXTERNAL:
        body = EXTERNAL_HOME if cell.route.name == "home.open" else EXTERNAL_BODY
        return shows_body(screen, body) and not screen.fields
    texts = cell.route.refusal.value
    return (
        cell.route.refusal is not Refusal.PUBLIC
        and all(screen.contains_text(text) for text in texts)
        and not screen.fields
        and screen.steps.keys() <= {WORDS.translate("common.close")}
    )


async def find_wrong_cells(product: Product, cells: Sequence[Cell]) -> list[tuple[str, ...]]:
    """Send *cells*, and return those that are not as the matrix says."""
    team_id = await route_walk.load_team_id(product)
    wrong: list[tuple[str, ...]] = []
    for cell in cells:
        screen = await send_cell(product, cell, team_id)
        if is_refusal(screen, cell) is cell.is_served:
            route = cell.route
            wrong.append((route.table, route.name, route.keyword, cell.role.value))
    return wrong


async def test_every_refused_cell_is_refused_and_changes_no_row(chat: Product) -> None:
    """A role without the right gets the refusal of the way in, and nothing is written."""
    await add_roles(chat)
    cells = [cell for cell in iter_cells(chat, PersonAccess()) if not cell.is_served]
    await find_wrong_cells(chat, cells[:1])
    before = await route_walk.dump_rows(chat)

    assert await find_wrong_cells(chat, cells) == []
    assert await route_walk.dump_rows(chat) == before


async def test_every_granted_cell_is_served(chat: Product) -> None:
    """A role with the right gets what it requested, and no refusal."""
    await add_roles(chat)

    cells = [cell for cell in iter_cells(chat, PersonAccess()) if cell.is_served]

    assert await find_wrong_cells(chat, cells) == []


async def test_the_home_page_is_for_every_member(chat: Product) -> None:
    """Every role of the workspace gets its own home page, and another organisation a public one."""
    await add_roles(chat)

    pages = {role: await chat.open_home(find_person(chat, role)) for role in CHAT_ROLES}

    right = PERMISSION_TABLE["pages"]["home"].right
    assert {role for role, page in pages.items() if not shows_body(page, EXTERNAL_HOME)} == {
        role for role in CHAT_ROLES if decide_cell(right, role, PersonAccess())
    }


def select_cells(product: Product, grant: Grant, circumstances: PersonAccess) -> list[Cell]:
    """Return the cells that are *grant*, all of which *circumstances* have to open."""
    cells = [
        cell
        for cell in iter_cells(product, circumstances)
        if GRANTS[find_permission(cell.route).right][cell.role] is grant
    ]
    assert cells
    assert all(cell.is_served for cell in cells)
    return cells


async def test_opened_tables_are_read_by_the_roster(chat: Product) -> None:
    """Each cell of opened tables is served once the team has opened them to its roster."""
    await add_roles(chat, opens_tables=True)

    assert await find_wrong_cells(chat, select_cells(chat, Grant.OPENED, OPENED)) == []


async def test_an_admin_sets_up_a_team_without_a_supervisor(slack: Product) -> None:
    """Each cell of an unsupervised team is served to an admin, whom Slack alone reports."""
    await add_roles(slack)
    await remove_supervisors(slack)

    assert (
        await find_wrong_cells(slack, select_cells(slack, Grant.UNSUPERVISED, UNSUPERVISED)) == []
    )


async def save_own_change(product: Product, team_id: str, setter_id: str) -> None:
    """Store that *setter_id* made the last change of the team just now."""

    def save_change(repos: Repositories) -> None:
        setup = setup_history.load_setup(repos, team_id)
        previous = PreviousSetup(setter_id, product.bot.context.now(), setup)
        repos.previous_setups.save(team_id, workspace_of(product), previous)

    await product.bot.context.store.across_workspaces.write(save_change)


async def test_who_set_a_team_up_may_correct_it_for_a_day(chat: Product) -> None:
    """Each cell of an own change is served to who set the team up, whatever their role."""
    await add_roles(chat)
    team_id = await route_walk.load_team_id(chat)
    wrong: list[tuple[str, ...]] = []

    for cell in select_cells(chat, Grant.OWN_CHANGE, OWN_CHANGE):
        await save_own_change(chat, team_id, find_person(chat, cell.role))
        wrong += await find_wrong_cells(chat, [cell])

    assert wrong == []


async def test_a_team_is_joined_from_its_channel(chat: Product) -> None:
    """Each button of joining is served in the team's channel to people of every role."""
    await add_roles(chat)
    cells = select_cells(chat, Grant.CHANNEL, IN_CHANNEL)

    wrong: list[tuple[str, ...]] = []
    for cell in cells:
        if cell.route.table == "buttons":
            user_id = find_person(chat, cell.role)
            screen = await chat.activate_control(user_id, "buttons", cell.route.name)
            if is_refusal(screen, cell):
                wrong.append((cell.route.name, cell.role.value))

    assert wrong == []
