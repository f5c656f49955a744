"""The attacks whose outcome is no matter of chance, each told as one line of the table."""

import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.attacks import test_dumps as dumps
from tests.attacks import test_views as views
from tests.attacks.forks import World, fetch_releases, open_world, rows_of_team, run_in_forks
from tests.doubles import PEPPERS
from tests.sample_team import CLINICIANS, SUPERVISOR

PERIOD_COUNT = 20


async def run_live_differencing(folder: Path) -> str:
    """A supervisor who looks before and after every debrief, over several periods."""

    async def watch_views(world: World) -> str:
        looks = differing = 0
        for _ in range(PERIOD_COUNT):
            before = await views.everything(world, SUPERVISOR)
            for who in CLINICIANS:
                await world.file_debriefs(who)
                after = await views.everything(world, SUPERVISOR)
                looks, differing, before = looks + 1, differing + (after != before), after
            await world.close_period()
        return f"{looks} looks, {differing} differ: right {0.5 + differing / looks / 2:.3f}"

    (found,) = await run_in_forks(folder, views.ready, watch_views)
    return found


async def run_overlapping_groups(folder: Path) -> str:
    """Everything told of a group without the target, in a world in which they filed and one not."""
    alike = 0
    for number in range(PERIOD_COUNT):

        async def file_and_close(world: World) -> list[tuple[object, ...]]:
            await world.file_debriefs(CLINICIANS[0])
            return await close_and_fetch(world)

        async def close_and_fetch(world: World) -> list[tuple[object, ...]]:
            await world.close_period()
            return rows_of_team(views.SISTER, await fetch_releases(world))

        one, other = await run_in_forks(
            folder / str(number), views.sisters, file_and_close, close_and_fetch
        )
        alike += one == other
    return f"{PERIOD_COUNT} pairs, {PERIOD_COUNT - alike} differ: right {0.5 + (1 - alike / PERIOD_COUNT) / 2:.3f}"


async def run_linkage(folder: Path) -> str:
    """How many of nine people a copy of the database gives away: open, and after the close."""
    async with open_world(folder / "open") as one:
        await dumps.filed(one)
        at = one.clock.current_time
    shutil.copytree(folder / "open", folder / "closed")
    async with open_world(folder / "closed", at) as one:
        await one.close_period()
    kept, left = dumps.dump(folder / "open"), dumps.dump(folder / "closed")
    found = [
        dumps.linked(rows, CLINICIANS, peppers)
        for rows, peppers in ((kept, ()), (kept, PEPPERS), (left, ()), (left, PEPPERS))
    ]
    return "of 9: open {}, open with the pepper {}, closed {}, closed with the pepper {}".format(
        *found
    )


async def run_storage_order(folder: Path) -> str:
    """How many slips the best order of a copied file puts on the right person."""
    rights = await dumps.rights(folder / "order", rounds=100)
    name, best = max(rights.items(), key=lambda one: one[1])
    return f"100 rounds, the best of {len(rights)} orders ({name}): {best:.3f}, chance 0.111"


EXACT_ATTACKS: Mapping[str, Callable[[Path], Awaitable[str]]] = {
    "live differencing": run_live_differencing,
    "overlapping groups, parent minus children": run_overlapping_groups,
    "linkage from a copy": run_linkage,
    "storage order": run_storage_order,
}
