"""Fixtures of the handlers' tests: a real context with the two doubles."""

from tests.doubles import clock, context, migrated, outlet, words_in_all_languages

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]
