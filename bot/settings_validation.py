"""Checks of single values of settings, for fields that Pydantic's own types do not cover.

A check raises :class:`ValueError` without a message, so that no value is repeated.
"""

import re
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import SecretStr

POSTGRESQL_SCHEME = "postgresql+psycopg://"
SQLITE_SCHEME = "sqlite:///"
DATABASE_SCHEMES = (SQLITE_SCHEME, POSTGRESQL_SCHEME)
POSTGRESQL_PORT = 5432

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_MIN_PEPPER_LENGTH = 32
"""In characters."""


def is_loopback(host: str) -> bool:
    """Return whether *host* is a loopback address, reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def reveal_secret(secret: SecretStr | None) -> str:
    """Return the secret in clear text, ``""`` if it is not set."""
    return secret.get_secret_value() if secret else ""


def split_secrets(secret: SecretStr) -> list[str]:
    """Split a comma-separated list of secrets."""
    return [part.strip() for part in re.split(",", secret.get_secret_value())]


def normalize_uuid(value: str) -> str:
    """Parse a UUID and return it in lowercase."""
    return str(UUID(value.strip()))


def check_prefix(value: SecretStr | None, prefixes: tuple[str, ...]) -> SecretStr | None:
    """Require a set secret to start with one of *prefixes*."""
    if value and not value.get_secret_value().startswith(prefixes):
        raise ValueError
    return value


def check_pepper_length(value: SecretStr | None) -> SecretStr | None:
    """Require at least 32 characters per pepper, as key material for HMAC and encryption."""
    if value and any(len(pepper) < _MIN_PEPPER_LENGTH for pepper in split_secrets(value)):
        raise ValueError
    return value


def check_keys_location(value: SecretStr | None) -> SecretStr | None:
    """Accept an absolute folder, ``~/`` for the home folder, or a PostgreSQL URL."""
    location = reveal_secret(value)
    if location.startswith(POSTGRESQL_SCHEME):
        return value
    if location and ("://" in location or not Path(location).expanduser().is_absolute()):
        raise ValueError
    return value


def is_within_database_folder(folder: Path, database_url: str) -> bool:
    """Return whether *folder* is the folder of the SQLite database or below it.

    Symbolic links are resolved. A copy of the database's folder would contain the keys.
    """
    if not database_url.startswith(SQLITE_SCHEME):
        return False
    database_folder = Path(database_url.removeprefix(SQLITE_SCHEME)).parent
    return folder.resolve().is_relative_to(database_folder.resolve())


def is_same_database(url: str, other_url: str) -> bool:
    """Return whether two PostgreSQL URLs name the same database of the same server."""
    return _identify_database(url) == _identify_database(other_url)


def _identify_database(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])[0]
    return host, str(parts.port or POSTGRESQL_PORT), parts.path.strip("/")


def check_log_level(value: str) -> str:
    """Return the log level in uppercase."""
    if value.upper() not in _LOG_LEVELS:
        raise ValueError
    return value.upper()


def check_utc_offset(value: datetime | None) -> datetime | None:
    """Require a UTC offset."""
    if value is not None and value.tzinfo is None:
        raise ValueError
    return value


def check_api_url(value: str) -> str:
    """Require HTTPS, or plain HTTP to a loopback host, and the path ``/api/``."""
    parts = urlsplit(value)
    is_secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_secure or not value.endswith("/api/"):
        raise ValueError
    return value


def check_metadata_url(value: str | None) -> str | None:
    """Accept only a loopback host: the keys behind this URL decide which tokens are valid."""
    parts = urlsplit(value or "")
    if value and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError
    return value
