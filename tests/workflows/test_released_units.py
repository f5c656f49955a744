from bot.domain.counts.release_rule import Band
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows.released_units import load_released_units
from tests.domain.counts import sample_tables
from tests.published_releases import insert_releases
from tests.sample_team import TEAM
from tests.store.sample_counts import build_team, open_periods

TEAM_TABLE = sample_tables.publish(sample_tables.build_total(Band.TEN), 0)
POOLED_TABLE = sample_tables.publish(
    sample_tables.build_breakdown("form", "away"), 0, is_pooled=True
)


async def test_each_unit_has_its_name_and_tables(store: Store) -> None:
    """A team is named as it is called, a practice too, and a removed team by its key."""
    await store.across_workspaces.write(lambda repos: repos.teams.save(TEAM))
    await insert_releases(store, TEAM.id, (TEAM_TABLE, POOLED_TABLE))
    await insert_releases(store, "removed", (TEAM_TABLE,))

    units = await store.across_workspaces.read(load_released_units)

    assert sorted(units, key=lambda unit: unit[0]) == [
        (TEAM.name, (TEAM_TABLE,)),
        ("made up", (POOLED_TABLE,)),
        ("team:removed", (TEAM_TABLE,)),
    ]


async def test_an_open_period_is_not_read(store: Store) -> None:
    """Without a published table nothing is loaded, whatever is open."""
    await open_periods(store, (build_team("north"), 9))

    def load(repos: Repositories) -> int:
        return len(load_released_units(repos))

    assert await store.across_workspaces.read(load) == 0
