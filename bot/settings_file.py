"""Validate the encoding of the settings file ``.env``, and find misspelt settings by similarity."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path

from bot.errors import Fault

SETTINGS_FILE = Path(".env")
"""Path relative to the working directory. A folder of this name, as of a venv, is ignored."""

_ENCODING = "utf-8-sig"
"""Python's name of UTF-8 with an optional byte order mark, which Windows' editors write."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_ASSIGNMENT = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=(.*)$", re.MULTILINE)

_MIN_RATIO_IN_FILE, _MIN_RATIO_IN_ENVIRONMENT = 0.8, 0.87
"""Minimum ratio (0 to 1) of :class:`difflib.SequenceMatcher` for a misspelt setting.

It is higher for environment variables, of which many are other programs', such as ``HOSTNAME``.
"""

_MIN_LENGTH_IN_ENVIRONMENT = 7
"""Minimum characters; shorter environment variables, as ``PORTS``, are ignored as foreign."""


def check_settings_file(file: Path) -> tuple[Fault, ...]:
    """Return a fault if *file* cannot be read or decoded as UTF-8, or has null bytes; else ``()``.

    A missing file is no fault, and a folder is ignored.
    """
    if file.is_dir():
        return ()
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError:
        return (Fault(str(file), "environment.settings_file.unreadable"),)
    if content.startswith(_UTF16_MARKS) or b"\0" in content:
        return (Fault(str(file), "environment.settings_file.encoding"),)
    try:
        content.decode(_ENCODING)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (Fault(f"{file}:{line}", "environment.settings_file.encoding"),)
    return ()


def find_misspelt_names(
    file: Path, environment: Mapping[str, str], setting_names: Iterable[str]
) -> dict[str, str]:
    """Return a dict of keys in *file* and *environment* that nearly match an unset setting to it.

    *setting_names* are uppercase. A file that :func:`check_settings_file` rejects counts as empty.
    """
    file_values = _read_values(file)
    set_names = {name.upper() for name, value in {**file_values, **environment}.items() if value}
    known_names = set(setting_names)
    unset_names = sorted(known_names - set_names)
    candidates = dict.fromkeys(file_values, _MIN_RATIO_IN_FILE)
    for name in environment:
        if len(name) >= _MIN_LENGTH_IN_ENVIRONMENT:
            candidates.setdefault(name, _MIN_RATIO_IN_ENVIRONMENT)
    unknown = {name: ratio for name, ratio in candidates.items() if name.upper() not in known_names}
    return dict(sorted(_find_closest(unknown, unset_names).items()))


@contextmanager
def disable_dotenv() -> Iterator[None]:
    """Disable python-dotenv within the context, so that no import there loads ``.env`` itself."""
    name = "PYTHON_DOTENV_DISABLED"
    previous = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        os.environ.pop(name)
        if previous is not None:
            os.environ[name] = previous


def _find_closest(min_ratios: Mapping[str, float], setting_names: list[str]) -> dict[str, str]:
    """Return the most similar setting for each key of *min_ratios* that reaches its ratio.

    It delays every start, so most pairs are skipped: by their lengths, or by ``quick_ratio``, an
    upper bound. A matcher caches the index of its setting.
    """
    closest: dict[str, tuple[float, str]] = {}
    for other in setting_names:
        matcher = SequenceMatcher(None, "", other)
        for name, min_ratio in min_ratios.items():
            if 2 * min(len(name), len(other)) < min_ratio * (len(name) + len(other)):
                continue
            matcher.set_seq1(name.upper())
            if matcher.quick_ratio() >= max(min_ratio, closest.get(name, (0.0, ""))[0]):
                ratio = matcher.ratio()
                if ratio >= min_ratio and ratio > closest.get(name, (0.0, ""))[0]:
                    closest[name] = ratio, other
    return {name: other for name, (ratio, other) in closest.items() if ratio < 1}


def _read_values(file: Path) -> Mapping[str, str]:
    """Parse the assignments of *file* into a dict; an empty value is ``""``."""
    if not file.is_file() or check_settings_file(file):
        return {}
    lines = _ASSIGNMENT.findall(file.read_text(encoding=_ENCODING))
    return {name: value.split("#")[0].strip(" \t\"'") for name, value in lines}
