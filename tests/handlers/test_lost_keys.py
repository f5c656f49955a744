"""What people read, and what forms write, while the key of their open period is lost."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from bot.context import Context
from bot.conversation import Person, Reply, Request
from bot.middleware import RequestMiddleware
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from tests.handlers.recorded_statements import record_statements
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.handlers.test_form_submission import (
    FORM_REQUESTS,
    build_form_request,
    is_change,
    submit,
)
from tests.key_folders import list_period_keys
from tests.ledger_records import count_stored_codes
from tests.sample_team import (
    ADA,
    MARIE,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    reply_text,
    set_up_team,
)

LANGUAGES = ("en", "fr", "zh")
PROMISES = (
    "privacy.policy.until",
    "privacy.filed.kept",
    "privacy.withdraw.ask",
    "privacy.withdraw.done",
    "supervision.done.closes",
    "debriefs.first.date",
    "debriefs.period.next",
)
"""Sentences that are false without the key, by the key of the catalogue."""

NEXT_CLOSE = date(2026, 7, 6)
OTHER_CLINICIANS = tuple(build_person(f"other{number}") for number in range(9))


@pytest.fixture
async def lost_context(context: Context) -> Context:
    """A team in which Marie has filed, and whose period's key was lost afterwards."""
    await set_up_team(context)
    await submit(context, "debrief", MARIE, "act before")
    await FORMS["agreement"](build_request(SUPERVISOR, answers={}), context)
    for stored_key in list_period_keys(context.store):
        context.store.key_store.delete(stored_key)
    return context


async def submit_form(context: Context, name: str, language: str, person: Person = MARIE) -> Reply:
    """Submit one of the forms, in a language."""
    request = replace(build_form_request(name, person, f"act {person.id}"), language=language)
    return await FORMS[FORM_REQUESTS[name][0]](request, context)


def build_localized(person: Person, language: str) -> Request:
    """Build a command of *person* in a language."""
    return replace(build_request(person), language=language)


ShowScreen = Callable[[Context, str], Awaitable[object]]
SCREENS: Mapping[str, tuple[str, ShowScreen]] = {
    "debrief form": (
        "privacy.policy.lost",
        lambda context, language: BUTTONS["rupture.open"](
            build_localized(MARIE, language), context
        ),
    ),
    "home page": (
        "privacy.policy.lost",
        lambda context, language: HOME_HANDLER(build_localized(MARIE, language), context),
    ),
    "filed debrief": (
        "privacy.filed.lost",
        lambda context, language: submit_form(context, "debrief", language),
    ),
    "filed debrief again": (
        "privacy.filed.lost",
        lambda context, language: FORMS["debrief"](
            replace(build_form_request("debrief", MARIE, "act before"), language=language), context
        ),
    ),
    "withdrawal form": (
        "privacy.withdraw.ask_lost",
        lambda context, language: COMMANDS["rupture"].handle_request(
            replace(build_localized(MARIE, language), keyword="withdraw"), context
        ),
    ),
    "withdrawal": (
        "privacy.withdraw.done_lost",
        lambda context, language: submit_form(context, "withdrawal", language),
    ),
    "counts": (
        "debriefs.first.lost",
        lambda context, language: COMMANDS["debriefs"].handle_request(
            build_localized(SUPERVISOR, language), context
        ),
    ),
}
"""Each screen with the sentence that it shows in the place of a promise."""


def translate(context: Context, language: str, key: str) -> str:
    """Return a sentence as it is shown for the sample team's open period."""
    words = context.catalogue.get_pack(language)
    facts = {"day": words.format_day(NEXT_CLOSE), "team": TEAM.name}
    names = {name for name in facts if f"{{{name}}}" in str(words.sentences[key])}
    return words.translate(key, **{name: facts[name] for name in names})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_no_screen_promises_what_needs_the_key(
    lost_context: Context, screen: str, language: str
) -> None:
    """It says in each language that nothing can be counted, and offers no way back."""
    key, show_screen = SCREENS[screen]

    text = reply_text(await show_screen(lost_context, language))

    assert translate(lost_context, language, key) in text
    shown_promises = [
        promise for promise in PROMISES if translate(lost_context, language, promise) in text
    ]
    assert shown_promises == []


@pytest.mark.parametrize("screen", SCREENS)
async def test_screens_promise_again_once_the_key_is_found(context: Context, screen: str) -> None:
    """While the key is there no screen says that it is missing."""
    await set_up_team(context)
    await FORMS["agreement"](build_request(SUPERVISOR, answers={}), context)
    key, show_screen = SCREENS[screen]

    text = reply_text(await show_screen(context, "en"))

    assert translate(context, "en", key) not in text
    assert [promise for promise in PROMISES if translate(context, "en", promise) in text] != []


async def test_saved_set_up_says_that_the_key_is_lost(lost_context: Context) -> None:
    """A supervisor who saves the team is not told that a table comes."""
    text = reply_text(await submit_setup(lost_context, SUPERVISOR, TEAM.id, CURRENT_ANSWERS))

    assert translate(lost_context, "en", "supervision.done.lost") in text
    assert translate(lost_context, "en", "supervision.done.closes") not in text


async def test_answers_are_the_same_for_those_who_filed_and_others(lost_context: Context) -> None:
    """What a person reads depends on their team, and not on whether they had filed."""
    for name in ("withdrawal", "debrief"):
        replies = [await submit_form(lost_context, name, "en", person) for person in (MARIE, ADA)]
        assert replies[0] == replies[1]


@pytest.mark.parametrize("name", FORM_REQUESTS)
async def test_each_form_writes_the_same_rows_and_logs_the_same(
    lost_context: Context, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One idempotency key and the team's record, and no line, whatever the form is."""
    handler = RequestMiddleware(lost_context).bind_handler(FORMS[FORM_REQUESTS[name][0]])
    caplog.clear()
    with caplog.at_level("DEBUG"), record_statements(lost_context) as statements:
        await handler(build_form_request(name))

    changes = [(text, rows) for text, rows in statements if rows and is_change(text)]
    assert [rows for _, rows in changes] == [1, 1]
    assert changes[0][0].startswith("INSERT INTO inbox")
    assert changes[1][0].startswith("UPDATE team_record")
    assert [record.message for record in caplog.records if record.name.startswith("attune")] == []


async def test_lost_key_of_another_team_changes_no_answer(context: Context) -> None:
    """A withdrawal is complete as far as anything can be published of the person."""
    await set_up_team(context)
    ids_before = {key.file_name for key in list_period_keys(context.store)}
    await set_up_team(context, replace(OTHER_TEAM, zone="Europe/Paris"), OTHER_CLINICIANS)
    await submit(context, "debrief")
    for stored_key in list_period_keys(context.store):
        if stored_key.file_name not in ids_before:
            context.store.key_store.delete(stored_key)

    text = reply_text(await submit_form(context, "withdrawal", "en"))

    assert translate(context, "en", "privacy.withdraw.done") in text
    assert await count_stored_codes(context.store) == 0


async def test_form_of_a_team_without_periods_is_not_logged(
    lost_context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    """The scheduled duty alone logs it: a line of a form would tell the time of the form."""
    await set_up_team(lost_context, OTHER_TEAM, OTHER_CLINICIANS)
    assert [record.message for record in caplog.records].count("ledger.key_missing") > 0
    caplog.clear()

    await submit_form(lost_context, "debrief", "en", OTHER_CLINICIANS[0])

    assert "ledger.key_missing" not in caplog.text
