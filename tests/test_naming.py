"""Names and docstrings are engineering English, as CONTRIBUTING defines it."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator

import pytest

from tests import sources
from tests.sources import ROOT, SourceFile

WORD_LISTS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads((ROOT / "tests/word_lists.toml").read_text("utf-8")).items()
}

MAX_FOLK_PER_1000 = {
    "bot.store": 6,
    "bot.chat": 6,
    "bot.admin": 6,
    "bot.sandbox": 6,
    "schedules": 6,
    "bot.domain": 10,
    "bot.workflows": 10,
    "bot.content": 10,
    "handlers": 10,
}
"""Folk words per 1,000 words of docstrings and comments, at most, by package."""

MAX_FOLK_AT_TOP = 6
"""The same for the modules at the top of ``bot``."""


def iter_bindings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield every name that is assigned or a parameter."""
    for node in nodes:
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def is_bare_participle(name: str) -> bool:
    """Whether *name* is a past participle without an object, such as ``asked``."""
    bare = name.strip("_")
    ends_like_one = bare in WORD_LISTS["irregular_participles"] or bare.endswith("ed")
    return "_" not in bare and ends_like_one and bare not in WORD_LISTS["not_participles"]


def count_words(source: SourceFile) -> tuple[int, int]:
    """Return the words of a file's docstrings and comments, and how many are folk words."""
    comments = [
        line.partition("#")[2] for line in source.text.splitlines() if line.lstrip().startswith("#")
    ]
    docstrings = [
        node.value.value
        for node in source.nodes
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    words = re.findall(r"[a-z]+", " ".join([*comments, *docstrings]).lower())
    return len(words), sum(word in WORD_LISTS["folk_words"] for word in words)


def folk_per_1000(package_sources: list[SourceFile]) -> float:
    """Return the folk words per 1,000 words of *package_sources*."""
    counts = [count_words(source) for source in package_sources]
    return 1000 * sum(folk for _, folk in counts) / max(1, sum(words for words, _ in counts))


def test_no_function_is_named_by_a_bare_participle() -> None:
    """A function is a verb with its object or a predicate, never a bare past participle."""
    assert [
        f"{source.path}:{function.name}"
        for source in sources.load_all_sources()
        for function in source.iter_functions()
        if is_bare_participle(function.name)
    ] == []


def test_no_binding_has_a_vague_name() -> None:
    """A variable or parameter names its content, not the act by which it was obtained."""
    vague_names = WORD_LISTS["vague_names"]

    assert {
        f"{source.path}:{name}"
        for source in sources.load_all_sources()
        for name in iter_bindings(source.nodes)
        if name.strip("_") in vague_names
    } == set()


@pytest.mark.parametrize("package", MAX_FOLK_PER_1000)
def test_docstrings_use_technical_terms(package: str) -> None:
    """The docstrings and comments of a package stay under its limit of folk words."""
    inside = [s for s in sources.load_bot_sources() if s.is_within(package)]

    assert folk_per_1000(inside) < MAX_FOLK_PER_1000[package]


def test_docstrings_at_the_top_use_technical_terms() -> None:
    """The docstrings and comments of the modules at the top of bot stay under their limit."""
    top = [s for s in sources.load_bot_sources() if s.path.parent.name == "bot"]

    assert folk_per_1000(top) < MAX_FOLK_AT_TOP
