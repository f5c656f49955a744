"""Tables that a nested SELECT reads once more instead of comparing with the enclosing one.

SQLAlchemy correlates a subquery with the statement around it, and not with what is around that.
A table of an outer statement is then read again from its first row: the condition holds for any
row of it. An alias says that this is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.store.schema import metadata

_TOKEN = re.compile(r"[()]|[\w.]+")
_AFTER_TABLES = frozenset({"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "SET"})


@dataclass
class _Select:
    """One statement, or what is between two parentheses: its tables without an alias."""

    parent: "_Select | None"
    names: set[str] = field(default_factory=set)
    is_in_tables: bool = False

    def iter_enclosing(self) -> Iterator["_Select"]:
        """Yield each SELECT around this one, the nearest first."""
        select = self.parent
        while select:
            yield select
            select = select.parent


def list_repeated_tables(statement: str) -> set[str]:
    """Return the tables without an alias in a nested SELECT that an enclosing one has, too."""
    selects = _parse_selects(statement)
    return {
        name
        for select in selects
        for enclosing in select.iter_enclosing()
        for name in select.names & enclosing.names
    }


def _parse_selects(statement: str) -> list[_Select]:
    present = _Select(None)
    selects, tokens = [present], _TOKEN.findall(statement)
    for token, following in zip(tokens, [*tokens[1:], "", ""], strict=False):
        if token == "(":
            present = _Select(present)
            selects.append(present)
        elif token == ")":
            present = present.parent or present
        elif token == "SELECT" and present.names:  # a further part of a UNION
            present = _Select(present.parent)
            selects.append(present)
        elif token in {"FROM", "UPDATE"}:
            present.is_in_tables = True
        elif token in _AFTER_TABLES:
            present.is_in_tables = False
        elif present.is_in_tables and token in metadata.tables and following != "AS":
            present.names.add(token)
    return selects
