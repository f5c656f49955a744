"""Fixtures of the attacks, which use the real request context."""

from tests.doubles import clock, context, migrated, outlet, words_in_all_languages

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]
