"""Fixtures of the workflow tests: the store, on each database."""

from tests.store.conftest import database, store

__all__ = ["database", "store"]
