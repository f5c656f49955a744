"""Sequences of set-ups as they reach a running bot: signed forms on Slack, and the team file.

Each team has a supervisor of its own, who submits the set-up form of Slack; teams that no file has
declared yet come with the operator's file, which is applied while the bot runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.admin import apply_teams
from bot.content.catalogue import load_catalogue
from bot.domain.counts import exposure
from schedules import close_periods
from tests.attacks import set_up_games
from tests.attacks.set_up_games import PublishedPlace
from tests.chat.conftest import open_slack
from tests.chat.surfaces import Product

WORDS = load_catalogue().get_pack("en")

ACCOUNTS = tuple(f"U1MORE{number:02}" for number in range(len(set_up_games.PEOPLE)))
"""The accounts of the people of the games, by their position in ``PEOPLE``."""

Accounts = tuple[str, ...]

ClinicianLists = dict[str, Accounts]
"""The accounts on the list of each team, by the team's name."""


@dataclass(frozen=True)
class HttpStep:
    """A set-up, by forms where its teams exist or by a file, and the weeks until the next one."""

    way: str
    lists: ClinicianLists
    weeks: int


@dataclass(frozen=True)
class PlayedSteps:
    """The places on the lists of published tables, and how often each way declared a set-up."""

    places: list[PublishedPlace]
    saved_form_count: int
    applied_file_count: int


@dataclass
class HttpGame:
    """A bot on Slack whose set-up an attacker changes by forms and files."""

    product: Product
    folder: Path
    lists: ClinicianLists = field(default_factory=dict)
    saved_form_count: int = 0
    applied_file_count: int = 0

    async def change(self, step: HttpStep) -> None:
        """Declare the lists of *step*; teams that it omits lose their people.

        Shrunk lists come first: a form refuses people whom another list still has.
        """
        wanted = {**dict.fromkeys(self.lists, ()), **step.lists}
        if step.way == "form":
            for name, accounts in sorted(wanted.items(), key=lambda item: len(item[1])):
                if name in self.lists and accounts != self.lists[name]:
                    await self._submit_list(name, accounts)
        if wanted != self.lists:
            await self._apply_file(wanted)
        await close_periods.run(self.product.bot.context)

    async def _submit_list(self, name: str, accounts: Accounts) -> None:
        if await submit_list(self.product, _supervisor_of(name), name, accounts):
            self.lists[name] = accounts
            self.saved_form_count += 1

    async def _apply_file(self, lists: ClinicianLists) -> None:
        file = self.folder / "declared.toml"
        entries = (self._render_entry(name, accounts) for name, accounts in lists.items())
        file.write_text("\n".join(entries), encoding="utf-8")
        await apply_teams.apply_teams(self.product.bot.context, file, test_mode=True)
        self.lists = dict(lists)
        self.applied_file_count += 1

    def _render_entry(self, name: str, accounts: Accounts) -> str:
        ids = ", ".join(f'"{account}"' for account in accounts)
        return (
            f'[[team]]\nworkspace = "{self.product.workspace}"\nchannel = "C0{name.upper()}"\n'
            f'name = "{name}"\nsupervisors = ["{_supervisor_of(name)}"]\nclinicians = [{ids}]\n'
            'timezone = "America/Toronto"\n'
        )


async def play_steps(folder: Path, steps: Sequence[HttpStep]) -> PlayedSteps:
    """Play *steps* from a common year's start on a bot in *folder*, and the quarter after them."""
    async with open_slack(folder) as product:
        await pass_weeks(product, (set_up_games.YEAR_START - product.clock()).days // 7)
        game = HttpGame(product, folder)
        for step in steps:
            await game.change(step)
            await pass_weeks(product, step.weeks)
        await pass_weeks(product, 13)
        store = product.bot.context.store.across_workspaces
        places = await store.read(set_up_games.list_places)
    return PlayedSteps(places, game.saved_form_count, game.applied_file_count)


def build_recreated_teams() -> list[HttpStep]:
    """Build a year in which all people are in a new large team, and in two new small ones, in turn.

    The operator's file declares the teams without people; then supervisors' forms fill them.
    """
    half = len(ACCOUNTS) // 2
    rounds = [
        step
        for number in range(3)
        for step in (
            HttpStep("form", {f"large{number}": ACCOUNTS}, 11),
            HttpStep(
                "form", {f"left{number}": ACCOUNTS[:half], f"right{number}": ACCOUNTS[half:]}, 1
            ),
        )
    ]
    steps = [*rounds, HttpStep("form", {"last": ACCOUNTS}, 4)]
    names = [name for step in steps for name in step.lists]
    return [HttpStep("file", dict.fromkeys(names, ()), 0), *steps]


async def claim_forms_exceed_no_bound(folder: Path) -> None:
    """Claim that new teams filled by signed forms exceed no bound of their people."""
    played = await play_steps(folder, build_recreated_teams())
    assert played.saved_form_count > len(build_recreated_teams())
    assert set_up_games.find_largest_exposure(played.places) > exposure.max_yearly_exposure() / 2
    assert not set_up_games.find_excess(played.places)


async def submit_list(product: Product, supervisor: str, name: str, accounts: Accounts) -> bool:
    """Submit the set-up form of the team called *name*; return whether it was saved."""
    form = await product.run_command(supervisor, "supervision")
    preview = await product.submit_form(supervisor, form, {"clinicians": accounts})
    if not preview.contains_text(WORDS.translate("setups.preview.intro", team=name)):
        return False
    result = await product.submit_form(supervisor, preview, {})
    return result.contains_text(WORDS.translate("supervision.done.saved", team=name))


async def pass_weeks(product: Product, weeks: int) -> None:
    """Move the bot's clock, and run the duty that closes and opens periods on each closing day."""
    context = product.bot.context
    end = product.clock() + timedelta(weeks=weeks)
    while (close := await close_periods.next_due(context)) and close <= end:
        product.clock.move_to(close)
        await close_periods.run(context)
    product.clock.move_to(end)


def _supervisor_of(name: str) -> str:
    return f"U0SUPERVISOR{name.upper()}"
