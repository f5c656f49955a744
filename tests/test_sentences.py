"""Catalogue keys in the code and sentences in the catalogue match."""

import ast
import re
from collections.abc import Iterator, Mapping

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.content.language_pack import PLACEHOLDER
from handlers import BUTTONS, FORMS, SHORTCUTS
from tests import sources
from tests.sources import ROOT, SourceFile

ENGLISH = load_catalogue().get_pack("en")
AREAS = sorted({key.partition(".")[0] for key in ENGLISH.sentences})
KEY_PATTERN = re.compile(rf"(?:{'|'.join(AREAS)})\.(?!(?:toml|json)$)[\w.]*")
PAGE_SUFFIXES = (".js", ".html")


def iter_keys(source: SourceFile) -> Iterator[str]:
    """Yield every catalogue key in a file as a regular expression.

    A placeholder of an f-string matches any name.
    """
    f_strings = [node for node in source.nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in f_strings for part in node.values}
    for pattern in ("".join(map(_pattern_of_part, node.values)) for node in f_strings):
        if KEY_PATTERN.match(pattern.replace("\\", "")):
            yield pattern
    for string in source.iter_user_strings():
        if id(string) not in parts and KEY_PATTERN.fullmatch(str(string.value)):
            yield re.escape(str(string.value))


def _pattern_of_part(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.]+"


def iter_translate_calls(source: SourceFile) -> Iterator[ast.Call]:
    """Yield every call of ``translate`` whose key is a literal."""
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            key = node.args[0] if node.args else None
            if (
                node.func.attr == "translate"
                and isinstance(key, ast.Constant)
                and "." in str(key.value)
            ):
                yield node


def required_facts(words: LanguagePack, key: str) -> set[str]:
    """Return the facts that a sentence needs, ``count`` included if it has plural forms."""
    sentence = words.sentences[key]
    forms = sentence.values() if isinstance(sentence, Mapping) else (sentence,)
    needed = {name for form in forms for name in PLACEHOLDER.findall(form)}
    return needed | ({"count"} if isinstance(sentence, Mapping) else set())


def test_translate_calls_have_a_valid_key_and_all_facts() -> None:
    """Every literal key exists in the catalogue, and the call passes each of its placeholders."""
    for source in sources.load_bot_sources():
        for call in iter_translate_calls(source):
            key = ast.literal_eval(call.args[0])
            keywords = {keyword.arg for keyword in call.keywords}

            assert key in ENGLISH.sentences, source.path
            assert None in keywords or required_facts(ENGLISH, key) == keywords, (source.path, key)


def test_every_key_matches_a_sentence() -> None:
    """A key that is passed on, or composed in an f-string, matches at least one sentence."""
    route_names = {re.escape(name) for table in (BUTTONS, FORMS, SHORTCUTS) for name in table}
    patterns = {
        pattern for source in sources.load_bot_sources() for pattern in iter_keys(source)
    } - route_names

    assert {p for p in patterns if not any(re.match(p, key) for key in ENGLISH.sentences)} == set()


def test_every_sentence_is_used() -> None:
    """Every sentence of the catalogue is used by the code or a sandbox page."""
    patterns = {pattern for source in sources.load_bot_sources() for pattern in iter_keys(source)}
    used_key = re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))
    page = "".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in sources.list_files()
        if path.suffix in PAGE_SUFFIXES and path.parts[:2] == ("bot", "sandbox")
    )

    unused = {key for key in ENGLISH.sentences if key not in page and not used_key.fullmatch(key)}
    assert unused == set()
