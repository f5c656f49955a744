"""Alembic environment: run by code, inside a transaction that is already open."""

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite has no full ALTER TABLE: the table is copied
    on_version_apply=context.config.attributes.get("applied"),
)
context.run_migrations()
