"""No regular expression of the bot takes quadratic time, whatever text it is applied to."""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import pytest

from tests.sources import SourceFile, load_bot_sources

_FUNCTIONS = ("match", "fullmatch", "search", "split", "sub", "findall", "finditer")
_ANCHORED_FUNCTIONS = {"match", "fullmatch"}
_SHORT_LENGTH, _LONG_LENGTH = 2000, 8000
_CHEAP_SECONDS = 0.003
"""CPU time of one run over the short text below which it is not measured more closely.

A quadratic pattern needs a multiple of it: two million steps even for a fragment of one character.
"""

_MAX_GROWTH = 9.0
"""Growth of the time for four times the text: 4 for a linear pattern, 16 for a quadratic one."""

_FREQUENT_FRAGMENTS = (
    "a",
    "1",
    " ",
    "\n",
    "\N{CJK UNIFIED IDEOGRAPH-6587}",
    "[a](https://x",
    "@{a",
)


@dataclass(frozen=True)
class Usage:
    """One pattern, the place that applies it, and whether it is tried only at the text's start."""

    name: str
    pattern: re.Pattern[str]
    is_anchored: bool

    def apply(self, text: str) -> None:
        """Apply the pattern to the whole *text*."""
        if self.is_anchored:
            self.pattern.match(text)
            self.pattern.fullmatch(text)
        else:
            self.pattern.sub("", text)

    def measure_seconds(self, text: str, rounds: int) -> float:
        """Return the lowest CPU time of *rounds* runs over *text*."""
        return min(_measure_once(self.apply, text) for _ in range(rounds))


def _measure_once(apply: Callable[[str], None], text: str) -> float:
    start = time.thread_time()
    apply(text)
    return time.thread_time() - start


def _find_compiled_patterns(source: SourceFile) -> Iterator[Usage]:
    for name, value in vars(importlib.import_module(source.module_name)).items():
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            used = {name_ for name_ in _FUNCTIONS if f"{name}.{name_}(" in source.text}
            is_anchored = bool(used) and used <= _ANCHORED_FUNCTIONS
            yield Usage(f"{source.module_name}.{name}", value, is_anchored)


def _find_inline_patterns(source: SourceFile) -> Iterator[Usage]:
    if not any(f"re.{function}(" in source.text for function in _FUNCTIONS):
        return  # walking the trees of all modules takes a second in each test process
    for node in source.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=function), args=[pattern, *_]
            ) if function in _FUNCTIONS and (text := _evaluate(pattern)):
                name = f"{source.module_name}:{node.lineno}"
                yield Usage(name, re.compile(text), function in _ANCHORED_FUNCTIONS)


def _evaluate(pattern: ast.expr) -> str:
    """Return a literal pattern, with ``a`` in the place of each computed part; else ``""``."""
    match pattern:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_evaluate(part) or "a" for part in parts)
        case _:
            return ""


@cache
def list_usages() -> tuple[Usage, ...]:
    """Return every use of a pattern in the bot."""
    sources = [
        source for source in load_bot_sources() if not source.module_name.endswith("__main__")
    ]
    usages = [
        usage
        for source in sources
        for usage in (*_find_compiled_patterns(source), *_find_inline_patterns(source))
    ]
    return tuple({(usage.name, usage.pattern): usage for usage in usages}.values())


def _build_fragments(pattern: str) -> set[str]:
    """Return texts that begin a match of *pattern* without ending it, to be repeated."""
    literals = re.sub(r"\\", "", pattern)
    windows = {literals[i : i + n] for n in (1, 2, 3, 4) for i in range(len(literals) - n + 1)}
    characters = {window for window in windows if len(window) == 1 and not window.isalnum()}
    atoms = sorted(characters | set(_FREQUENT_FRAGMENTS))
    pairs = {first + second for first, second in product(atoms, atoms)}
    return windows | set(atoms) | pairs | {f" {atom}a" for atom in atoms}


def find_quadratic_fragment(usage: Usage) -> str | None:
    """Return a fragment whose repetition takes quadratic time, ``None`` if there is none."""
    for fragment in sorted(_build_fragments(usage.pattern.pattern)):
        short, long = ((fragment * length)[:length] for length in (_SHORT_LENGTH, _LONG_LENGTH))
        if usage.measure_seconds(short, 1) < _CHEAP_SECONDS:
            continue
        growth = usage.measure_seconds(long, 3) / usage.measure_seconds(short, 5)
        if growth > _MAX_GROWTH:
            return fragment
    return None


@pytest.mark.parametrize("usage", list_usages(), ids=lambda usage: usage.name)
def test_time_grows_linearly_with_the_text(usage: Usage) -> None:
    """Four times the text costs each pattern of the bot about four times the CPU time."""
    assert find_quadratic_fragment(usage) is None


def test_a_quadratic_pattern_is_found() -> None:
    """The measurement recognizes a pattern that searches each open tag to the text's end.

    Other programs on the machine disturb a measurement, seldom three of them.
    """
    usage = Usage("old", re.compile(r"<at>.*?</at>", re.DOTALL), is_anchored=False)

    assert any(find_quadratic_fragment(usage) for _ in range(3))
