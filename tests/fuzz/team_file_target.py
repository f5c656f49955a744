"""The team file: its parser, the report of its faults, and its application to a store."""

import asyncio
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.admin import apply_teams, team_file
from bot.content import catalogue
from bot.context import Context
from bot.errors import FaultyInputError
from tests.chat.surfaces import render_team_file
from tests.database_files import copy_empty_database
from tests.doubles import PEPPERS, FakeClock
from tests.fuzz import hostile, mutations
from tests.fuzz.fault_texts import describe_faults
from tests.fuzz.target import Execute
from tests.fuzz.toml_writer import serialize_toml
from tests.key_folders import open_test_store

COMPLETE_FILE = """\
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
practice = "The practice"
directors = ["U0DIRECTOR"]
supervisors = ["U0SUPER"]
clinicians = ["U0A", { id = "U0B", joined = true }]
language = "fr"
timezone = "America/Toronto"
checkin = { day = "Wednesday", time = "08:30" }
tip = { days = ["monday", 5], time = "10:00" }
question = "status"
open_to_team = true
holidays = "CA-QC"

[[team]]
workspace = "11111111-2222-4333-8444-aaaaaaaaaaaa"
channel = "19:northteam@thread.tacv2"
name = "South"
clinicians = ["99999999-2222-4333-8444-bbbbbbbbbbbb"]
joined = true

[team.checkin]
day = 1
time = 09:00:00

[[same]]
people = [
  "T0PRACTICE/U0A",
  "11111111-2222-4333-8444-aaaaaaaaaaaa/99999999-2222-4333-8444-cccccccccccc",
]
"""
SMALL_FILE = render_team_file("T0PRACTICE", "C0SMALL", ("U0A", "U0B", "U0SUPER", "U0OTHER"))
FILES = (COMPLETE_FILE, SMALL_FILE)


@dataclass(frozen=True)
class TeamFileSample:
    """The content of a team file, and whether ``joined`` is accepted."""

    content: bytes
    test_mode: bool = True


class TeamFileTarget:
    """Bytes, lines and documents, each mutated from a valid team file."""

    private_words = (hostile.CANARY,)

    @cached_property
    def samples(self) -> SearchStrategy[TeamFileSample]:
        """Mutated files."""
        documents = [tomllib.loads(text) for text in FILES]
        for document in documents:
            for team in document["team"]:  # a local time has no JSON
                team.get("checkin", {})["time"] = "09:00"
        words = mutations.collect_words(documents)
        lines = [line for text in FILES for line in text.splitlines()]
        return st.builds(
            TeamFileSample,
            mutations.choose_weighted(
                (
                    (6, _draw_document(mutations.mutate_documents(documents, words))),
                    (2, _draw_lines(lines)),
                    (2, _draw_bytes()),
                    (1, st.binary(max_size=60)),
                )
            ),
            st.booleans(),
        )

    @contextmanager
    def open(self) -> Iterator[Execute[TeamFileSample]]:
        """Open an empty store, to which valid files are applied."""
        with TemporaryDirectory(prefix="attune-fuzz-") as name, asyncio.Runner() as runner:
            folder = Path(name)
            copy_empty_database(folder)
            store = open_test_store(f"sqlite:///{folder / 'attune.sqlite'}", PEPPERS)
            context = Context(store, catalogue.load_catalogue(), FakeClock(), {})

            def execute(sample: TeamFileSample) -> str:
                path = folder / "teams.toml"
                path.write_bytes(sample.content)
                try:
                    team_file.read_same_persons(path, test_mode=sample.test_mode)
                    result = runner.run(
                        apply_teams.apply_teams(context, path, test_mode=sample.test_mode)
                    )
                except FaultyInputError as error:
                    return describe_faults(error.faults)
                return f"{result.team_count} teams"

            try:
                yield execute
            finally:
                runner.run(store.close())


@st.composite
def _draw_document(draw: DrawFn, documents: SearchStrategy[object]) -> bytes:
    text = serialize_toml(draw(documents))
    return text.encode(errors="surrogatepass")


def _draw_bytes() -> SearchStrategy[bytes]:
    return st.sampled_from(FILES).flatmap(lambda text: mutations.mutate_bytes(text.encode()))


@st.composite
def _draw_lines(draw: DrawFn, lines: list[str]) -> bytes:
    extra_lines = [*lines, f'{hostile.CANARY} = "{hostile.CANARY}"', "[team]", "[[team.x]]", '"""']
    text = draw(mutations.mutate_lines(draw(st.sampled_from(FILES)), extra_lines))
    return text.encode()
