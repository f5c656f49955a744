"""What people read while the yearly exposure keeps a team, or one person, out of every table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.domain.counts import exposure
from bot.domain.counts.release_rule import TOTAL, CountingTerms
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from bot.store.period import Period
from handlers import BUTTONS, COMMANDS, FORMS, HOME_HANDLER
from schedules import close_periods
from tests.doubles import FakeClock
from tests.handlers.setup_forms import CURRENT_ANSWERS, submit_setup
from tests.ledger_records import count_stored_codes
from tests.sample_team import (
    ADA,
    CLINICIANS,
    MARIE,
    SUPERVISOR,
    TEAM,
    WORKSPACE,
    FormAnswers,
    build_request,
    reply_text,
    set_up_team,
)

CODES: FormAnswers = {"form": "away", "status": "touched"}
CLOSED = date(2026, 6, 22)
RESUMES_ON = date(2027, 4, 5)
"""The first quarter whose table is published 52 weeks after :data:`CLOSED`, or later."""

LANGUAGES = ("en", "fr", "zh")


async def exhaust_exposure(context: Context, *people: Person) -> None:
    """Put *people* on the list of a closed table that told all that a year may tell."""
    terms = CountingTerms(13, 1, exposure.max_yearly_exposure())
    opens = date(2026, 4, 6)
    closed = Period(WORKSPACE, TOTAL, "team:former", opens, CLOSED, 0, 9, terms, "")
    await context.store.across_workspaces.write(
        lambda repos: repos.period_members.insert_members(closed, people)
    )


async def file_debrief(context: Context, person: Person, language: str = "en") -> str:
    """File a debrief, and return what its sender reads."""
    request = build_request(person, answers=CODES, idempotency_key=f"act {person.id} {language}")
    return reply_text(await FORMS["debrief"](replace(request, language=language), context))


async def save_set_up(context: Context, language: str) -> str:
    """Save the set-up of the team again, and return the confirmation."""
    del language
    key = f"act {context.now()}"
    return reply_text(await submit_setup(context, SUPERVISOR, TEAM.id, CURRENT_ANSWERS, key))


async def open_report(context: Context, language: str) -> str:
    """Open the report after the agreement."""
    await FORMS["agreement"](build_request(SUPERVISOR, answers={}), context)
    request = replace(build_request(SUPERVISOR), language=language)
    return reply_text(await COMMANDS["debriefs"].handle_request(request, context))


ReadScreen = Callable[[Context, str], Awaitable[str]]


async def open_debrief(context: Context, language: str) -> str:
    """Open the debrief form."""
    request = replace(build_request(MARIE), language=language)
    return reply_text(await BUTTONS["rupture.open"](request, context))


async def open_home(context: Context, language: str) -> str:
    """Open Home."""
    return reply_text(await HOME_HANDLER(replace(build_request(MARIE), language=language), context))


async def file_marie(context: Context, language: str) -> str:
    """File a debrief as Marie."""
    return await file_debrief(context, MARIE, language)


SCREENS: Mapping[str, ReadScreen] = {
    "privacy.policy.paused": open_debrief,
    "privacy.filed.paused": file_marie,
    "debriefs.first.paused": open_report,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", SCREENS)
async def test_a_paused_team_reads_when_it_counts_again(
    context: Context, key: str, language: str
) -> None:
    """The form, its receipt and the report name the day, and nothing is stored."""
    await exhaust_exposure(context, *CLINICIANS)
    await set_up_team(context)

    text = await SCREENS[key](context, language)

    words = context.catalogue.get_pack(language)
    day = words.format_day(RESUMES_ON)
    assert words.translate(key, day=day, team=TEAM.name) in text
    assert await count_stored_codes(context.store) == 0


async def test_home_and_the_set_up_say_that_a_team_is_paused(context: Context) -> None:
    """They name the day as well."""
    await exhaust_exposure(context, *CLINICIANS)
    await set_up_team(context)
    words = context.catalogue.get_pack("en")
    day = words.format_day(RESUMES_ON)

    assert words.translate("privacy.policy.paused", day=day) in await open_home(context, "en")
    saved = await save_set_up(context, "en")
    assert words.translate("supervision.done.paused", day=day) in saved


async def test_one_person_is_left_out_of_a_period_that_opens(context: Context) -> None:
    """They read when they count again, and the others of the team count."""
    await exhaust_exposure(context, MARIE)
    await set_up_team(context)
    words = context.catalogue.get_pack("en")

    text = await file_debrief(context, MARIE)
    assert words.translate("privacy.filed.paused", day=words.format_day(RESUMES_ON)) in text
    assert await count_stored_codes(context.store) == 0
    await file_debrief(context, ADA)
    assert await count_stored_codes(context.store) == 2


async def test_five_of_a_list_are_enough_for_a_period(context: Context) -> None:
    """With four people left no period opens; with five it does."""
    await exhaust_exposure(context, *CLINICIANS[:4])
    await set_up_team(context)
    await file_debrief(context, CLINICIANS[8])
    assert await count_stored_codes(context.store) == 2


async def test_fewer_than_five_of_a_list_open_no_period(context: Context) -> None:
    """The four who may be in a table are paused with the others."""
    await exhaust_exposure(context, *CLINICIANS[:5])
    await set_up_team(context)
    words = context.catalogue.get_pack("en")

    text = await file_debrief(context, CLINICIANS[8])
    assert words.translate("privacy.filed.paused", day=words.format_day(RESUMES_ON)) in text
    assert await count_stored_codes(context.store) == 0


async def test_a_paused_team_counts_again_on_its_day(context: Context, clock: FakeClock) -> None:
    """Its next period opens on the day that its people read."""
    await exhaust_exposure(context, *CLINICIANS)
    await set_up_team(context)
    await _advance_to(context, clock, date(2027, 4, 4))
    assert "Kept:" not in await file_debrief(context, MARIE, "en")
    await _advance_to(context, clock, RESUMES_ON)
    assert "Kept:" in await file_debrief(context, ADA, "en")


async def test_a_table_that_would_exceed_the_exposure_is_withheld(
    context: Context, clock: FakeClock
) -> None:
    """The code that publishes looks again, whatever was on the list when the period opened."""
    await set_up_team(context)
    await exhaust_exposure(context, MARIE)
    await _advance_to(context, clock, date(2026, 7, 6))

    releases = await context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(TEAM.id)
    )
    assert {release.table for release in releases} == {
        WithheldTable(release.ledger, WithholdingReason.EXPOSURE) for release in releases
    }
    assert len(releases) == 2
    sentence = context.catalogue.get_pack("en").translate("counts.exposure")
    assert sentence in await open_report(context, "en")


async def _advance_to(context: Context, clock: FakeClock, day: date) -> None:
    clock.advance(days=(day - clock.current_time.date()).days)
    await close_periods.run(context)
