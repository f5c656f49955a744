"""The project's own files, read once, for the tests that hold the house rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parent.parent
BOT_PACKAGES = ("bot", "handlers", "schedules")
"""The folders that make up the running bot."""

_EXCLUDED_FOLDERS = {"var", "htmlcov", "__pycache__", "build", "dist"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One Python file: its path from the project's root, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def module_name(self) -> str:
        """Its dotted name, such as ``bot.domain.tips``."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def is_within(self, *packages: str) -> bool:
        """Whether it is one of *rooms* (dotted names) or inside one."""
        return any(f"{self.module_name}.".startswith(f"{room}.") for room in packages)

    def iter_functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def iter_user_strings(self) -> Iterator[ast.Constant]:
        """Every string that is a value: neither a docstring nor meant for a developer."""
        asides = (node for node in ast.walk(self.tree) if _is_developer_text(node))
        silent = {id(part) for aside in asides for part in ast.walk(aside)}
        for node in ast.walk(self.tree):
            if _is_string(node) and id(node) not in silent:
                yield node


@cache
def list_files() -> tuple[Path, ...]:
    """Every file of ours, from the project's root; hidden caches and data are not."""
    found = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*")) if path.is_file())
    return tuple(path for path in found if not _is_excluded(path))


@cache
def load_bot_sources() -> tuple[SourceFile, ...]:
    """The Python files that make up the running bot; not those that only Alembic loads."""
    return tuple(
        _parse_source(path)
        for path in list_files()
        if path.suffix == ".py" and path.parts[0] in BOT_PACKAGES and "migrations" not in path.parts
    )


@cache
def load_test_sources() -> tuple[SourceFile, ...]:
    """The Python files of the tests."""
    return tuple(
        _parse_source(p) for p in list_files() if p.suffix == ".py" and p.parts[0] == "tests"
    )


def _parse_source(path: Path) -> SourceFile:
    text = (ROOT / path).read_text(encoding="utf-8")
    return SourceFile(path, text, ast.parse(text, str(path)))


def _is_excluded(path: Path) -> bool:
    hidden = len(path.parts) > 1 and path.parts[0].startswith(".") and path.parts[0] != ".ci"
    secret = path.name in {".env", ".git"} or path.name.startswith(".coverage")
    return hidden or secret or not _EXCLUDED_FOLDERS.isdisjoint(path.parts)


def _is_string(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_developer_text(node: ast.AST) -> bool:
    """Whether *node* is a docstring, or an error whose words only developers read."""
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and _is_string(node.value))
