"""Fixtures of the attacks, which use the real request context."""

from tests.doubles import clock, context, empty_database, full_catalogue, outlet

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]
