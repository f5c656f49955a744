"""Rules that every file of the project follows."""

import ast
import re
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests import needs, sources
from tests.sources import ROOT, Function, SourceFile

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
SOURCE_SUFFIXES = {".py", ".js", ".css", ".html"}

MACHINE_SPECIFIC = re.compile(
    r"(?<![\w.])/(?:opt|root|work|home|Users)/\w|file:/{2}|(?<!emit)-{2}(?:extra-)?index-url|"
    r"-{2}find-links|" + "py" + r"pi\.org|python" + "hosted"
)
"""Absolute paths of one machine, and options or addresses of one package index."""

LOCKS = sorted(path.relative_to(ROOT) for path in ROOT.glob("requirements*.lock"))

PACKAGES_WITH_TEXTS = ("bot.content", "bot.store", "bot.sandbox")
"""Packages with texts of their own: the catalogue, SQL, and the sandbox's Slack messages."""

FREE_TEST_FOLDERS = (
    *("", "attacks", "bench", "deploy", "faults", "fuzz", "growth", "journeys"),
    *("guide", "misconfigurations", "packaging"),
)
"""Folders of tests that concern no single package."""

SUPPRESSION = re.compile(r"# (?:noqa|type: ignore)")
SUPPRESSION_WITH_REASON = re.compile(r"# (?:noqa: [A-Z0-9, ]+ - |type: ignore\[[\w, -]+\]  # )\w")

SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row, the first of which may have a capital: text for a user."""


def _line_count(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_files_have_at_most_300_lines() -> None:
    """No source file has more than 300 lines."""
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in sources.list_files()
        if path.suffix in SOURCE_SUFFIXES
    }

    assert {path: n for path, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_functions_have_at_most_40_lines() -> None:
    """No function has more than 40 lines, its docstring included."""
    lengths = {
        f"{source.path}:{function.name}": _line_count(function)
        for source in sources.load_all_sources()
        for function in source.iter_functions()
    }

    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_most_functions_are_short() -> None:
    """The median function of the bot has at most 8 lines, and the 90th percentile at most 25."""
    lengths = [
        _line_count(function)
        for source in sources.load_bot_sources()
        for function in source.iter_functions()
    ]

    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 25


def test_every_test_docstring_is_a_sentence() -> None:
    """The first paragraph of a test's docstring is a claim that ends with a full stop."""
    claims = {
        f"{source.path}:{function.name}": (ast.get_docstring(function) or "").split("\n\n")[0]
        for source in sources.load_test_sources()
        for function in source.iter_functions()
        if function.name.startswith("test_")
    }

    assert {name for name, claim in claims.items() if not claim.endswith(".")} == set()


def test_no_test_or_line_is_excluded() -> None:
    """No file mocks a library, skips a test, excludes a line from coverage or defers a task."""
    excuses = ("unittest." + "mock", "pragma:" + " no", "mark." + "skip", "pytest." + "skip(")
    deferrals = ("mark." + "xfail", "TO" + "DO", "FIX" + "ME", "XX" + "X")

    assert [
        (str(source.path), word)
        for source in sources.load_all_sources()
        for word in (*excuses, *deferrals)
        if word in source.text
    ] == []


def test_every_suppression_has_a_reason() -> None:
    """A comment that suppresses a linter or the type checker names the rule and the reason."""
    suppressions = [
        (str(source.path), line)
        for source in sources.load_all_sources()
        for line in source.text.splitlines()
        if SUPPRESSION.search(line)
    ]

    assert [s for s in suppressions if not SUPPRESSION_WITH_REASON.search(s[1])] == []


def test_sentences_are_in_the_catalogue() -> None:
    """No module outside the packages with texts contains a sentence in a string constant."""
    sentences = [
        (str(source.path), node.value)
        for source in sources.load_bot_sources()
        if not source.is_within(*PACKAGES_WITH_TEXTS)
        for node in source.iter_user_strings()
        if SENTENCE.search(str(node.value))
    ]

    assert sentences == []


def test_the_domain_is_pure() -> None:
    """The domain neither reads the clock nor opens a file; both are passed as arguments."""
    calls = [
        (str(source.path), _name_called(node))
        for source in sources.load_bot_sources()
        if source.is_within("bot.domain")
        for node in source.nodes
        if isinstance(node, ast.Call)
    ]
    impure = {"now", "today", "utcnow", "open", "read_text", "read_bytes", "print"}

    assert [call for call in calls if call[1] in impure] == []


