"""Settings with the service's own safety procedure and helplines, one string per language."""

from pydantic import field_validator
from pydantic_settings import BaseSettings

MAX_SAFETY_TEXT_LENGTH = 300
"""Maximum characters of a safety text: two or three sentences, which fit on a phone's screen."""


LANGUAGES = ("en", "fr", "zh")
"""Primary language subtags of the settings; the first with a text is the others' default."""


def normalize_safety_text(value: str | None) -> str | None:
    """Validate a safety text and collapse its whitespace; return ``None`` for an empty string.

    Raises ``ValueError`` for more than :data:`MAX_SAFETY_TEXT_LENGTH` characters and for a
    character that is not printable.
    """
    text = " ".join((value or "").split())
    if len(text) > MAX_SAFETY_TEXT_LENGTH or not text.isprintable():
        raise ValueError
    return text or None


class SafetySettings(BaseSettings):
    """Optional safety texts, rendered literally, without markup, in each safety banner."""

    safety_text_en: str | None = None
    safety_text_fr: str | None = None
    safety_text_zh: str | None = None

    _check_safety_text = field_validator("safety_text_en", "safety_text_fr", "safety_text_zh")(
        normalize_safety_text
    )

    @property
    def safety_texts(self) -> dict[str, str]:
        """Dict of the texts that are set, keyed by primary language subtag."""
        texts = {language: getattr(self, f"safety_text_{language}") for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text}
