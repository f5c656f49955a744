"""Wrappers that check the right of a command, form or button in the permission table."""

from collections.abc import Mapping

from bot.domain.permission_table import PERMISSION_TABLE
from handlers import external, home, rights
from handlers.rights import Handler


def wrap_with_table_right(table: str, name: str, handler: Handler) -> Handler:
    """Return *handler* wrapped with the check of the right in its row.

    The row is that of *name* in *table* of :data:`bot.domain.permission_table.PERMISSION_TABLE`.
    Raises ``KeyError`` without one, so that no handler is registered without a right.
    """
    refusal = external.show_home if handler is home.show_home else external.refuse_request
    right = PERMISSION_TABLE[table][name].right
    return rights.wrap_with_right_check(handler, right, refuse_external=refusal)


def wrap_all_with_table_rights(
    table: str, handlers: Mapping[str, Handler]
) -> Mapping[str, Handler]:
    """Return the dict *handlers* by name, each wrapped by :func:`wrap_with_table_right`."""
    return {name: wrap_with_table_right(table, name, handler) for name, handler in handlers.items()}
