"""Check-up of the teams' lists: how many people count in an open period and lack a team."""

from bot.admin.finding import Finding
from bot.domain.teams.unlisted_members import count_without_team
from bot.store.store import Store


def check_lists(store: Store) -> tuple[Finding, ...]:
    """Return how many people of the open periods are on no list; never who they are.

    A note and no fault: they may have been taken off the list on purpose.
    """
    members = store.read_sync(lambda repos: repos.unlisted_members.list_members())
    unlisted_count = count_without_team(members)
    key = "operator.doctor.clinicians_without_team"
    facts: dict[str, str | int] = {"count": unlisted_count}
    return (Finding(is_healthy=True, key=key, facts=facts),) if unlisted_count else ()
