"""A practice's own cards: their parser, the report of faults, and the lists that show them."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.content import catalogue
from bot.domain import tip_list, tips
from tests.fuzz import hostile, mutations
from tests.fuzz.fault_texts import describe_faults
from tests.fuzz.target import Execute
from tests.fuzz.toml_writer import serialize_toml

SHIPPED_TOPIC_FILE = """\
topic = "signs"

[[card]]
id = "our-door"
title = "The door"
point = "A point about the door."
try_this = "Leave it open for a minute."
say = "Was that alright?"
kind = "point"

[[card]] # the second one
id = "our-window"
title = "The window"
point = "A point about the window."
try_this = "Look out of it together."
reference = "eubanks2018"
"""
OWN_TOPIC_FILE = """\
topic = "ours"
title = "From us"
language = "fr-CA"
retire = ["ask-aloud"]

[[card]]
id = "one"
title = "One"
point = "A point."
try_this = "Try it."
"""
FILES = (SHIPPED_TOPIC_FILE, OWN_TOPIC_FILE)


@dataclass(frozen=True)
class CardsSample:
    """The contents of the files of a cards folder."""

    contents: tuple[bytes, ...]


class CardsTarget:
    """Bytes, lines and documents, each mutated from a valid file of cards."""

    private_words = (hostile.CANARY,)

    @cached_property
    def samples(self) -> SearchStrategy[CardsSample]:
        """Folders of one or two mutated files."""
        documents = [tomllib.loads(text) for text in FILES]
        words = mutations.collect_words(documents)
        content = mutations.choose_weighted(
            (
                (6, _draw_document(mutations.mutate_documents(documents, words))),
                (2, _draw_lines([line for text in FILES for line in text.splitlines()])),
                (2, _draw_bytes()),
                (1, st.binary(max_size=60)),
            )
        )
        return st.builds(CardsSample, st.lists(content, min_size=1, max_size=2).map(tuple))

    @contextmanager
    def open(self) -> Iterator[Execute[CardsSample]]:
        """Load each folder as the bot does at its start, and render what it shows."""
        with TemporaryDirectory(prefix="attune-fuzz-") as name:
            folder = Path(name)

            def execute(sample: CardsSample) -> str:
                for file in folder.iterdir():
                    file.unlink()
                for number, content in enumerate(sample.contents):
                    (folder / f"cards{number}.toml").write_bytes(content)
                return _load_folder(folder)

            yield execute


def _load_folder(folder: Path) -> str:
    """Load *folder*, render the lists and topics in each language, and describe the result."""
    content = catalogue.load_catalogue(folder)
    for words in map(content.get_pack, content.languages):
        if content.own_card_count or content.retired_card_count:
            tip_list.render_topic_list(words)
            for topic in words.topics:
                tips.render_topic(topic, words)
    faults = describe_faults(content.faults) if content.faults else ""
    return f"{content.own_card_count} {content.retired_card_count} {faults}"


@st.composite
def _draw_document(draw: DrawFn, documents: SearchStrategy[object]) -> bytes:
    return serialize_toml(draw(documents)).encode(errors="surrogatepass")


def _draw_bytes() -> SearchStrategy[bytes]:
    return st.sampled_from(FILES).flatmap(lambda text: mutations.mutate_bytes(text.encode()))


@st.composite
def _draw_lines(draw: DrawFn, lines: list[str]) -> bytes:
    extra_lines = [*lines, f'{hostile.CANARY} = "{hostile.CANARY}"', "card = 1", "[card]", '"""']
    text = draw(mutations.mutate_lines(draw(st.sampled_from(FILES)), extra_lines))
    return text.encode()
