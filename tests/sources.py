"""The project's files, read and parsed on first use, for the tests that check code rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parent.parent
BOT_PACKAGES = ("bot", "handlers", "schedules")
"""Top-level packages of the bot, without the tests."""

_EXCLUDED_FOLDERS = {"var", "htmlcov", "__pycache__", "build", "dist"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file: its path relative to the root, its text and its syntax tree.

    Every test process lists the files to name its tests; few of them parse one.
    """

    path: Path

    @cached_property
    def text(self) -> str:
        """The text of the file."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the file."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree; several tests read them, and a walk takes as long as parsing."""
        return tuple(ast.walk(self.tree))

    @property
    def module_name(self) -> str:
        """The dotted module name, such as ``bot.domain.tips``."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def is_within(self, *packages: str) -> bool:
        """Return whether the module is one of *packages* (dotted names) or inside one."""
        return any(f"{self.module_name}.".startswith(f"{package}.") for package in packages)

    def iter_functions(self) -> Iterator[Function]:
        """Yield every function and method, nested ones included."""
        return (node for node in self.nodes if isinstance(node, Function))

    def iter_user_strings(self) -> Iterator[ast.Constant]:
        """Yield every string constant that is neither a docstring nor part of a ``raise``."""
        statements = (node for node in self.nodes if _is_developer_text(node))
        excluded = {id(part) for statement in statements for part in ast.walk(statement)}
        for node in self.nodes:
            if _is_string(node) and id(node) not in excluded:
                yield node


@cache
def list_files() -> tuple[Path, ...]:
    """Return every file of the project, relative to the root, without caches and data."""
    paths = (path.relative_to(ROOT) for path in sorted(_iter_paths()) if path.is_file())
    return tuple(path for path in paths if not _is_excluded(path))


def _iter_paths() -> Iterator[Path]:
    """Yield the paths below the root, without those in a folder of the root that is excluded.

    The environment of the tests alone has 25,000 files, which every test process would list.
    """
    for path in ROOT.iterdir():
        yield path
        if path.is_dir() and not path.is_symlink() and not _is_excluded(Path(path.name, "file")):
            yield from path.rglob("*")


@cache
def load_bot_sources() -> tuple[SourceFile, ...]:
    """Return the bot's Python files, without the migrations, which Alembic loads by path."""
    return tuple(
        SourceFile(path)
        for path in list_files()
        if path.suffix == ".py" and path.parts[0] in BOT_PACKAGES and "migrations" not in path.parts
    )


@cache
def load_test_sources() -> tuple[SourceFile, ...]:
    """Return the tests' Python files."""
    return tuple(SourceFile(p) for p in list_files() if p.suffix == ".py" and p.parts[0] == "tests")


@cache
def load_all_sources() -> tuple[SourceFile, ...]:
    """Return the Python files of the bot and of the tests.

    A rule about every file is one test: ten tests for each of 1,400 files took longer to start
    than to check.
    """
    return (*load_bot_sources(), *load_test_sources())


def _is_excluded(path: Path) -> bool:
    is_hidden = len(path.parts) > 1 and path.parts[0].startswith(".") and path.parts[0] != ".ci"
    is_secret = path.name in {".env", ".git"} or path.name.startswith(".coverage")
    return is_hidden or is_secret or not _EXCLUDED_FOLDERS.isdisjoint(path.parts)


def _is_string(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_developer_text(node: ast.AST) -> bool:
    """Return whether *node* is a docstring or a ``raise`` statement."""
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and _is_string(node.value))
