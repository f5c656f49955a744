"""A practice without history whose teams change, and what becomes of the debriefs filed on the way.

A debrief has to be in a published table, or its clinician was told that it does not count: on the
page and in the store.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Error, Page, expect

from bot.chat import slack
from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace.admin_actions import WorkspaceAdmin
from bot.sandbox.workspace.engine import SandboxEngine
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.store import Store
from tests.journeys.sandbox_user import SandboxUser, visit_sandbox
from tests.ledger_records import Table, count_filed_debriefs, list_released_tables
from tests.sandbox.real_bot import run_bot_and_sandbox

NOW = datetime(2026, 12, 29, 15, 0, tzinfo=UTC)
"""A Tuesday, six days before the periods of all teams end, whatever their length."""

_PRESS_MILLISECONDS = 2_000.0
"""Timeout for one press of a button that may have gone."""


@dataclass
class TeamPractice:
    """A user of the page, the workspace behind it, and the files of its bot.

    ``step_count`` counts commands and buttons; names ticked in a list are none. ``filed_tables``
    are those of every debrief that was kept, and ``refused_count`` is the number of the others.
    """

    user: SandboxUser
    engine: SandboxEngine
    words: LanguagePack
    folder: Path
    step_count: int = 0
    filed_tables: set[Table] = field(default_factory=set)
    kept_count: int = 0
    refused_count: int = 0

    @property
    def admin(self) -> WorkspaceAdmin:
        """What an admin of the workspace does outside Attune."""
        return WorkspaceAdmin(self.engine)

    async def enter_room(self, name: str, room: str) -> None:
        """Become the person of that *name*, and open a room."""
        await self.user.switch_persona(name)
        await self.user.open_room(room)

    async def type_command(self, line: str) -> None:
        """Type a command in the open room."""
        self.step_count += 1
        await self.user.type_command(line)

    async def press_step(self, action_id: str) -> None:
        """Press the last button of that action, on a form or a message."""
        self.step_count += 1
        await self.user.find_step(action_id).click()

    async def submit_form(self) -> None:
        """Submit the form on top."""
        self.step_count += 1
        await self.user.submit_form()

    async def close_form(self) -> None:
        """Close the form on top."""
        self.step_count += 1
        await self.user.close_forms()

    async def wait_for_title(self, key: str) -> None:
        """Wait for a form with the title of a catalogue *key*."""
        await self.user.wait_for_title(self.words.translate(key))

    async def open_setup(self) -> None:
        """Open the set-up of the open room."""
        await self.type_command("/supervision")
        await self.wait_for_title("supervision.form.title")

    async def tick_people(
        self, field_id: str, names: tuple[str, ...], *, is_ticked: bool = True
    ) -> None:
        """Tick *names* in a list of people of the form on top, or take them off."""
        people = self.user.top_form.locator(f"[data-block='{field_id}']")
        for name in names:
            await people.get_by_role("checkbox", name=name).set_checked(is_ticked)

    async def save_new_team(self) -> None:
        """Save the set-up of a new team in the form on top, whose channel has the bot."""
        await self.submit_form()
        await self.wait_for_title("supervision.done.title")

    async def save_changes(self) -> None:
        """Save the changed set-up in the form on top, after its preview."""
        await self.submit_form()
        await self.wait_for_title("setups.preview.title")
        await self.submit_form()
        await self.wait_for_title("supervision.done.title")

    async def invite_bot(self, room: str) -> None:
        """Let the bot into the open room."""
        await self.type_command("/invite @Attune")
        sentence = self.words.translate("sandbox.engine.invited", channel=room)
        await expect(self.user.page.get_by_text(sentence).first).to_be_visible()

    async def wait_for_card(self, room: str) -> None:
        """Wait until the reply states that the card is in *room*.

        On a busy machine it first offers to look again.
        """
        posted = self.user.page.get_by_text(f"The introduction card is in #{room}").last
        label = self.words.translate("supervision.card.check")
        check = self.user.page.get_by_role("button", name=label).last
        await expect(posted.or_(check).last).to_be_visible()
        while not await posted.is_visible():
            with suppress(Error):  # the reply to an earlier press took the button away
                await check.click(timeout=_PRESS_MILLISECONDS)

    async def file_debrief(self, name: str) -> bool:
        """File a debrief as *name*; return whether it is kept, which page and store agree on."""
        user, words = self.user, self.words
        before = load_filed_tables(self.folder)
        await self.enter_room(name, "lobby")
        await user.type_command("/rupture")
        await self.wait_for_title("rupture.form.title")
        for question, code in (("form", "away"), ("status", "touched")):
            label = words.questions[question].get_option(code).label
            await user.choose_answer(question, label)
        await user.submit_form()
        await self.wait_for_title("rupture.guide.title")
        guide = await user.top_form.inner_text()
        await user.close_forms()
        added = set(load_filed_tables(self.folder) - before)
        is_kept = words.translate("privacy.filed.kept", day="|").partition("|")[0] in guide
        refusals = ("privacy.filed.nothing", "privacy.filed.counted_from")
        is_refused = any(words.translate(key, day="|").split("|")[0] in guide for key in refusals)
        assert (is_kept, is_refused) == (bool(added), not added), guide
        self.filed_tables |= added
        self.kept_count += is_kept
        self.refused_count += is_refused
        return is_kept

    async def end_period(self) -> None:
        """Jump to the day after the end of the open periods."""
        await self.engine.time_travel.jump_to(datetime(2027, 1, 5, 15, 0, tzinfo=UTC))

    async def read_table(self, name: str, team: str, room: str) -> None:
        """Read the newest table of *team* as its supervisor, after agreeing to the rules."""
        await self.enter_room(name, room)
        await self.user.type_command("/debriefs")
        pledge = self.words.translate("debriefs.agreement.pledge")
        await expect(self.user.top_form).to_contain_text(pledge)
        await self.user.submit_form()
        heading = self.words.translate("debriefs.heading", team=team)
        await expect(self.user.top_form).to_contain_text(heading)
        await self.user.close_forms()

    def check_tables(self) -> None:
        """Assert that every debrief that was kept is in a published table, and one at least is."""
        assert self.filed_tables
        assert self.filed_tables <= load_released_tables(self.folder)


def load_filed_tables(folder: Path) -> Counter[Table]:
    """Return the number of debriefs in each record of an open period, from a bot's files."""
    with _open_store(folder) as store:
        return store.read_sync(count_filed_debriefs)


def load_released_tables(folder: Path) -> set[Table]:
    """Return the tables of all releases, from a bot's files."""
    with _open_store(folder) as store:
        return store.read_sync(list_released_tables)


@contextmanager
def _open_store(folder: Path) -> Iterator[Store]:
    keys = FolderKeyStore(folder / "keys")
    store = Store.open(f"sqlite:///{folder / 'attune.sqlite'}", (), keys)
    try:
        yield store
    finally:
        store.close_sync()


@asynccontextmanager
async def open_team_practice(
    page: Page, words: LanguagePack, folder: Path
) -> AsyncIterator[TeamPractice]:
    """Run the practice with its bot, and open it on *page*; at the end no error remains on it."""
    manifest = slack.build_manifest(words, base_url="https://attune.example.org")
    async with (
        run_bot_and_sandbox(words, folder, NOW, manifest=manifest) as engine,
        visit_sandbox(page, engine.config.slack_url) as user,
    ):
        yield TeamPractice(user, engine, words, folder)
