"""Checks of single values of settings, for fields that Pydantic's own types do not cover.

A check raises :class:`ValueError` without a message, so that no value is repeated.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import SecretStr

POSTGRESQL_SCHEME = "postgresql+psycopg://"
DATABASE_SCHEMES = ("sqlite:///", POSTGRESQL_SCHEME)

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

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
