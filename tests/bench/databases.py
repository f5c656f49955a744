"""Databases that several measurements use, each created once in a run."""

from dataclasses import dataclass
from pathlib import Path

from tests.bench.conditions import Conditions
from tests.bench.figures import POSTGRESQL, SQLITE, SQLITE_LARGE
from tests.bench.seeding import Population, person_id, seed_database
from tests.journeys.botprocess import BotProcess

ONE_TEAM = Population(1, 20)
"""The small database: as many people in its team as in each team of the large one."""

_PEOPLE_PER_TEAM = 20

REQUESTER_COUNT = 20
"""People who send requests, of every database: their profiles are looked up before the first."""


@dataclass(frozen=True)
class Database:
    """A database with its keys: the files of one bot, and who is in it."""

    column: str
    folder: Path
    url: str
    population: Population

    def list_requesters(self) -> list[str]:
        """Return the ids of the people who send requests, of as many teams as there are."""
        return list_requesters(self.population)


def list_requesters(population: Population) -> list[str]:
    """Return the ids of some people, spread evenly over the teams of *population*."""
    return [
        person_id(number * population.team_count // REQUESTER_COUNT, number)
        for number in range(REQUESTER_COUNT)
    ]


def create_databases(conditions: Conditions) -> list[Database]:
    """Return the database of each column: PostgreSQL's only where there is a server."""
    columns = [SQLITE, SQLITE_LARGE]
    if conditions.create_postgres_url:
        columns.append(POSTGRESQL)
    return [create_database(conditions, column) for column in columns]


def create_database(conditions: Conditions, column: str) -> Database:
    """Return the database of *column*, created and filled at its first use in a run."""
    is_large = column == SQLITE_LARGE
    population = Population(conditions.scale.team_count, _PEOPLE_PER_TEAM) if is_large else ONE_TEAM
    folder = conditions.create_folder(column.replace(" ", "-"))
    bot, url_file = BotProcess(folder, ""), folder / "database-url"
    if not url_file.exists():
        conditions.report_progress(f"creating a database of {population.team_count} teams")
        url = f"sqlite:///{bot.database_file}"
        if column == POSTGRESQL:
            assert conditions.create_postgres_url
            url = conditions.create_postgres_url()
        seed_database(url, bot.keys_folder, population)
        url_file.write_text(url, encoding="utf-8")
    return Database(column, folder, url_file.read_text(encoding="utf-8"), population)
