"""Check the roles of the PostgreSQL server: which may connect, and the bot's row security."""

from bot.admin.finding import Finding
from bot.store.server_roles import ServerRoles


def check_database_roles(roles: ServerRoles) -> tuple[Finding, ...]:
    """Query the server's roles, and whether row security applies to the bot's; for PostgreSQL.

    Blocks. Raises the driver's exceptions.
    """
    return _check_other_roles(roles.count_other_roles()), _check_row_security(roles)


def _check_other_roles(other_roles_count: int) -> Finding:
    """Return the finding on other roles that may connect: they can read each table's statistics."""
    if not other_roles_count:
        return Finding(is_healthy=True, key="operator.doctor.roles_alone")
    facts: dict[str, str | int] = {"count": other_roles_count}
    return Finding(is_healthy=False, key="operator.doctor.roles_others", facts=facts)


def _check_row_security(roles: ServerRoles) -> Finding:
    """Return the finding whether row security limits a transaction to the rows of its workspace.

    A superuser, and a role with BYPASSRLS, bypass every policy.
    """
    if roles.bypasses_row_security():
        return Finding(is_healthy=False, key="operator.doctor.row_security_bypassed")
    return Finding(is_healthy=True, key="operator.doctor.row_security")
