"""Hypothesis strategies that mutate valid documents (JSON-like values) and bytes."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz import hostile

Path = tuple[str | int, ...]
"""Keys and indices from the root of a document to one of its parts."""

EDIT_COUNTS = (0, 1, 1, 1, 2, 2, 3)
"""Numbers of edits of a document: one that is edited more often is rarely accepted."""

MAX_BYTE_EDITS = 4
MAX_ROOT_DRAWS = 15
"""Draws of a part, in one of which the whole document may be drawn."""

MAX_LENGTH = 100_000
"""Maximum length of a mutated document and of a mutated file, in characters or bytes."""

REPEAT_COUNTS = (2, 7, 100, 1_000)

T = TypeVar("T")

_SMALL_VALUES = st.one_of(
    st.sampled_from(hostile.SCALARS),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=12),
)


def iter_paths(document: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of *document* and of every part of it."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from iter_paths(value, (*path, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from iter_paths(value, (*path, index))


def get_part(document: Any, path: Path) -> Any:
    """Return the part of *document* at *path*."""
    for step in path:
        document = document[step]
    return document


def collect_words(documents: Sequence[Any]) -> tuple[str, ...]:
    """Return every key and string of *documents*, without URLs, in a fixed order."""
    words: dict[str, None] = {}
    for document in documents:
        for path in iter_paths(document):
            part = get_part(document, path)
            words.update(dict.fromkeys(str(step) for step in path))
            if isinstance(part, str) and hostile.PRODUCT_URL not in part:
                words[part] = None
    return tuple(words)


def choose_weighted(weights: Sequence[tuple[int, SearchStrategy[T]]]) -> SearchStrategy[T]:
    """Return a strategy that draws from one of several, in proportion to their weights."""
    strategies = [strategy for weight, strategy in weights for _ in range(weight)]
    return st.sampled_from(range(len(strategies))).flatmap(strategies.__getitem__)


@st.composite
def mutate_documents(draw: DrawFn, documents: Sequence[Any], words: Sequence[str]) -> Any:
    """Draw one of *documents* with up to three edits; values come from *words* and the others."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.sampled_from(EDIT_COUNTS))):
        path = _draw_path(draw, document)
        edit = draw(st.sampled_from(_EDITS))
        document = edit(draw, document, path, (documents, words))
    return document


@st.composite
def mutate_bytes(draw: DrawFn, content: bytes, max_edits: int = MAX_BYTE_EDITS) -> bytes:
    """Draw *content* with up to *max_edits* edits of its bytes."""
    for _ in range(draw(st.integers(0, max_edits))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(("replace", "insert", "remove", "repeat", "truncate")))
        inserted = draw(st.one_of(st.sampled_from(hostile.BYTES), st.binary(max_size=8)))
        if kind == "repeat":
            inserted = content[start:end] * draw(st.sampled_from(REPEAT_COUNTS))
        tail = content[start:] if kind == "insert" else content[end:]
        remaining_bytes = b"" if kind == "truncate" else tail
        content = content[:start] + (b"" if kind == "remove" else inserted) + remaining_bytes
    return content[:MAX_LENGTH]


@st.composite
def mutate_lines(draw: DrawFn, text: str, extra_lines: Sequence[str]) -> str:
    """Draw *text* with up to three lines removed, repeated, moved, or inserted."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 3))):
        index = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(("remove", "repeat", "move", "insert")))
        line = lines[index]
        if kind in {"remove", "move"} and len(lines) > 1:
            del lines[index]
        if kind == "move":
            lines.insert(draw(st.integers(0, len(lines))), line)
        if kind == "repeat":
            lines[index:index] = [line] * draw(st.sampled_from(REPEAT_COUNTS))
        if kind == "insert":
            lines.insert(index, draw(st.sampled_from(extra_lines)))
    return "\n".join(lines)[:MAX_LENGTH]


_Sources = tuple[Sequence[Any], Sequence[str]]
_Edit = Callable[[DrawFn, Any, Path, _Sources], Any]


def _draw_value(draw: DrawFn, sources: _Sources) -> Any:
    documents, words = sources
    kind = draw(st.sampled_from(("sharp", "word", "text", "small", "part")))
    texts = {"sharp": hostile.SHARP_TEXTS, "word": words, "text": hostile.TEXTS}
    if kind in texts:
        return draw(st.sampled_from(texts[kind]))
    if kind == "small":
        return copy.deepcopy(draw(_SMALL_VALUES))
    other = draw(st.sampled_from(documents))
    return copy.deepcopy(get_part(other, _draw_path(draw, other)))


def _draw_path(draw: DrawFn, document: Any) -> Path:
    """Draw the path of a part, level by level, so that a large part is not drawn more often.

    The whole document is drawn rarely: little is left of it once it is replaced.
    """
    path: Path = ()
    while True:
        part = get_part(document, path)
        indices = range(len(part)) if isinstance(part, list) else ()
        steps = tuple(part) if isinstance(part, dict) else tuple(indices)
        is_inside = bool(path) or draw(st.integers(0, MAX_ROOT_DRAWS)) == MAX_ROOT_DRAWS
        index = draw(st.integers(0, len(steps) - (0 if is_inside or not steps else 1)))
        if index == len(steps):
            return path
        path = (*path, steps[index])


def _replace_part(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    get_part(document, path[:-1])[path[-1]] = value
    return document


def _edit_value(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    return _replace_part(document, path, _draw_value(draw, sources))


def _edit_text(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    """Insert a hostile text into a string; another value is replaced."""
    part = get_part(document, path)
    if not isinstance(part, str) or hostile.PRODUCT_URL in part:
        return _edit_value(draw, document, path, sources)
    index = draw(st.integers(0, len(part)))
    inserted = draw(st.sampled_from((*hostile.SHARP_TEXTS, *hostile.TEXTS)))
    return _replace_part(document, path, part[:index] + inserted + part[index:])


def _remove_part(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    if path:
        del get_part(document, path[:-1])[path[-1]]
    return document


def _rename_key(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    parent = get_part(document, path[:-1]) if path else None
    if isinstance(parent, dict):
        name = draw(st.sampled_from((*sources[1], *hostile.TEXTS)))
        parent[name] = parent.pop(path[-1])
    return document


def _wrap_part(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    part = get_part(document, path)
    name = draw(st.sampled_from(("", "id", "value", "text")))
    return _replace_part(document, path, {name: part} if name else [part])


def _add_part(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    part, value = get_part(document, path), _draw_value(draw, sources)
    if isinstance(part, dict):
        part[draw(st.sampled_from(sources[1]))] = value
    elif isinstance(part, list):
        part.append(value)
    return document


def _repeat_part(draw: DrawFn, document: Any, path: Path, sources: _Sources) -> Any:
    """Repeat the items of a list, or the characters of a text, within the maximum length."""
    part, count = get_part(document, path), draw(st.sampled_from(REPEAT_COUNTS))
    if not isinstance(part, str | list) or hostile.PRODUCT_URL in part:
        return document
    max_repetitions = (MAX_LENGTH - len(str(document))) // max(1, len(str(part)))
    return _replace_part(document, path, part * min(count, 1 + max(0, max_repetitions)))


_EDITS: tuple[_Edit, ...] = (
    _edit_value,
    _edit_text,
    _remove_part,
    _rename_key,
    _wrap_part,
    _add_part,
    _repeat_part,
)