def _name_called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def test_environment_is_read_only_by_settings_and_command_line() -> None:
    """No module besides the settings and the command line reads environment variables."""
    readers = {
        source.module_name
        for source in sources.load_bot_sources()
        if re.search(r"\bos\.(environ|getenv)\b|from os import .*(environ|getenv)", source.text)
    }

    assert readers <= {"bot.settings", "bot.settings_file", "bot.__main__"}


@pytest.mark.parametrize("top", ["bot", *sources.BOT_PACKAGES[1:]])
def test_every_package_has_a_one_line_docstring(top: str) -> None:
    """Every folder with Python files is a package whose docstring is one sentence."""
    folders = {s.path.parent for s in sources.load_bot_sources() if s.path.parts[0] == top}
    inits = {
        s.path.parent: ast.get_docstring(s.tree) for s in sources.load_bot_sources() if _is_init(s)
    }

    assert {str(f) for f in folders if "\n\n" in (inits.get(f) or "\n\n")} == set()


def _is_init(source: SourceFile) -> bool:
    return source.path.name == "__init__.py" and len(source.tree.body) >= 1


def test_tests_mirror_the_packages() -> None:
    """The tests of a package are in a folder with the same path below ``tests``."""
    packages = {s.path.parent for s in sources.load_bot_sources()}
    misplaced = [
        str(s.path) for s in sources.load_test_sources() if not _mirrors(s.path.parent, packages)
    ]

    assert misplaced == []


def _mirrors(folder: Path, packages: set[Path]) -> bool:
    """Return whether *folder* is a free folder of tests or has the path of a package."""
    relative = folder.relative_to("tests")
    return relative in {*map(Path, FREE_TEST_FOLDERS), *packages} or "bot" / relative in packages


def test_no_file_names_a_machine_or_a_package_index() -> None:
    """No committed file contains a path of one machine or the address of a package index."""
    matches = [
        (str(path), match[0])
        for path in sources.list_files()
        if path.name != Path(__file__).name and (match := MACHINE_SPECIFIC.search(_text(path)))
    ]

    assert matches == []


def _text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="ignore")


def test_every_locked_release_has_hashes() -> None:
    """Every lock file pins every release exactly and by hash."""
    for name in LOCKS:
        pins = re.split(r"\n(?=\w)", _text(name).strip())

        assert [
            pin for pin in pins if not re.match(r"[\w.-]+(\[\w+\])?==\S+ \\\n    --hash=", pin)
        ] == []


def test_lock_files_pin_the_same_releases() -> None:
    """A library has the same release in every lock file, so that any of them install together."""
    releases: dict[str, set[str]] = {}
    pin = re.compile(r"^([\w.-]+)(?:\[.+\])?==(\S+)", re.MULTILINE)
    for name in LOCKS:
        for library, release in pin.findall(_text(name)):
            releases.setdefault(library, set()).add(release)

    assert {library: versions for library, versions in releases.items() if len(versions) > 1} == {}


def test_every_extra_has_a_list_and_a_lock() -> None:
    """Each extra that the Makefile lists has a requirements file and a lock file."""
    (extras,) = re.findall(r"^EXTRAS := (.+)$", _text(Path("Makefile")), re.MULTILINE)
    extra_locks = {f"requirements-{name}.lock" for name in (*extras.split(), "test")}

    assert {str(name) for name in LOCKS} == {"requirements.lock", *extra_locks}
    assert [name for name in LOCKS if not (ROOT / name.with_suffix(".in")).exists()] == []


def test_missing_programs_are_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The advice for missing programs is one line: what to install, or how to exclude them."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)

    assert needs.list_missing("postgresql node nginx systemd") == ["chromium", "faketime"]
    assert needs.list_missing(" ".join(needs.OPTIONAL_PROGRAMS)) == []
    assert "\n" not in needs.installation_advice(["postgresql", "chromium"])


def test_unknown_excluded_program_is_rejected() -> None:
    """An unknown name in ``WITHOUT`` raises ValueError, so that no test is silently excluded."""
    with pytest.raises(ValueError, match="chrome"):
        needs.list_missing("chrome")
