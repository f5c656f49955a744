"""Workflows are tested on the store of each database."""

from tests.store.conftest import database, store

__all__ = ["database", "store"]
