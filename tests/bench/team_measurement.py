"""Measurements that need only an empty database and a number of teams."""

from collections.abc import Callable, Mapping

from tests.bench.conditions import Conditions, Measurement
from tests.bench.figures import POSTGRESQL, SQLITE, Figure, summarize

TeamMeasurement = Callable[[str, int], Mapping[str, float]]
"""Given the URL of an empty database and a number of teams, returns values by figure."""


def measure_teams(name: str, measure: TeamMeasurement) -> Measurement:
    """Return the measurement *name* that runs *measure* with all teams, in a column per database.

    Its entry in the registry is one line: ``"closing": measure_teams("closing", function)``.
    """

    def measure_columns(conditions: Conditions) -> list[Figure]:
        figures: list[Figure] = []
        for column, url in _create_urls(conditions, name).items():
            team_count = conditions.scale.team_count
            conditions.report_progress(f"{team_count} teams on {column}")
            figures += [
                summarize(figure, column, [value], note=f"{team_count} teams")
                for figure, value in measure(url, team_count).items()
            ]
        return figures

    return measure_columns


def _create_urls(conditions: Conditions, name: str) -> dict[str, str]:
    urls = {SQLITE: f"sqlite:///{conditions.create_folder(name)}/teams.sqlite"}
    if conditions.create_postgres_url:
        urls[POSTGRESQL] = conditions.create_postgres_url()
    return urls
