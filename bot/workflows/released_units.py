"""Load the published tables of all units, with the name of each, for the operator."""

from bot.domain.counts.published_tables import PublishedTable
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import team_unit_key

UnitTables = tuple[str, tuple[PublishedTable, ...]]
"""The name of a team or practice, and its published tables, newest first."""


def load_released_units(repos: Repositories) -> list[UnitTables]:
    """Load every release, grouped by team or practice; no record of an open period is decrypted.

    A team whose row was deleted has its unit's key as its name.
    """
    team_names = {team_unit_key(team.id): team.name for team in repos.teams.list_teams_ever()}
    tables_by_unit: dict[str, list[PublishedTable]] = {}
    for release in repos.releases.list_all():
        tables_by_unit.setdefault(release.unit, []).append(
            PublishedTable(
                release.opens,
                release.closes,
                release.cap,
                not release.unit.startswith(team_unit_key("")),
                release.table,
            )
        )
    return [
        (team_names.get(unit, unit.partition("/")[2] or unit), tuple(tables))
        for unit, tables in tables_by_unit.items()
    ]
