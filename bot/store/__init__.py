"""Persistence: schema, migrations, transactions and repositories; the only package with SQL."""
