"""Attacks are played at a real desk."""

from tests.doubles import clock, context, migrated, outlet, words_in_all_languages

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]
