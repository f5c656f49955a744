"""The attacks whose outcome is no matter of chance, each told as one line of the table."""

import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.attacks import test_dumps as dumps
from tests.attacks import test_views as views
from tests.attacks.forks import World, forked, of, told, world
from tests.doubles import PEPPERS
from tests.sample_team import CLINICIANS, SUPERVISOR

PERIODS = 20


async def live(folder: Path) -> str:
    """A supervisor who looks before and after every debrief, over several periods."""

    async def watched(one: World) -> str:
        looks = differing = 0
        for _ in range(PERIODS):
            before = await views.everything(one, SUPERVISOR)
            for who in CLINICIANS:
                await one.files(who)
                after = await views.everything(one, SUPERVISOR)
                looks, differing, before = looks + 1, differing + (after != before), after
            await one.close()
        return f"{looks} looks, {differing} differ: right {0.5 + differing / looks / 2:.3f}"

    (found,) = await forked(folder, views.ready, watched)
    return found


async def overlapping(folder: Path) -> str:
    """Everything told of a group without the target, in a world in which they filed and one not."""
    alike = 0
    for number in range(PERIODS):

        async def filed(one: World) -> list[tuple[object, ...]]:
            await one.files(CLINICIANS[0])
            return await closed(one)

        async def closed(one: World) -> list[tuple[object, ...]]:
            await one.close()
            return of(views.SISTER, await told(one))

        one, other = await forked(folder / str(number), views.sisters, filed, closed)
        alike += one == other
    return f"{PERIODS} pairs, {PERIODS - alike} differ: right {0.5 + (1 - alike / PERIODS) / 2:.3f}"


async def linkage(folder: Path) -> str:
    """How many of nine people a copy of the database gives away: open, and after the close."""
    async with world(folder / "open") as one:
        await dumps.filed(one)
        at = one.clock.at
    shutil.copytree(folder / "open", folder / "closed")
    async with world(folder / "closed", at) as one:
        await one.close()
    kept, left = dumps.dump(folder / "open"), dumps.dump(folder / "closed")
    found = [
        dumps.linked(rows, CLINICIANS, peppers)
        for rows, peppers in ((kept, ()), (kept, PEPPERS), (left, ()), (left, PEPPERS))
    ]
    return "of 9: open {}, open with the pepper {}, closed {}, closed with the pepper {}".format(
        *found
    )


async def order(folder: Path) -> str:
    """How many slips the best order of a copied file puts on the right person."""
    rights = await dumps.rights(folder / "order", rounds=100)
    name, best = max(rights.items(), key=lambda one: one[1])
    return f"100 rounds, the best of {len(rights)} orders ({name}): {best:.3f}, chance 0.111"


ATTEMPTS: Mapping[str, Callable[[Path], Awaitable[str]]] = {
    "live differencing": live,
    "overlapping groups, parent minus children": overlapping,
    "linkage from a copy": linkage,
    "storage order": order,
}
