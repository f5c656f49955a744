import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from bot.content.catalogue import PLACEHOLDER, LanguagePack, load_catalogue
from handlers import BUTTONS, FORMS, SHORTCUTS
from tests import sources
from tests.sources import ROOT, SourceFile

ENGLISH = load_catalogue().get_pack("en")
AREAS = sorted({key.partition(".")[0] for key in ENGLISH.sentences})
KEY = re.compile(rf"(?:{'|'.join(AREAS)})\.(?!(?:toml|json)$)[\w.]*")
PAGE = (".js", ".html")


def keys_of(source: SourceFile) -> Iterator[str]:
    """Every key in a file, as a pattern: what an f-string fills in may be any word."""
    made = [node for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in made for part in node.values}
    for pattern in ("".join(map(_filled, node.values)) for node in made):
        if KEY.match(pattern.replace("\\", "")):
            yield pattern
    for string in source.iter_user_strings():
        if id(string) not in parts and KEY.fullmatch(str(string.value)):
            yield re.escape(str(string.value))


def _filled(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.]+"


def said(source: SourceFile) -> Iterator[ast.Call]:
    """Every call that says a sentence whose key is written out."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            key = node.args[0] if node.args else None
            if (
                node.func.attr == "translate"
                and isinstance(key, ast.Constant)
                and "." in str(key.value)
            ):
                yield node


def blanks(words: LanguagePack, key: str) -> set[str]:
    """The facts that a sentence needs, ``count`` among them when it has plural forms."""
    sentence = words.sentences[key]
    forms = sentence.values() if isinstance(sentence, Mapping) else (sentence,)
    needed = {name for form in forms for name in PLACEHOLDER.findall(form)}
    return needed | ({"count"} if isinstance(sentence, Mapping) else set())


@pytest.mark.parametrize("source", sources.load_bot_sources(), ids=lambda source: str(source.path))
def test_every_sentence_said_exists_and_gets_its_facts(source: SourceFile) -> None:
    """A key in the code is a key of the catalogue, and the call fills each of its blanks."""
    for call in said(source):
        key = ast.literal_eval(call.args[0])
        given = {keyword.arg for keyword in call.keywords}

        assert key in ENGLISH.sentences
        assert None in given or blanks(ENGLISH, key) == given, key


def test_every_key_in_the_code_leads_to_a_sentence() -> None:
    """A key that is handed on, or made of parts, leads to at least one sentence."""
    steps = {re.escape(name) for table in (BUTTONS, FORMS, SHORTCUTS) for name in table}
    patterns = {
        pattern for source in sources.load_bot_sources() for pattern in keys_of(source)
    } - steps

    assert {p for p in patterns if not any(re.match(p, key) for key in ENGLISH.sentences)} == set()


def test_every_sentence_is_used() -> None:
    """No sentence is translated and reviewed that nobody will ever read."""
    patterns = {pattern for source in sources.load_bot_sources() for pattern in keys_of(source)}
    page = "".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in sources.list_files()
        if path.suffix in PAGE and path.parts[:2] == ("bot", "sandbox")
    )

    unused = {
        key
        for key in ENGLISH.sentences
        if key not in page and not any(re.fullmatch(pattern, key) for pattern in patterns)
    }
    assert unused == set()
