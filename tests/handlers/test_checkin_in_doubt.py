"""A person whose question may not have been posted finds it on the home page, that week."""

from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import Surface
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Button, Form
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from handlers import BUTTONS
from tests.doubles import FakeClock
from tests.handlers.test_home import load_home_page
from tests.sample_team import MARIE, TEAM, WORKSPACE, build_request, set_up_team, steps_by_name

SLOT = "2026-W27"


async def plan_checkin(context: Context, state: str) -> None:
    """Plan this week's check-in of Marie and bring its delivery to *state*."""
    await set_up_team(context)
    now = context.now()

    def plan_delivery(repos: Repositories) -> None:
        repos.people.join_team(MARIE, TEAM.id)
        deadline = now + timedelta(hours=30)
        kind = DeliveryKind.CHECKIN
        planned = PlannedDelivery(WORKSPACE, kind, MARIE.id, "", SLOT, now, deadline, "circle")
        repos.deliveries.plan_checkins([planned])
        (delivery,) = repos.deliveries.list_due_deliveries(WORKSPACE, now, 9)
        if state != "planned":
            repos.deliveries.claim_delivery(delivery.id, 0, now)
        if state == "unconfirmed":
            repos.deliveries.mark_unconfirmed(delivery.id, 1, "in_doubt")
        if state == "sent":
            repos.deliveries.mark_sent(delivery.id, 1)

    await context.store.across_workspaces.write(plan_delivery)


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [("planned", False), ("sending", True), ("unconfirmed", True), ("sent", False)],
)
async def test_the_page_offers_a_question_in_doubt(
    context: Context,
    state: str,
    is_offered: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Only where it is not known whether the question was posted, the page offers to answer it."""
    await plan_checkin(context, state)

    steps = steps_by_name(await load_home_page(context, MARIE))

    assert ("checkin.answer" in steps) is is_offered


async def test_the_offered_question_is_that_of_the_week(context: Context) -> None:
    """The button opens the form of that week's question, with the sign dealt with it."""
    await plan_checkin(context, "unconfirmed")
    button = steps_by_name(await load_home_page(context, MARIE))["checkin.answer"]
    assert isinstance(button, Button)

    request = build_request(MARIE, surface=Surface.HOME, data=button.data)
    form = await BUTTONS["checkin.answer"](request, context)

    assert button.label == "Answer this week's question"
    assert isinstance(form, Form)
    assert (form.name, form.data) == ("checkin", f"{SLOT}:circle")


async def test_the_offer_ends_with_the_week(context: Context, clock: FakeClock) -> None:
    """A question of last week is not offered any more."""
    await plan_checkin(context, "unconfirmed")
    clock.advance(days=7)

    assert "checkin.answer" not in steps_by_name(await load_home_page(context, MARIE))
