"""The content's TOML files, parsed once and then read as JSON from beside the compiled modules.

To parse them takes a seventh of a second at each start, to read the result a hundredth. It is used
for files of exactly the bytes that were parsed, so that an edited sentence is never missed. Where
Python may not write its compiled modules, the files are parsed at each start.
"""

import hashlib
import importlib.util
import json
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

Documents = Mapping[str, Mapping[str, Any]]
"""Parsed files by their paths inside the folder, such as ``fr/words/home.toml``."""


def find_result_file(module_file: str) -> Path:
    """Return where the result of a module's files is stored: in the folder of its compiled form."""
    return Path(importlib.util.cache_from_source(module_file)).with_suffix(".json")


def load_documents(folder: Path, names: tuple[str, ...], result_file: Path) -> Documents:
    """Return the documents in *folder*, which *names*, glob patterns, select.

    They are read from *result_file*, which is written if it is missing, damaged or outdated.
    Raises :class:`tomllib.TOMLDecodeError` for a file that cannot be parsed.
    """
    selected_files = sorted({file for name in names for file in folder.glob(name)})
    files = {file.relative_to(folder).as_posix(): file for file in selected_files}
    documents = _read_result(result_file, _compute_digest(_iter_contents(files)))
    if documents is None:
        contents = dict(_iter_contents(files))
        documents = {name: tomllib.loads(content.decode()) for name, content in contents.items()}
        if not sys.dont_write_bytecode:
            _write_result(result_file, _compute_digest(contents.items()), documents)
    return documents


def _iter_contents(files: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of each file, one at a time."""
    for name, file in files.items():
        yield name, file.read_bytes()


def _compute_digest(contents: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _read_result(file: Path, digest: str) -> Documents | None:
    """Return the stored documents; ``None`` if there are none of files with *digest*."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        stored = json.loads(file.read_bytes())
        if stored["digest"] == digest:
            documents: Documents = stored["documents"]
            return documents
    return None


def _write_result(file: Path, digest: str, documents: Documents) -> None:
    """Store *documents* in one step, if the folder can be written."""
    part = file.with_suffix(f".{os.getpid()}")
    text = json.dumps({"digest": digest, "documents": documents}, ensure_ascii=False)
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(file)
