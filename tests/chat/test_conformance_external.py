"""Conformance for people of other organisations: the same behaviour on every product."""

from datetime import timedelta

import pytest

from bot.conversation import Person
from bot.domain import external_access
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.reachability import EXTERNAL
from handlers import BUTTONS, FORMS
from tests.chat.expectations import (
    DEBRIEF_ANSWERS,
    MONDAY,
    WORDS,
    advance_and_deliver,
    count_codes,
    shows_body,
)
from tests.chat.recovery import workspace_of
from tests.chat.route_walk import load_team_id
from tests.chat.surfaces import Product, Screen
from tests.handlers.test_external import OPEN_BUTTONS, OPEN_FORMS

REFUSED_BUTTONS = sorted(set(BUTTONS) - OPEN_BUTTONS - {"home.open"})
REFUSED_FORMS = sorted(set(FORMS) - OPEN_FORMS)
REFUSAL = external_access.render_refusal(WORDS)


async def test_buttons_for_members_are_refused(product: Product) -> None:
    """Join on the team's card, and every other button for members, is answered kindly."""
    screens = {
        name: await product.activate_control(product.external, "buttons", name)
        for name in REFUSED_BUTTONS
    }

    assert [name for name, screen in screens.items() if not _is_refusal(screen)] == []


async def test_forms_for_members_are_refused(product: Product) -> None:
    """A forged form is answered the same, whatever its answers: nothing is filed or set up."""
    screens = {
        name: await product.activate_control(product.external, "forms", name)
        for name in REFUSED_FORMS
    }

    assert [name for name, screen in screens.items() if not _is_refusal(screen)] == []
    assert await count_codes(product) == 0


@pytest.mark.parametrize("name", ["join", "rupture.open"])
async def test_the_refusal_leads_to_what_is_open(product: Product, name: str) -> None:
    """Its buttons show today's tip, and a guide that files nothing."""
    refusal = await product.activate_control(product.external, "buttons", name)

    tip = await product.press_button(product.external, refusal, WORDS.translate("common.step.tip"))
    chooser = await product.press_button(
        product.external, refusal, WORDS.translate("rupture.chooser.title")
    )
    guide = await product.submit_form(product.external, chooser, DEBRIEF_ANSWERS)

    assert any(tip.contains_text(card.point) for card in WORDS.tips)
    assert guide.contains_text(WORDS.translate("rupture.guide.title"))
    assert await count_codes(product) == 0


async def test_the_home_page_offers_what_is_open(product: Product) -> None:
    """The home page names the visit, and offers neither joining nor filing."""
    page = await product.open_home(product.external)

    assert page.contains_text(WORDS.translate("external.home"))
    assert set(page.steps) == {
        WORDS.translate(key)
        for key in ("common.step.tip", "rupture.chooser.title", "common.step.kept")
    }


@pytest.mark.parametrize("name", ["checkin.answer", "tip.today"])
async def test_who_joined_earlier_gets_no_further_check_in(product: Product, name: str) -> None:
    """A person who joined and now acts from another organisation is asked nothing any more."""
    person = Person(workspace_of(product), product.external)
    team_id = await load_team_id(product)
    scope = product.bot.context.store.across_workspaces
    await scope.write(lambda repos: repos.people.join_team(person, team_id))

    await product.activate_control(product.external, "buttons", name)
    await product.activate_control(product.external, "buttons", name)
    await advance_and_deliver(product, MONDAY + timedelta(minutes=1))

    assert (await scope.read(lambda repos: repos.people.get(person))).unreachable_reason == EXTERNAL
    week = await scope.read(
        lambda repos: repos.delivery_history.slots_by_person(DeliveryKind.CHECKIN, {person}, "")
    )
    assert not week[person]


async def test_a_member_is_not_refused(product: Product) -> None:
    """A member on no list gets the same buttons' ordinary answers."""
    screen = await product.activate_control(product.stranger, "buttons", "rupture.open")

    assert screen.fields == {"form", "status"}


def _is_refusal(screen: Screen) -> bool:
    return shows_body(screen, REFUSAL.body)
