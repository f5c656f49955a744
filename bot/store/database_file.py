"""The file of an embedded database, named without opening or creating it."""

from pathlib import Path

from sqlalchemy.engine import make_url


def find_database_file(url: str) -> Path | None:
    """Return the path in the URL of an SQLite database; ``None`` for any other database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)
