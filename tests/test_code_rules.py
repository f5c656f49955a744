import ast
import re
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests import needs, sources
from tests.sources import ROOT, Function, SourceFile

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
WRITTEN = {".py", ".js", ".css", ".html"}

MACHINE = re.compile(
    r"(?<![\w.])/(?:opt|root|work|home|Users)/\w|file:/{2}|(?<!emit)-{2}(?:extra-)?index-url|"
    r"-{2}find-links|" + "py" + r"pi\.org|python" + "hosted"
)
"""What only one machine or one package index knows."""

LOCKS = sorted(path.relative_to(ROOT) for path in ROOT.glob("requirements*.lock"))

SPEAKING = ("bot.content", "bot.store", "bot.sandbox")
"""Rooms with sentences of their own: the catalogue, SQL, and what Slack would say."""

SILENCED = re.compile(r"# (?:noqa|type: ignore)")
REASONED = re.compile(r"# (?:noqa: [A-Z0-9, ]+ - |type: ignore\[[\w, -]+\]  # )\w")

SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row, the first of which may have a capital: somebody is being spoken to."""


def _named(source: SourceFile) -> str:
    return str(source.path)


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    """No file that people write is longer than 300 lines."""
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in sources.list_files()
        if path.suffix in WRITTEN
    }

    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """No function has more than 40 lines, its docstring counted."""
    lengths = {
        f"{source.path}:{function.name}": _length(function)
        for source in (*sources.load_bot_sources(), *sources.load_test_sources())
        for function in source.iter_functions()
    }

    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_most_functions_are_short() -> None:
    """Half the bot's functions have 8 lines or fewer, and nine in ten have 25 or fewer."""
    lengths = [
        _length(one) for source in sources.load_bot_sources() for one in source.iter_functions()
    ]

    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 25


@pytest.mark.parametrize("source", sources.load_test_sources(), ids=_named)
def test_every_test_says_its_claim_first(source: SourceFile) -> None:
    """A test's docstring begins with its claim, told in full; how it is measured may follow."""
    claims = {
        f.name: (ast.get_docstring(f) or "").split("\n\n")[0] for f in source.iter_functions()
    }
    tests = {name: claim for name, claim in claims.items() if name.startswith("test_")}

    assert {name for name, claim in tests.items() if not claim.endswith(".")} == set()


@pytest.mark.parametrize(
    "source", [*sources.load_bot_sources(), *sources.load_test_sources()], ids=_named
)
def test_nothing_is_excused(source: SourceFile) -> None:
    """No file mocks a library, skips a test, hides a line from coverage or leaves work over."""
    excuses = ("unittest." + "mock", "pragma:" + " no", "mark." + "skip", "pytest." + "skip(")
    left_over = ("mark." + "xfail", "TO" + "DO", "FIX" + "ME", "XX" + "X")

    assert [word for word in (*excuses, *left_over) if word in source.text] == []


@pytest.mark.parametrize(
    "source", [*sources.load_bot_sources(), *sources.load_test_sources()], ids=_named
)
def test_every_exception_to_a_rule_has_its_reason(source: SourceFile) -> None:
    """Whoever silences a linter or the type checker names the rule, and says why."""
    silenced = [line for line in source.text.splitlines() if SILENCED.search(line)]

    assert [line for line in silenced if not REASONED.search(line)] == []


@pytest.mark.parametrize(
    "source",
    [s for s in sources.load_bot_sources() if not s.is_within(*SPEAKING)],
    ids=_named,
)
def test_sentences_live_in_the_catalogue(source: SourceFile) -> None:
    """No room but the catalogue's holds a sentence that a person could be shown."""
    spoken = [node.value for node in source.iter_user_strings() if SENTENCE.search(str(node.value))]

    assert spoken == []


@pytest.mark.parametrize(
    "source", [s for s in sources.load_bot_sources() if s.is_within("bot.domain")], ids=_named
)
def test_the_practice_is_told_the_time(source: SourceFile) -> None:
    """Nothing in the practice asks for the time or opens a file; both come as arguments."""
    asked = {
        node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
    }

    assert asked & {"now", "today", "utcnow", "open", "read_text", "read_bytes", "print"} == set()


