"""Conformance of a busy store: an open form keeps its answers, and can be sent again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Event

import pytest

from tests.chat.expectations import (
    CHECKIN_ANSWERS,
    DEBRIEF_ANSWERS,
    WORDS,
    count_codes,
    deliver_checkin,
)
from tests.chat.on_slack import SlackProduct
from tests.chat.route_walk import FORM_CASES, Route, build_requests, load_team_id
from tests.chat.surfaces import Answers, Product, Screen

BUSY = WORDS.translate("error.busy")
SHORT_TIMEOUT_SECONDS = 0.05


@asynccontextmanager
async def keep_store_busy(product: Product) -> AsyncIterator[None]:
    """Occupy the store's writer, so that no other write is begun within its time."""
    store, writer_busy, writer_released = product.bot.context.store, Event(), Event()

    def occupy_writer(_repos: object) -> None:
        writer_busy.set()
        writer_released.wait(60)

    occupied = asyncio.create_task(store.across_workspaces.write(occupy_writer))
    assert await asyncio.to_thread(writer_busy.wait, 10)
    usual_seconds = store._write_timeout_seconds
    store._write_timeout_seconds = SHORT_TIMEOUT_SECONDS
    try:
        yield
    finally:
        store._write_timeout_seconds = usual_seconds
        writer_released.set()
        await occupied


async def open_debrief(product: Product) -> tuple[str, Screen, Answers]:
    """Open the form of a debrief."""
    form = await product.run_command(product.marie, "rupture")
    return product.marie, form, DEBRIEF_ANSWERS


async def open_setup(product: Product) -> tuple[str, Screen, Answers]:
    """Open the set-up of the team, which is stored again as it is."""
    form = await product.run_command(product.supervisor, "supervision")
    return product.supervisor, form, {}


async def open_preview(product: Product) -> tuple[str, Screen, Answers]:
    """Open the preview of another day and time than those of the team."""
    form = await product.run_command(product.supervisor, "supervision")
    (team,) = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()
    )
    answers = {"day": (str(team.checkin_rule.weekday % 7 + 1),), "time": ("16:30",)}
    preview = await product.submit_form(product.supervisor, form, answers)
    return product.supervisor, preview, {}


async def open_settings(product: Product) -> tuple[str, Screen, Answers]:
    """Open the settings of somebody who has joined."""
    await product.run_command(product.marie, "checkin join")
    form = await product.run_command(product.marie, "checkin")
    return product.marie, form, {"day": ("3",), "time": ("16:30",)}


async def open_checkin(product: Product) -> tuple[str, Screen, Answers]:
    """Open the form of a check-in."""
    label = WORDS.translate("checkin.nudge.answer")
    await deliver_checkin(product)
    messages = product.received_messages(product.marie)
    message = next(message for message in messages if label in message.steps)
    return product.marie, await product.press_button(product.marie, message, label), CHECKIN_ANSWERS


OPENERS = [open_debrief, open_setup, open_preview, open_settings, open_checkin]


@pytest.mark.parametrize("open_form", OPENERS)
async def test_form_stays_open_with_an_error_on_top(
    product: Product, open_form: Callable[[Product], Awaitable[tuple[str, Screen, Answers]]]
) -> None:
    """The error is the first text, and below it is the whole form."""
    user_id, form, answers = await open_form(product)
    async with keep_store_busy(product):
        screen = await product.submit_form(user_id, form, answers)

    assert replace(screen, texts=screen.texts[:2]).contains_text(BUSY)
    assert screen.fields == form.fields
    assert all(screen.contains_text(text) for text in form.texts)


@pytest.mark.parametrize("open_form", OPENERS)
async def test_form_is_sent_again_with_its_answers(
    product: Product, open_form: Callable[[Product], Awaitable[tuple[str, Screen, Answers]]]
) -> None:
    """The form answered again without a change has the result of the first answers."""
    user_id, form, answers = await open_form(product)
    async with keep_store_busy(product):
        for _ in range(2):
            busy = await product.submit_form(user_id, form, answers)
    second = await product.submit_form(user_id, busy, {})
    _user_id, other_form, _answers = await open_form(product)
    expected = await product.submit_form(user_id, other_form, answers)

    assert not second.contains_text(BUSY)
    assert second.texts == expected.texts


async def test_busy_debrief_is_stored_once(product: Product) -> None:
    """A debrief that was sent three times, twice to a busy store, counts once."""
    user_id, form, answers = await open_debrief(product)
    async with keep_store_busy(product):
        for _ in range(2):
            busy = await product.submit_form(user_id, form, answers)
    await product.submit_form(user_id, busy, {})
    await product.redeliver_last()

    assert await count_codes(product) == 2


@pytest.mark.parametrize("name", FORM_CASES)
async def test_no_form_is_replaced_while_the_store_is_busy(slack: SlackProduct, name: str) -> None:
    """Whatever form is sent, its answers are still there, or it has been dealt with."""
    ids = {
        "team": await load_team_id(slack),
        "person": slack.ada,
        "channel": slack.channel,
    }
    await slack.run_command(slack.supervisor, "checkin join")
    request = next(build_requests(Route("forms", name, "", *FORM_CASES[name]), ids))
    async with keep_store_busy(slack):
        screen = await slack.send_request(slack.supervisor, request)

    assert screen.fields == frozenset(request.answers) or not screen.contains_text(BUSY)
