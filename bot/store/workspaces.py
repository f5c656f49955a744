"""Slack workspaces and Teams tenants, and which of them take no messages for now."""

from sqlalchemy import Connection, select

from bot.store.tables import workspaces
from bot.store.upsert import put

_REASON = 60


class Workspaces:
    """Which workspaces refuse us, so that nobody is called in vain and it is said once."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def suspended(self, workspace: str) -> str:
        """Why *workspace* takes no messages; ``""`` when it does."""
        reason = select(workspaces.c.suspended).where(workspaces.c.id == workspace)
        return self._connection.scalar(reason) or ""

    def suspend(self, workspace: str, reason: str) -> bool:
        """Owe *workspace* nothing until it is resumed; ``True`` when that is news."""
        news = not self.suspended(workspace)
        if news:
            kept = reason[:_REASON] or "unknown"
            put(self._connection, workspaces, {"id": workspace, "suspended": kept})
        return news

    def resume(self, workspace: str) -> bool:
        """Hand out again what *workspace* is owed; ``True`` when it was suspended."""
        news = bool(self.suspended(workspace))
        if news:
            put(self._connection, workspaces, {"id": workspace, "suspended": ""})
        return news
