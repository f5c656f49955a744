"""All texts of the catalogue by key, for the tests of wording and length."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from bot.content.catalogue import LanguagePack, load_catalogue

CATALOGUE = load_catalogue()
LANGUAGE_PACKS = tuple(CATALOGUE.get_pack(tag) for tag in CATALOGUE.languages)
ENGLISH = CATALOGUE.get_pack("en")

SHINGLES_FILE = Path(__file__).parent / "source_shingles.txt"
"""The first 12 hex digits of the SHA-256 of every seven consecutive words of the source article."""

ABSTRACT_SHINGLES_FILE = Path(__file__).parent / "abstract_shingles.txt"
"""The same of every abstract that docs/evidence.md was written from."""

ARTICLE_FOLDER = Path(__file__).parents[3] / "shared" / "source"
"""Folder of the source article, outside the repository because it may not be redistributed."""

SHINGLE_WORDS = 7


def clinical_texts(words: LanguagePack) -> Iterator[tuple[str, str]]:
    """Yield every text of cards, questions, guide, phrases, lenses and exercises, with its key."""
    for tip in words.tips:
        for part in ("title", "point", "try_this", "say"):
            yield f"{tip.id}.{part}", getattr(tip, part)
    for question in words.questions.values():
        yield f"{question.id}.text", question.text
        yield f"{question.id}.hint", question.hint
        for option in question.options:
            yield f"{question.id}.option.{option.code}", option.label
    yield from words.guide.items()
    yield from ((f"supervision_guide.{key}", line) for key, line in words.supervision_guide.items())
    yield from (
        (f"{p.id}.{name}", getattr(p, name))
        for p in words.phrases.values()
        for name in ("text", "caution")
    )
    yield from ((f"lens.{lens.id}", lens.text) for lens in words.lenses)
    yield from _training_texts(words)
    yield from ((f"sign.{sign.code}", sign.name) for sign in words.signs)
    yield from ((f"topic.{topic}", title) for topic, title in words.topics.items())


def _training_texts(words: LanguagePack) -> Iterator[tuple[str, str]]:
    """Yield the texts of rehearsals, exercises and drills."""
    for marker, replies in words.rehearsals.items():
        for reply in replies:
            for part in ("reply", "does", "example"):
                yield f"rehearsal.{marker}.{reply.code}.{part}", getattr(reply, part)
    for exercise in words.exercises:
        yield f"exercise.{exercise.id}.title", exercise.title
        yield f"exercise.{exercise.id}.aim", exercise.aim
        for number, (_, text) in enumerate(exercise.steps, 1):
            yield f"exercise.{exercise.id}.step{number}", text
    for drill in words.drills:
        yield f"drills.{drill.id}.title", drill.title
        yield f"drills.{drill.id}.setting", drill.setting
        for number, line in enumerate(drill.lines, 1):
            yield f"drills.{drill.id}.line{number}", line
        for number, criterion in enumerate(drill.criteria, 1):
            yield f"drills.{drill.id}.criterion{number}", criterion


def sentence_forms(words: LanguagePack) -> Iterator[tuple[str, str]]:
    """Yield every sentence with its key, each plural form separately."""
    for key, sentence in words.sentences.items():
        forms = sentence if isinstance(sentence, Mapping) else {"": sentence}
        yield from ((f"{key}{form and '.' + form}", text) for form, text in forms.items())


def all_texts(words: LanguagePack) -> dict[str, str]:
    """Return every text of a language by key.

    ``ValueError`` is raised for a key of two texts, since the tests would read only one of them.
    """
    keyed = [*clinical_texts(words), *sentence_forms(words)]
    texts = dict(keyed)
    if len(texts) != len(keyed):
        raise ValueError(f"{len(keyed) - len(texts)} keys have two texts each")
    return texts


def hash_shingles(text: str) -> set[str]:
    """Return the hashes of all runs of seven words in *text*."""
    words = re.findall(r"[\w']+", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    shingles = (
        " ".join(words[start : start + SHINGLE_WORDS])
        for start in range(len(words) - SHINGLE_WORDS + 1)
    )
    return {sha256(shingle.encode()).hexdigest()[:12] for shingle in shingles}
