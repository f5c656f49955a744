"""Settings with the service's own safety procedure and helplines, one text for each language."""

from pydantic import field_validator
from pydantic_settings import BaseSettings

MAX_SAFETY_TEXT_LENGTH = 300
"""Maximum characters of a text: two or three sentences, which a phone shows at once."""


LANGUAGES = ("en", "fr", "zh")
"""The primary language subtags that a text may have, in the order in which one is a default."""


def normalize_safety_text(value: str | None) -> str | None:
    """Return a text with its whitespace collapsed, ``None`` for an empty one.

    Raises :class:`ValueError` for a text that is too long, or has control characters.
    """
    text = " ".join((value or "").split())
    if len(text) > MAX_SAFETY_TEXT_LENGTH or not text.isprintable():
        raise ValueError
    return text or None


class SafetySettings(BaseSettings):
    """The texts, which are shown literally wherever a safety banner is; each is optional."""

    safety_text_en: str | None = None
    safety_text_fr: str | None = None
    safety_text_zh: str | None = None

    _check_safety_text = field_validator("safety_text_en", "safety_text_fr", "safety_text_zh")(
        normalize_safety_text
    )

    @property
    def safety_texts(self) -> dict[str, str]:
        """The texts that are set, by primary language subtag."""
        texts = {language: getattr(self, f"safety_text_{language}") for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text}
