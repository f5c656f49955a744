"""An outage of Teams: what was under way is in doubt, and requests that post nothing follow."""

from collections import Counter
from datetime import timedelta

from tests.chat.expectations import MONDAY, advance_and_deliver
from tests.chat.msteams.microsoft import PlannedAnswer
from tests.chat.on_teams import TeamsProduct

BAD_GATEWAY = [PlannedAnswer(502)] * 99
OUTAGE_MINUTES = 20


async def test_an_outage_is_probed_without_a_post(teams: TeamsProduct) -> None:
    """In 20 minutes of 502 nothing is posted twice, and every probe reads members alone."""
    for person_id in (teams.marie, teams.ada):
        await teams.run_command(person_id, "checkin join")
    await teams.bot.run_duties_and_deliver()  # sends the team's welcome card first
    call_count = len(teams.ms.calls)
    teams.ms.planned_answers |= {name: [*BAD_GATEWAY] for name in ("activities", "pagedMembers")}
    for minute in range(OUTAGE_MINUTES):
        await advance_and_deliver(teams, MONDAY + timedelta(minutes=minute))
    requests = Counter(
        (call.method, call.path.rpartition("/")[2]) for call in teams.ms.calls[call_count:]
    )

    assert requests[("POST", "activities")] == 2
    assert requests.keys() == {("POST", "activities"), ("GET", "pagedMembers")}
    assert 3 <= requests[("GET", "pagedMembers")] <= 6


async def test_teams_continues_after_an_outage(teams: TeamsProduct) -> None:
    """In the week after an outage the check-in is posted again."""
    await teams.run_command(teams.marie, "checkin join")
    await teams.bot.run_duties_and_deliver()
    teams.ms.planned_answers |= {name: [*BAD_GATEWAY] for name in ("activities", "pagedMembers")}
    for minute in range(OUTAGE_MINUTES):
        await advance_and_deliver(teams, MONDAY + timedelta(minutes=minute))
    teams.ms.planned_answers.clear()
    previous_count = len(teams.received_messages(teams.marie))
    await advance_and_deliver(teams, MONDAY + timedelta(weeks=1, minutes=1))

    assert len(teams.received_messages(teams.marie)) == previous_count + 1
