"""Docstrings name the exceptions that a caller has to handle."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests import sources
from tests.sources import Function, SourceFile

_Scope = ast.Module | ast.ClassDef | Function


def iter_public_functions(
    scope: _Scope, outer_docstrings: str = ""
) -> Iterator[tuple[Function, str]]:
    """Yield the public functions of *scope* and methods of its public classes, not nested ones.

    Each comes with every docstring that may name its errors: its own, its class's and its
    module's.
    """
    docstrings = f"{outer_docstrings} {ast.get_docstring(scope) or ''}"
    for node in scope.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from iter_public_functions(node, docstrings)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield node, f"{docstrings} {ast.get_docstring(node) or ''}"


def iter_raised_names(node: ast.AST) -> Iterator[str]:
    """Yield the class of every exception raised in *node*, without nested functions.

    A variable that is raised again, and a bare ``raise``, name no class.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            error = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            name = ast.unparse(error).rpartition(".")[2]
            if name[:1].isupper():
                yield name
        yield from iter_raised_names(child)


def find_undocumented_errors(source: SourceFile) -> list[str]:
    """Return ``function: error`` for each exception that no docstring around it names."""
    return [
        f"{source.path}:{function.name}: {error}"
        for function, docstrings in iter_public_functions(source.tree)
        for error in iter_raised_names(function)
        if error not in docstrings
    ]


def test_docstrings_name_the_exceptions_that_are_raised() -> None:
    """An exception that a public function raises itself is named in its docstring.

    The docstring of its class or module may do so for all of its functions.
    """
    assert [
        line for source in sources.load_bot_sources() for line in find_undocumented_errors(source)
    ] == []


def test_undocumented_exception_is_found(tmp_path: Path) -> None:
    """An exception that neither the function nor its class or module names is reported."""
    planted = tmp_path / "planted.py"
    planted.write_text(
        "class Door:\n"
        '    """Opens; raises LockedError."""\n'
        "    def open(self):\n"
        "        raise LockedError\n"
        "    def close(self):\n"
        "        raise JammedError from None\n"
    )

    assert find_undocumented_errors(SourceFile(planted)) == [f"{planted}:close: JammedError"]
