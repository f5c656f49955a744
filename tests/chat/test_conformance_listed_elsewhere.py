"""Conformance of the names of people who are on another team's list."""

from dataclasses import replace

from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.store.repositories import Repositories
from tests.chat.on_slack import SlackProduct
from tests.chat.slack.web_api import PlannedAnswer
from tests.chat.surfaces import Product, Screen

SOUTH_SENTENCE = "is already on the list of South team."
COUNT_START = "1 person here is already"


async def add_south_team(product: Product) -> Team:
    """Store another team, whose list has the person who is on none; return it."""

    def save_team(repos: Repositories) -> Team:
        (north_team,) = repos.teams.list_teams()
        south_team = replace(north_team, id="south", name="South team", channel="C2SOUTH")
        repos.teams.save(south_team)
        listed_person = Person(south_team.workspace, product.stranger)
        repos.teams.declare_clinicians(south_team.id, [listed_person])
        return south_team

    return await product.bot.context.store.across_workspaces.write(save_team)


async def make_supervisor_overseer(product: Product, team: Team) -> None:
    """Make the supervisor an admin on Slack, and a director of *team* on Microsoft Teams."""
    if isinstance(product, SlackProduct):
        user = {"id": product.supervisor, "team_id": product.workspace, "is_admin": True}
        product.api.planned_answers["users.info"] = PlannedAnswer({"ok": True, "user": user})
        return
    director = Person(team.workspace, product.supervisor)
    await product.bot.context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, Role.DIRECTOR, [director])
    )


async def submit_listed(product: Product) -> tuple[Screen, Screen]:
    """Open the supervisor's set-up, and submit it with the other team's person and a name.

    Returns both screens.
    """
    form = await product.run_command(product.supervisor, "supervision")
    if "clinicians" not in form.fields:
        north_team = await product.bot.context.store.across_workspaces.read(
            lambda repos: next(team for team in repos.teams.list_teams() if team.id != "south")
        )
        form = await product.submit_form(product.supervisor, form, {"which": (north_team.id,)})
    answers = {"clinicians": (product.marie, product.stranger), "name": ("Typed name",)}
    return form, await product.submit_form(product.supervisor, form, answers)


async def test_an_overseer_reads_the_person_and_the_team(chat: Product) -> None:
    """The mention and the team are above the form, which has its fields and what was typed."""
    await make_supervisor_overseer(chat, await add_south_team(chat))

    form, screen = await submit_listed(chat)

    assert screen.contains_text(SOUTH_SENTENCE)
    assert screen.contains_text(COUNT_START)
    assert screen.fields == form.fields
    assert "Typed name" in str(screen.native_payload)


async def test_an_overseer_is_shown_a_mention(chat: Product) -> None:
    """The product shows the person by name: Slack by its mention, Teams by the cached name."""
    await make_supervisor_overseer(chat, await add_south_team(chat))

    _form, screen = await submit_listed(chat)

    (line,) = (text for text in screen.texts if SOUTH_SENTENCE in text.replace("\\", ""))
    assert "@{" not in line
    assert not isinstance(chat, SlackProduct) or f"<@{chat.stranger}>" in line


async def test_another_supervisor_reads_the_number_only(chat: Product) -> None:
    """The form does not name the team whose list the person is on."""
    await add_south_team(chat)

    _form, screen = await submit_listed(chat)

    assert screen.contains_text(COUNT_START)
    assert "South team" not in str(screen.native_payload)
