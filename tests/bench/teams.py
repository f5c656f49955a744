"""Invented teams of the measurements."""

from datetime import time as local

from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team


def build_team(
    workspace: str, team_id: str = "team", channel: str = "C0", zone: str = "America/Toronto"
) -> Team:
    """Build a team of *workspace* with a weekly check-in on Monday at nine."""
    return Team(
        id=team_id,
        workspace=workspace,
        channel=channel,
        name="Bench",
        practice="",
        language="en",
        zone=zone,
        checkin_rule=WeeklyRule(1, local(9)),
        tip_days=(2,),
        tip_time=local(9),
        question="form",
        open_to_team=False,
    )
