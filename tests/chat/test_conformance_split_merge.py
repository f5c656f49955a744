"""Teams split and merged in chat: every debrief is in a table, or was said not to count."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from bot.admin import apply_teams
from tests.chat.expectations import DEBRIEF_ANSWERS, WORDS, advance_and_deliver
from tests.chat.on_slack import SlackProduct
from tests.chat.surfaces import Product, render_team_file
from tests.chat.test_conformance_team_life import NEW_CHANNELS
from tests.ledger_records import Table, count_filed_debriefs, list_released_tables

PERIOD_END = datetime(2026, 7, 7, 12, tzinfo=UTC)
"""The day after the open periods end."""

KEPT_START = WORDS.translate("privacy.filed.kept", day="|").partition("|")[0]
REFUSAL_STARTS = tuple(
    WORDS.translate(f"privacy.filed.{name}", day="|").partition("|")[0]
    for name in ("nothing", "no_period", "counted_from")
)


@dataclass
class FiledDebriefs:
    """What was filed on a product: ``tables`` of what was kept, and the count of the others."""

    product: Product
    tables: set[Table] = field(default_factory=set)
    kept_count: int = 0
    refused_count: int = 0

    async def file_debrief(self, user_id: str) -> None:
        """File a debrief; what the person reads, and what the store keeps, agree."""
        before = await self.count_debriefs()
        form = await self.product.run_command(user_id, "rupture")
        guide = await self.product.submit_form(user_id, form, DEBRIEF_ANSWERS)
        added = await self.count_debriefs() - before
        is_kept = guide.contains_text(KEPT_START)
        assert is_kept == bool(added), guide.plain_text
        assert is_kept != any(map(guide.contains_text, REFUSAL_STARTS)), guide.plain_text
        self.tables |= set(added)
        self.kept_count += is_kept
        self.refused_count += not is_kept

    async def count_debriefs(self) -> Counter[Table]:
        """Return the number of debriefs in each open record."""
        store = self.product.bot.context.store
        return await store.across_workspaces.read(count_filed_debriefs)

    async def end_period(self) -> None:
        """Let the open periods end; every table that a debrief was kept in is published."""
        await advance_and_deliver(self.product, PERIOD_END)
        store = self.product.bot.context.store
        assert self.tables
        assert self.tables <= await store.across_workspaces.read(list_released_tables)


async def declare_south_team(product: Product, clinicians: tuple[str, ...], folder: Path) -> None:
    """Declare a second team beside the first one, supervised by the stranger, as the operator."""
    channel = NEW_CHANNELS["slack" if is_slack(product) else "msteams"]
    people = (*clinicians, product.stranger, product.stranger)
    south = render_team_file(product.workspace, channel, people).replace("North", "South")
    north = render_team_file(product.workspace, product.channel, product.people)
    file = folder / "both.toml"
    file.write_text(north + south, encoding="utf-8")
    await apply_teams.apply_teams(product.bot.context, file, test_mode=False)


async def test_a_team_is_split_in_two(chat: Product, tmp_path: Path) -> None:
    """Who moves to the new list counts in the first team until its period ends."""
    filed, staying, moving = FiledDebriefs(chat), chat.people[:5], chat.people[5:9]
    await declare_south_team(chat, (), tmp_path)
    await filed.file_debrief(moving[0])

    north = await chat.run_command(chat.supervisor, "supervision")
    await chat.save_setup(chat.supervisor, north, {"clinicians": staying})
    await filed.file_debrief(moving[1])
    south = await chat.run_command(chat.stranger, "supervision")
    saved = await chat.save_setup(chat.stranger, south, {"clinicians": moving})
    await filed.file_debrief(moving[2])
    await filed.file_debrief(staying[0])

    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="South team"))
    assert (filed.kept_count, filed.refused_count) == (4, 0)
    await filed.end_period()
    await filed.file_debrief(staying[0])
    await filed.file_debrief(moving[0])
    assert (filed.kept_count, filed.refused_count) == (5, 1)  # four people are too few to count


async def test_two_teams_are_merged(chat: Product, tmp_path: Path) -> None:
    """The people of a closed team count there until its period ends, and then where they are."""
    filed = FiledDebriefs(chat)
    people = tuple(str(uuid5(NAMESPACE_OID, f"south{number}")) for number in range(5))
    south_people = tuple(f"U0{name[:8].upper()}" for name in people) if is_slack(chat) else people
    await declare_south_team(chat, south_people, tmp_path)
    await filed.file_debrief(south_people[0])

    south = await chat.run_command(chat.stranger, "supervision")
    step = WORDS.translate("team_changes.close.step")
    question = await chat.press_button(chat.stranger, south, step)
    await chat.submit_form(chat.stranger, question, {})
    await filed.file_debrief(south_people[1])
    north = await chat.run_command(chat.supervisor, "supervision")
    merged = (*chat.people[:9], *south_people)
    saved = await chat.save_setup(chat.supervisor, north, {"clinicians": merged})
    await filed.file_debrief(south_people[2])
    await filed.file_debrief(chat.marie)

    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="North team"))
    assert (filed.kept_count, filed.refused_count) == (4, 0)
    assert len({unit for _, unit, _ in filed.tables}) == 2
    await filed.end_period()
    await filed.file_debrief(south_people[0])
    assert filed.kept_count == 5


def is_slack(product: Product) -> bool:
    """Return whether the product is Slack, whose ids have another form."""
    return isinstance(product, SlackProduct)
