"""Every log action and field that the source code contains, found in its syntax trees."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from bot.content.catalogue import load_catalogue
from bot.domain.permission_table import BUTTONS
from tests import sources
from tests.sources import SourceFile

ACTION = re.compile(r"[a-z_]+\.[a-z_]+[a-z]")
"""The shape of a log action: an area and what happened, joined by a full stop."""

FILE_SUFFIXES = re.compile(r".+\.(?:json|png|toml|sqlite|html|css|js|py|zip)")

OTHER_NAMES = frozenset(
    {
        "caption.foot",
        "caption.head",
        "chart.accuracy",
        "chart.method",
        "choices.data",
        "description.full",
        "description.short",
        "http.disconnect",
        "hour.quarter",
        "http.request",
        "name.full",
        "name.short",
        "slack.oauth_state",
        "slack_bolt.app",
        "trend.method",
    }
)
"""Names with the shape of an action that are none: keys of a product's documents, and of texts."""

LOGGING_CALLS = frozenset({"log_error", "report_fault", "_log_event"})
"""Functions that write a line, whose keyword arguments are fields of it."""

FIELD_VARIABLES = frozenset({"facts", "fields", "optional"})
"""Names of the variables that hold the fields of a line before it is written."""

FORMATTER_FIELDS = ("at", "level", "name", "event")
"""Fields that the formatter of :mod:`bot.logs` adds to every line."""

_ENGLISH = load_catalogue().get_pack("en")
_TEXT_KEYS = frozenset(
    {*_ENGLISH.sentences, *_ENGLISH.guide, *_ENGLISH.supervision_guide, *BUTTONS}
)


@cache
def load_logging_sources() -> tuple[SourceFile, ...]:
    """Return the files of the bot that can log: all but the sandbox and the content."""
    return tuple(
        source
        for source in sources.load_bot_sources()
        if not source.is_within("bot.sandbox", "bot.content")
    )


@cache
def find_action_patterns() -> set[str]:
    """Return a pattern of each log action: its name, or an expression where a part is computed."""
    return {
        pattern
        for source in load_logging_sources()
        for pattern in (*_iter_literals(source), *_iter_computed_actions(source))
    }


def _iter_literals(source: SourceFile) -> Iterator[str]:
    for string in source.iter_user_strings():
        name = str(string.value)
        if ACTION.fullmatch(name) and not _is_other_name(name):
            yield re.escape(name)


def _is_other_name(name: str) -> bool:
    is_logger = name.startswith("attune.")
    is_file = FILE_SUFFIXES.fullmatch(name) is not None
    return is_logger or is_file or name in OTHER_NAMES or name in _TEXT_KEYS


def _iter_computed_actions(source: SourceFile) -> Iterator[str]:
    """Yield a pattern of each action that an f-string builds and ``action`` or a call names."""
    for node in source.nodes:
        if isinstance(node, ast.Assign) and _is_named_action(node):
            yield from _iter_patterns(node.value)
        elif isinstance(node, ast.Call) and _read_function_name(node) in LOGGING_CALLS:
            for argument in node.args:
                yield from _iter_patterns(argument)


def _is_named_action(node: ast.Assign) -> bool:
    return any(isinstance(name, ast.Name) and name.id == "action" for name in node.targets)


def _iter_patterns(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
            for part in node.values
        )


def _read_function_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


@cache
def find_fields() -> set[str]:
    """Return the name of each field that a line of the bot can have."""
    return {name for source in load_logging_sources() for name in _iter_fields(source)}


def _iter_fields(source: SourceFile) -> Iterator[str]:
    """Yield the keys of what is logged as ``extra``, and the keywords of each logging call."""
    for node in source.nodes if "logger" in source.text else ():
        if isinstance(node, ast.keyword) and node.arg == "extra":
            keys = list(_iter_keys(node.value))
            yield from keys if "action" in keys else ()
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield from _iter_assigned_fields(node)
        elif isinstance(node, ast.Call) and _read_function_name(node) in LOGGING_CALLS:
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _iter_assigned_fields(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    """Yield the fields that a variable gets: a dictionary with an action, or a further item."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        if ast.unparse(target.value) in FIELD_VARIABLES:
            yield str(target.slice.value)
    elif isinstance(target, ast.Name) and target.id in FIELD_VARIABLES and node.value is not None:
        keys = list(_iter_keys(node.value))
        if "action" in keys or target.id == "optional":
            yield from keys


def _iter_keys(node: ast.AST) -> Iterator[str]:
    """Yield every string that is a key of a dictionary in *node*."""
    for part in ast.walk(node):
        if isinstance(part, ast.Dict):
            yield from (str(key.value) for key in part.keys if isinstance(key, ast.Constant))
