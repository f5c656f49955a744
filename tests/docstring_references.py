"""References of docstrings to code: roles such as ``:func:``, and parameters in asterisks."""

import ast
import builtins
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from tests import sources
from tests.sources import Function, SourceFile

_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):`~?([\w.]+)`")
_PARAMETER = re.compile(r"(?<![\w*`])\*(\w+)\*(?![\w*])")

_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
"""Nodes that may contain statements, and so docstrings: an expression contains none."""

Names = dict[str, "Names"]
"""The names that a module or class defines; a class's own names are the value."""


@dataclass(frozen=True)
class Docstring:
    """A docstring and where it is: ``parameters`` are those of the functions and class around it.

    ``class_names`` are the names of the innermost class around it.
    """

    text: str
    class_names: Names
    parameters: frozenset[str]


def iter_docstrings(
    node: ast.AST, class_names: Names | None = None, parameters: frozenset[str] = frozenset()
) -> Iterator[Docstring]:
    """Yield every docstring inside *node*, those of attributes and constants included."""
    names = class_names or {}
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            initializer = [f for f in child.body if _is_function(f) and f.name == "__init__"]
            fields = frozenset(_list_class_names(child)) | _list_parameters(initializer)
            yield from iter_docstrings(child, _list_class_names(child), parameters | fields)
        elif _is_function(child):
            yield from iter_docstrings(child, names, parameters | _list_parameters([child]))
        elif isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            yield Docstring(str(child.value.value), names, parameters)
        elif isinstance(child, _STATEMENTS):
            yield from iter_docstrings(child, names, parameters)


def find_unknown_parameters(source: SourceFile) -> list[str]:
    """Return the path and name for each name in asterisks that no function around it has."""
    return [
        f"{source.path}: *{name}*"
        for docstring in iter_docstrings(source.tree)
        for name in _PARAMETER.findall(docstring.text)
        if name not in docstring.parameters
    ]


def find_unresolved_references(source: SourceFile) -> list[str]:
    """Return ``path: target`` for each role whose target is defined nowhere.

    A target is a dotted path from a top-level package, or a name of the class or module around it.
    """
    module_names = _list_names(source.tree.body)
    return [
        f"{source.path}: {target}"
        for docstring in iter_docstrings(source.tree)
        for target in _ROLE.findall(docstring.text)
        if not any(_contains(names, target) for names in (docstring.class_names, module_names))
        and not _is_importable(target)
    ]


def _is_importable(target: str) -> bool:
    """Whether *target* is a builtin, or a name of a module that can be imported."""
    first, *rest = target.split(".")
    if not first:
        return False
    if not rest:
        return hasattr(builtins, first)
    for position in range(target.count(".") + 1, 0, -1):
        module_name = ".".join(target.split(".")[:position])
        remainder = target[len(module_name) + 1 :]
        if source := _load_project_modules().get(module_name):
            return not remainder or _contains(_list_names(source.tree.body), remainder)
    return _is_attribute(importlib.import_module(first), rest)


@cache
def _load_project_modules() -> dict[str, SourceFile]:
    """Return the project's files by dotted module name."""
    return {source.module_name: source for source in sources.load_all_sources()}


def _is_attribute(value: object, path: Iterable[str]) -> bool:
    for name in path:
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return True


def _contains(names: Names, target: str) -> bool:
    first, _, rest = target.partition(".")
    return first in names and (not rest or not names[first] or _contains(names[first], rest))


def _list_names(body: Iterable[ast.stmt]) -> Names:
    """Return the names that statements define or import, without those of nested functions."""
    names: Names = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            names[node.name] = _list_class_names(node)
        elif _is_function(node):
            names[node.name] = {}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(a.asname or a.name).partition(".")[0]: {} for a in node.names}
        elif isinstance(node, ast.If | ast.Try | ast.With):
            names |= _list_names(node.body)
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names |= {n.id: {} for n in stored if isinstance(n.ctx, ast.Store)}
    return names


def _list_class_names(node: ast.ClassDef) -> Names:
    """Return the names of a class: its methods, fields, and the attributes that it assigns."""
    attributes = (n for n in ast.walk(node) if isinstance(n, ast.Attribute))
    assigned = {n.attr: Names() for n in attributes if isinstance(n.ctx, ast.Store)}
    return assigned | _list_names(node.body)


def _list_parameters(functions: Iterable[ast.AST]) -> frozenset[str]:
    arguments = (n for f in functions if _is_function(f) for n in ast.walk(f.args))
    return frozenset(n.arg for n in arguments if isinstance(n, ast.arg))


def _is_function(node: ast.AST) -> TypeGuard[Function]:
    return isinstance(node, Function)
