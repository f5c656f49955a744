"""Check the teams' lists: count the people of open periods who are on no team's list now."""

from bot.admin.finding import Finding
from bot.domain.teams.unlisted_members import count_without_team
from bot.store.store import Store


def check_unlisted_members(store: Store) -> tuple[Finding, ...]:
    """Return the number of people on a frozen list and no team's, without ids; ``()`` for none.

    Blocks. The finding is healthy, a note only: they may have been removed from the list on
    purpose. Raises the driver's exceptions.
    """
    members = store.read_sync(lambda repos: repos.frozen_members.list_members())
    unlisted_count = count_without_team(members)
    key = "operator.doctor.clinicians_without_team"
    facts: dict[str, str | int] = {"count": unlisted_count}
    return (Finding(is_healthy=True, key=key, facts=facts),) if unlisted_count else ()
