"""No path to a team's counts yields a figure that is not computed from a release."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.context import Context
from bot.conversation import Reply
from bot.domain.counts import table_export
from bot.domain.counts.release_rule import Band
from bot.elements import Chart, Message
from bot.store.repositories import Repositories
from bot.store.schema import releases
from bot.workflows.released_units import load_released_units
from handlers import BUTTONS, COMMANDS, FORMS
from schedules import share
from tests.domain.counts import sample_tables
from tests.published_releases import insert_releases
from tests.sample_team import (
    CLINICIANS,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_body,
    reply_text,
    set_up_team,
)

RAW_FIGURE = 4711
"""A count that no other text contains."""

DEBRIEFS_PER_PERSON = 7
TABLES = (
    *sample_tables.publish_leaders([("form", "away"), ("form", "against")]),
    sample_tables.publish(sample_tables.build_breakdown("status", "ended"), -1, is_pooled=True),
)
EARLIER = f"{TEAM.id}:{TABLES[2].closes}"
BUTTON_DATA: Mapping[str, tuple[str, ...]] = {
    "debriefs.period": (f"{TEAM.id}:", EARLIER),
    "debriefs.method": (f"{TEAM.id}:", EARLIER),
    "debriefs.exercise": (f"{TEAM.id}:", EARLIER),
    "debriefs.export": (TEAM.id,),
    "debriefs.hour": (f"{TEAM.id}:30", f"{TEAM.id}:50"),
    "debriefs.lines": (f"{TEAM.id}:30d", f"{TEAM.id}:50d"),
    "debriefs.share": (TEAM.id, f"{TEAM.id}:50"),
}
"""Each button of the supervisor's pages, with its data."""


async def walk_paths(context: Context) -> list[str]:
    """Return what every path shows: the pages, the posted message and the operator's file."""
    replies: list[Reply] = [
        await COMMANDS["debriefs"].handle_request(build_request(SUPERVISOR, keyword), context)
        for keyword in ("", "hour", "export")
    ]
    for name, values in BUTTON_DATA.items():
        replies += [
            await BUTTONS[name](build_request(SUPERVISOR, data=data), context) for data in values
        ]
    pages = [describe_reply(reply) for reply in (*replies, await post_share(context))]
    units = await context.store.across_workspaces.read(load_released_units)
    rows = table_export.build_csv_rows(units, context.catalogue.get_pack("en"))
    return [*pages, *("\n".join(row) for row in rows)]


async def post_share(context: Context) -> Message:
    """Share the newest report with the channel, and return the message that is posted."""
    data = f"{TEAM.id}:question:{TABLES[0].closes}"
    await FORMS["share"](build_request(SUPERVISOR, data=data, answers={}), context)

    def compose(repos: Repositories) -> Message | None:
        (delivery,) = repos.deliveries.list_due_deliveries(TEAM.workspace, context.now(), 10)
        return share.compose_share(repos, delivery, context)

    message = await context.store.across_workspaces.read(compose)
    assert message is not None
    return message


def describe_reply(reply: object) -> str:
    """Return the text of a reply, with the length of every bar."""
    bars = [
        f"{bar.label} {bar.level.name}"
        for element in reply_body(reply)
        if isinstance(element, Chart)
        for bar in element.bars
    ]
    return "\n".join((reply_text(reply), *bars))


async def set_up_released_team(context: Context) -> None:
    """Set up a team that opened its tables, with an agreed supervisor and published tables."""
    await set_up_team(context, replace(TEAM, open_to_team=True))
    await FORMS["agreement"](build_request(SUPERVISOR, answers={}), context)
    await insert_releases(context.store, TEAM.id, TABLES)


async def test_what_is_filed_changes_no_page(context: Context) -> None:
    """Every path shows the same before and after many debriefs of one answer in open periods."""
    await set_up_released_team(context)
    before = await walk_paths(context)

    for clinician in CLINICIANS:
        for number in range(DEBRIEFS_PER_PERSON):
            await FORMS["debrief"](
                build_request(
                    clinician,
                    answers={"form": "both", "status": "repaired"},
                    idempotency_key=f"{clinician.id} {number}",
                ),
                context,
            )

    assert await walk_paths(context) == before


async def test_a_figure_beside_a_table_is_not_shown(context: Context) -> None:
    """A raw count in the row of a release appears on no path, in digits or in bars."""
    await set_up_released_team(context)
    before = await walk_paths(context)

    def plant_figure(repos: Repositories) -> None:
        for published in TABLES:
            body = json.loads(published.table.json_body) | {"count": RAW_FIGURE}
            repos._connection.execute(
                update(releases)
                .where(releases.c.body == published.table.json_body)
                .values(body=json.dumps(body, separators=(",", ":"), sort_keys=True))
            )

    await context.store.across_workspaces.write(plant_figure)
    after = await walk_paths(context)

    assert after == before
    assert not [page for page in after if str(RAW_FIGURE) in page.replace(",", "")]


async def test_every_band_on_a_page_is_a_published_one(context: Context) -> None:
    """The only bands that any path contains are those of the releases, in their sentences."""
    await set_up_released_team(context)
    words = context.catalogue.get_pack("en")
    published = {words.translate(f"counts.total.{Band.TWENTY.value}")}

    pages = "\n".join(await walk_paths(context))

    bands = set(re.findall(r"(?:Somewhere around|About|Fewer than) \d+[^.]*\.", pages))
    assert bands == published


@pytest.mark.parametrize("band", Band)
async def test_the_walk_would_notice_another_release(context: Context, band: Band) -> None:
    """The pages depend on the releases: another published band changes them."""
    await set_up_released_team(context)
    before = await walk_paths(context)
    newest = sample_tables.publish(sample_tables.build_total(band), 2)
    await insert_releases(context.store, TEAM.id, (newest,))

    assert await walk_paths(context) != before
