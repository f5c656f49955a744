"""The collection that every table of the schema belongs to, see :mod:`bot.store.schema`."""

from sqlalchemy import MetaData

metadata = MetaData()
