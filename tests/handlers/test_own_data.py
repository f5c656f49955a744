"""A person reads everything stored about them, and erases it themselves."""

import json

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.elements import Code, Form
from bot.store.repositories import Repositories
from handlers import BUTTONS, FORMS, HOME_HANDLER
from schedules import weekly_checkin
from tests.doubles import FakeClock
from tests.handlers.setup_forms import resolve_reply
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

JOINER = build_person("joiner")


@pytest.fixture
async def joined_context(context: Context) -> Context:
    """A team of nine who joined."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(person, TEAM.id) for person in CLINICIANS]
    )
    return context


async def test_home_offers_both(joined_context: Context) -> None:
    """To whoever opens it, also a person of whom nothing is stored."""
    for person in (MARIE, SUPERVISOR, STRANGER):
        home = await HOME_HANDLER(build_request(person), joined_context)
        assert {"home.copy", "home.erase"} <= steps_by_name(home).keys()


async def test_copy_has_the_rows_as_json(joined_context: Context) -> None:
    """Its documents have the person's own row, and no colleague's id."""
    form = await BUTTONS["home.copy"](build_request(MARIE), joined_context)

    assert isinstance(form, Form)
    documents = [json.loads(item.text) for item in form.body if isinstance(item, Code)]
    assert documents[0]["tables"]["person"][0]["id"] == MARIE.id
    assert ADA.id not in reply_text(form)


async def test_copy_is_the_same_at_another_hour(joined_context: Context, clock: FakeClock) -> None:
    """So two replies that ought not to differ do not differ by the instant of their requests."""
    for person in (MARIE, STRANGER):
        form = await BUTTONS["home.copy"](build_request(person), joined_context)
        clock.advance(hours=1)
        assert await BUTTONS["home.copy"](build_request(person), joined_context) == form


async def test_erasure_is_confirmed_first(joined_context: Context) -> None:
    """The button shows what an erasure means, and changes nothing."""
    form = await BUTTONS["home.erase"](build_request(MARIE), joined_context)

    assert isinstance(form, Form)
    assert form.name == "erase"
    assert await load_joined(joined_context)


async def load_joined(context: Context) -> bool:
    """Whether Marie is stored as one who joined."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.people.get(MARIE).has_joined
    )


async def test_nothing_is_sent_afterwards(joined_context: Context, clock: FakeClock) -> None:
    """Neither this week's question nor a later one is planned; joining again begins anew."""

    def count_planned(repos: Repositories) -> int:
        return len(repos.personal_rows.load_rows([MARIE]).get("delivery", ()))

    scope = joined_context.store.across_workspaces
    await weekly_checkin.run(joined_context)
    assert await scope.read(count_planned) == 1

    await FORMS["erase"](build_request(MARIE, answers={}), joined_context)
    clock.advance(days=7)
    await weekly_checkin.run(joined_context)
    assert (await scope.read(count_planned), await load_joined(joined_context)) == (0, False)

    await BUTTONS["checkin.join"](build_request(MARIE), joined_context)
    await weekly_checkin.run(joined_context)
    assert await scope.read(count_planned) == 1


async def test_erasure_reads_the_same_whether_anything_was_filed(joined_context: Context) -> None:
    """Its confirmation says nothing of what there was, also the second time."""
    answers = {"form": "away", "status": "touched"}
    await FORMS["debrief"](build_request(MARIE, answers=answers), joined_context)

    replies = [
        reply_text(await FORMS["erase"](build_request(person, answers={}), joined_context))
        for person in (MARIE, MARIE, ADA, STRANGER)
    ]

    assert len(set(replies)) == 1


async def join_first_week(context: Context, person: Person) -> None:
    """Let *person* join by themselves while additions still count in the open period."""

    def join(repos: Repositories) -> None:
        repos.people.join_team(person, TEAM.id)
        repos.ledger.add_listed_people(context.now(), (TEAM.id,))

    await context.store.across_workspaces.write(join)


@pytest.mark.parametrize("person", [MARIE, JOINER], ids=["declared", "joined"])
async def test_supervisor_reads_no_difference(joined_context: Context, person: Person) -> None:
    """No page of theirs tells that somebody who counts was erased, whoever listed them."""
    await join_first_week(joined_context, JOINER)
    pages = ("home.open", "supervision.open", "debriefs.open")

    async def read_pages() -> list[object]:
        return [
            await resolve_reply(
                await BUTTONS[name](build_request(SUPERVISOR, data=TEAM.id), joined_context)
            )
            for name in pages
        ]

    before = await read_pages()
    await FORMS["erase"](build_request(person, answers={}), joined_context)

    assert await read_pages() == before


async def test_person_joined_by_themselves_reads_that_they_are_on_no_list(
    joined_context: Context,
) -> None:
    """Their Home is that of a person of whom nothing is stored."""
    await joined_context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(JOINER, TEAM.id)
    )

    await FORMS["erase"](build_request(JOINER, answers={}), joined_context)

    pages = [await HOME_HANDLER(build_request(who), joined_context) for who in (JOINER, STRANGER)]
    assert pages[0] == pages[1]
