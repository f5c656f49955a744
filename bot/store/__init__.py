"""Persistence: the schema, transactions and repositories; the only package with SQL."""