def test_only_settings_and_the_command_line_read_the_environment() -> None:
    """What the bot is told from outside is read in one place."""
    readers = {
        source.module_name
        for source in sources.load_bot_sources()
        if re.search(r"\bos\.(environ|getenv)\b|from os import .*(environ|getenv)", source.text)
    }

    assert readers <= {"bot.settings", "bot.__main__"}


@pytest.mark.parametrize("room", ["bot", *sources.BOT_PACKAGES[1:]])
def test_every_package_says_what_it_is(room: str) -> None:
    """Every folder with Python in it is a package, and its docstring is one sentence."""
    folders = {s.path.parent for s in sources.load_bot_sources() if s.path.parts[0] == room}
    inits = {
        s.path.parent: ast.get_docstring(s.tree) for s in sources.load_bot_sources() if _is_init(s)
    }

    assert {str(f) for f in folders if "\n\n" in (inits.get(f) or "\n\n")} == set()


def _is_init(source: SourceFile) -> bool:
    return source.path.name == "__init__.py" and len(source.tree.body) >= 1


def test_tests_mirror_the_tree() -> None:
    """The tests of a room stand in a folder that is named for it."""
    rooms = {s.path.parent for s in sources.load_bot_sources()}
    astray = [
        str(s.path) for s in sources.load_test_sources() if not _mirrors(s.path.parent, rooms)
    ]

    assert astray == []


def _mirrors(folder: Path, rooms: set[Path]) -> bool:
    """Whether *folder* is for the house, attacks, journeys through it, its pace, or a room."""
    inner = folder.relative_to("tests")
    return (
        inner in {Path(), Path("attacks"), Path("bench"), Path("journeys"), *rooms}
        or "bot" / inner in rooms
    )


def test_no_file_knows_a_machine_or_an_index() -> None:
    """No committed file holds a path of somebody's machine or the address of a package index."""
    told = [
        (str(path), found[0])
        for path in sources.list_files()
        if path.name != Path(__file__).name and (found := MACHINE.search(_text(path)))
    ]

    assert told == []


def _text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="ignore")


def test_every_locked_release_has_hashes() -> None:
    """Every lock pins every release exactly and by hash."""
    for name in LOCKS:
        pins = re.split(r"\n(?=\w)", _text(name).strip())

        assert [
            pin for pin in pins if not re.match(r"[\w.-]+(\[\w+\])?==\S+ \\\n    --hash=", pin)
        ] == []


def test_no_two_locks_pin_different_releases() -> None:
    """Whatever is installed together holds together, in whichever order."""
    told: dict[str, set[str]] = {}
    pin = re.compile(r"^([\w.-]+)(?:\[.+\])?==(\S+)", re.MULTILINE)
    for name in LOCKS:
        for library, release in pin.findall(_text(name)):
            told.setdefault(library, set()).add(release)

    assert {library: found for library, found in told.items() if len(found) > 1} == {}


def test_what_may_be_installed_besides_has_a_list_and_a_lock() -> None:
    """Each word that WITH takes is told by the Makefile, and is installed for the tests."""
    (extras,) = re.findall(r"^EXTRAS := (.+)$", _text(Path("Makefile")), re.MULTILINE)
    besides = {f"requirements-{name}.lock" for name in (*extras.split(), "test")}

    assert {str(name) for name in LOCKS} == {"requirements.lock", *besides}
    assert [name for name in LOCKS if not (ROOT / name.with_suffix(".in")).exists()] == []


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks a program reads one line: what to install, or how to go on without it."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)

    assert needs.list_missing("postgresql node") == ["chromium"]
    assert needs.list_missing("postgresql chromium node") == []
    assert "\n" not in needs.installation_advice(["postgresql", "chromium"])


def test_a_word_that_without_does_not_know_is_refused() -> None:
    """A slip in WITHOUT is told, so that no test is left out unseen or run unasked."""
    with pytest.raises(ValueError, match="chrome"):
        needs.list_missing("chrome")
