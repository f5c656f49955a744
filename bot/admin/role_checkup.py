"""Check-up of the roles of PostgreSQL's server: who may connect, and what the bot's own passes."""

from bot.admin.finding import Finding
from bot.store.server_roles import ServerRoles


def check_roles(roles: ServerRoles) -> tuple[Finding, ...]:
    """Return how many other roles may connect, and whether policies concern the bot's role."""
    return _check_others(roles.count_others()), _check_policies(roles)


def _check_others(other_roles_count: int) -> Finding:
    """Return how many roles besides the bot's may connect and so read the server's counters."""
    if not other_roles_count:
        return Finding(is_healthy=True, key="operator.doctor.roles_alone")
    facts: dict[str, str | int] = {"count": other_roles_count}
    return Finding(is_healthy=False, key="operator.doctor.roles_others", facts=facts)


def _check_policies(roles: ServerRoles) -> Finding:
    """Return whether row security keeps the bot to the rows of the workspace that it serves."""
    if roles.bypasses_row_security():
        return Finding(is_healthy=False, key="operator.doctor.row_security_bypassed")
    return Finding(is_healthy=True, key="operator.doctor.row_security")
