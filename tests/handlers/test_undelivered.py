"""A message that could not be delivered is shown to its person, or to its channel's supervisor."""

import pytest

from bot.context import Context
from bot.conversation import Person, Surface
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Banner, Form, Home
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.workflows.team_setup import INTRODUCTION_LIFETIME
from handlers import HOME_HANDLER
from handlers.supervision import open_chosen_setup
from tests.sample_team import MARIE, SUPERVISOR, TEAM, build_request, set_up_team


async def fail_message(context: Context, person: str, channel: str) -> None:
    """Plan a message to a person or channel, and let the product reject it."""
    now = context.now()
    kind = DeliveryKind.CHECKIN if person else DeliveryKind.TIP
    deadline = now + INTRODUCTION_LIFETIME
    planned = PlannedDelivery(TEAM.workspace, kind, person, channel, "s", now, deadline, "square")

    def reject(repos: Repositories) -> None:
        if person:
            repos.people.join_team(MARIE, TEAM.id)
        repos.deliveries.plan_deliveries([planned])
        (row,) = repos.deliveries.list_due_deliveries(TEAM.workspace, now, 9)
        repos.deliveries.claim_delivery(row.id, row.attempt, now)
        repos.deliveries.mark_failed(row.id, row.attempt + 1, "invalid_blocks")

    await context.store.across_workspaces.write(reject)


async def load_banners(context: Context, person: Person) -> list[str]:
    """Return the texts of the banners on a person's home page."""
    page = await HOME_HANDLER(build_request(person, surface=Surface.HOME), context)
    assert isinstance(page, Home)
    return [element.text for element in page.body if isinstance(element, Banner)]


async def test_person_sees_that_the_last_message_failed(context: Context) -> None:
    """The home page of the person, and no other, shows it until a message is delivered."""
    await set_up_team(context)
    await fail_message(context, MARIE.id, "")
    sentence = context.catalogue.get_pack("en").translate("home.next.undelivered")

    assert await load_banners(context, MARIE) == [sentence]
    assert await load_banners(context, SUPERVISOR) == []


async def test_unreachable_person_sees_no_second_notice(context: Context) -> None:
    """Where no further message is sent, the page does not announce the next one."""
    await set_up_team(context)
    await fail_message(context, MARIE.id, "")
    await context.store.across_workspaces.write(
        lambda repos: repos.people.mark_unreachable(MARIE, "user_disabled")
    )

    assert await load_banners(context, MARIE) == []


async def test_supervisor_sees_that_the_last_channel_message_failed(context: Context) -> None:
    """The supervisor's home page names the team; a clinician's page does not."""
    await set_up_team(context)
    await fail_message(context, "", TEAM.channel)
    words = context.catalogue.get_pack("en")
    sentence = words.translate("home.supervision.undelivered", teams=TEAM.name)

    assert await load_banners(context, SUPERVISOR) == [sentence]
    assert await load_banners(context, MARIE) == []


@pytest.mark.parametrize(("reason", "key"), [("", "undelivered"), ("is_archived", "unreachable")])
async def test_setup_form_shows_one_notice_of_the_channel(
    context: Context, reason: str, key: str
) -> None:
    """The form shows that the last message failed, or that no further one is posted."""
    await set_up_team(context)
    await fail_message(context, "", TEAM.channel)
    if reason:
        await context.store.across_workspaces.write(
            lambda repos: repos.teams.mark_unreachable(TEAM.workspace, TEAM.channel, reason)
        )
    request = build_request(SUPERVISOR, answers={"which": (TEAM.id,)})
    form = await open_chosen_setup(request, context)

    assert isinstance(form, Form)
    assert [element.text for element in form.body if isinstance(element, Banner)] == [
        context.catalogue.get_pack("en").translate(f"supervision.form.{key}")
    ]
