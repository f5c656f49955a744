"""Fixtures of the handlers' tests: a real context with the two doubles."""

from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]
