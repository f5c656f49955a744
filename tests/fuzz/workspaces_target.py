"""What single workspaces have of their own: the file's parser, and the content it leads to."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.errors import FaultyInputError
from bot.served_content import list_card_faults, load_served_content, load_workspace_catalogues
from bot.settings import Settings
from tests.fuzz import hostile, mutations
from tests.fuzz.cards_target import OWN_TOPIC_FILE
from tests.fuzz.fault_texts import describe_faults
from tests.fuzz.target import Execute
from tests.fuzz.toml_writer import serialize_toml

FILE = """\
[[workspace]]
id = "T0NORTH"
cards = "cards"
safety = { en = "Call 1.", fr = "Appelez le 1." }
tables_retention_months = 6
audit_retention_months = 12

[[workspace]] # an organisation
id = ["T0SOUTH", "T0WEST", "11111111-2222-4333-8444-AAAAAAAAAAAA"]
[workspace.safety]
zh = "请拨打 2。"

[[workspace]]
id = "T0EAST"
cards = "nowhere"
"""


class WorkspacesTarget:
    """Bytes, lines and documents, each mutated from a valid file."""

    private_words = (hostile.CANARY,)

    @cached_property
    def samples(self) -> SearchStrategy[bytes]:
        """Contents of mutated files."""
        document = tomllib.loads(FILE)
        words = mutations.collect_words([document])
        return mutations.choose_weighted(
            (
                (6, _draw_document(mutations.mutate_documents([document], words))),
                (2, _draw_lines()),
                (2, mutations.mutate_bytes(FILE.encode())),
                (1, st.binary(max_size=60)),
            )
        )

    @contextmanager
    def open(self) -> Iterator[Execute[bytes]]:
        """Load each file as the bot does at its start."""
        with TemporaryDirectory(prefix="attune-fuzz-") as name:
            file = Path(name) / "workspaces.toml"
            (file.parent / "cards").mkdir()
            (file.parent / "cards/ours.toml").write_text(OWN_TOPIC_FILE, encoding="utf-8")
            settings = Settings(_env_file=None, workspaces_file=file)
            shared = load_served_content(settings)

            def execute(sample: bytes) -> str:
                file.write_bytes(sample)
                try:
                    own = load_workspace_catalogues(settings, shared)
                except FaultyInputError as error:
                    return describe_faults(error.faults)
                faults = list_card_faults(own.values())
                return f"{len(own)} {describe_faults(faults) if faults else ''}"

            yield execute


@st.composite
def _draw_document(draw: DrawFn, documents: SearchStrategy[object]) -> bytes:
    return serialize_toml(draw(documents)).encode(errors="surrogatepass")


@st.composite
def _draw_lines(draw: DrawFn) -> bytes:
    extra_lines = [*FILE.splitlines(), f'{hostile.CANARY} = "{hostile.CANARY}"', "[workspace]"]
    return draw(mutations.mutate_lines(FILE, extra_lines)).encode()
