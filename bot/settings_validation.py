"""Validators of single settings, for fields that Pydantic's own types do not cover.

A validator returns the normalized value, and raises ``ValueError`` for any that it does not accept,
without a message, so that no value is printed.
"""

import os
import re
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import SecretStr

POSTGRESQL_SCHEME = "postgresql+psycopg://"
SQLITE_SCHEME = "sqlite:///"
POSTGRESQL_PORT = 5432

_PLATFORM_SCHEMES = ("postgres://", "postgresql://")
"""URL schemes that hosting platforms provide; they are replaced by :data:`POSTGRESQL_SCHEME`."""

_SERVER_ADDRESS = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?")
"""Host name (or IPv6 address in brackets) and optional port of a PostgreSQL URL."""

_SIGNING_SECRET = re.compile(r"[0-9a-fA-F]{32}")

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_MIN_PEPPER_LENGTH = 32
"""In characters: each pepper is the key material of a cipher."""


def is_loopback(host: str) -> bool:
    """Return whether *host* is ``localhost`` or a loopback IP address; no name is resolved."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def reveal_secret(secret: SecretStr | None) -> str:
    """Return the clear text of a ``SecretStr``, ``""`` for ``None``."""
    return secret.get_secret_value() if secret else ""


def split_secrets(secret: SecretStr) -> list[str]:
    """Split a comma-separated list of secrets into stripped strings; ignore a trailing comma."""
    parts = secret.get_secret_value().strip().removesuffix(",").split(",")
    return [part.strip() for part in parts]


def normalize_uuid(value: str) -> str:
    """Parse a UUID and return it in lowercase with hyphens."""
    return str(UUID(value.strip()))


def strip_secret(value: SecretStr | None) -> SecretStr | None:
    """Strip whitespace and surrounding quotes from a pasted secret; ``None`` if it is empty."""
    text = reveal_secret(value).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return SecretStr(text) if text else None


def check_database_url(value: SecretStr | None) -> SecretStr:
    """Accept the URL of an SQLite file or of PostgreSQL.

    A leading ``~`` of the file's path is expanded; a PostgreSQL URL gets the scheme of psycopg.
    """
    url = _select_driver(reveal_secret(value))
    if url.startswith(SQLITE_SCHEME):
        return SecretStr(SQLITE_SCHEME + _expand_file_path(url.removeprefix(SQLITE_SCHEME)))
    if not url.startswith(POSTGRESQL_SCHEME):
        raise ValueError
    _split_server_address(url)
    return SecretStr(url)


def parse_server_url(text: str) -> str:
    """Accept the URL of a PostgreSQL database with a name; return it with the scheme of psycopg."""
    url = _select_driver(text.strip())
    if not url.startswith(POSTGRESQL_SCHEME) or not _split_server_address(url)[2]:
        raise ValueError
    return url


def _expand_file_path(path: str) -> str:
    """Validate the path of an SQLite URL and expand a leading ``~``.

    Rejected are an in-memory database, which ends with its process, a ``file:`` URI, a query
    string, and ``/~``, which would not be expanded.
    """
    if not path or path.startswith((":", "file:", "/~")) or "?" in path:
        raise ValueError
    return str(expand_home(Path(path))) if path.startswith("~") else path


def expand_home(path: Path) -> Path:
    """Expand a leading ``~``; ``ValueError`` for a user without a home folder."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError from None


def expand_path(value: Path | None) -> Path | None:
    """Expand a leading ``~`` in an optional path."""
    return expand_home(value) if value else value


def _select_driver(url: str) -> str:
    """Return a platform's PostgreSQL URL with the scheme of psycopg, and other URLs unchanged."""
    prefix = next((scheme for scheme in _PLATFORM_SCHEMES if url.startswith(scheme)), None)
    return POSTGRESQL_SCHEME + url.removeprefix(prefix) if prefix else url


def check_bot_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a static (``xoxb-``) or expiring (``xoxe.``) bot token."""
    return _check_prefix(value, ("xoxb-", "xoxe."))


def check_refresh_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a refresh token (``xoxe-``) of token rotation."""
    return _check_prefix(value, ("xoxe-",))


def check_app_token(value: SecretStr | None) -> SecretStr | None:
    """Accept an app-level token (``xapp-``), which opens Socket Mode connections."""
    return _check_prefix(value, ("xapp-",))


def check_signing_secret(value: SecretStr | None) -> SecretStr | None:
    """Accept the 32 hexadecimal digits of Slack's signing secrets."""
    if value and not _SIGNING_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


def _check_prefix(value: SecretStr | None, prefixes: tuple[str, ...]) -> SecretStr | None:
    """Require one of *prefixes*, and no whitespace inside."""
    text = reveal_secret(value)
    if value and (not text.startswith(prefixes) or len(text.split()) > 1):
        raise ValueError
    return value


def check_pepper_length(value: SecretStr | None) -> SecretStr | None:
    """Require at least 32 characters of each pepper of the list."""
    if value and any(len(pepper) < _MIN_PEPPER_LENGTH for pepper in split_secrets(value)):
        raise ValueError
    return value


def check_keys_location(value: SecretStr | None) -> SecretStr | None:
    """Accept an absolute folder path, or one with a leading ``~``, or a PostgreSQL URL."""
    location = _select_driver(reveal_secret(value))
    if location.startswith(POSTGRESQL_SCHEME):
        _split_server_address(location)
        return SecretStr(location)
    if location and ("://" in location or not expand_home(Path(location)).is_absolute()):
        raise ValueError
    return value


def is_within_database_folder(folder: Path, database_url: str) -> bool:
    """Return whether *folder* is the folder of the SQLite file, or below it.

    Symbolic links are resolved. A backup of that folder would contain the keys beside the rows
    that they decrypt. ``False`` for PostgreSQL.
    """
    if not database_url.startswith(SQLITE_SCHEME):
        return False
    database_folder = Path(database_url.removeprefix(SQLITE_SCHEME)).parent
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(database_folder))


def is_same_database(url: str, other_url: str) -> bool:
    """Return whether two PostgreSQL URLs have the same host, port and database name.

    ``False`` for other schemes. Host names are compared as strings, without DNS.
    """
    if not url.startswith(POSTGRESQL_SCHEME) or not other_url.startswith(POSTGRESQL_SCHEME):
        return False
    return _identify_database(url) == _identify_database(other_url)


def _identify_database(url: str) -> tuple[str, ...]:
    """Return host, port and database name; the defaults are ``localhost`` and 5432.

    The query parameter ``host``, such as a socket's folder, takes precedence.
    """
    host, port, database, options = _split_server_address(url)
    host = parse_qs(options).get("host", [host or "localhost"])[0]
    return host, port or str(POSTGRESQL_PORT), database


def _split_server_address(url: str) -> tuple[str, str, str, str]:
    """Split a PostgreSQL URL into host, port, database name and query string, ``""`` if absent.

    A password may contain any character but ``?``.
    """
    address, _, options = url.removeprefix(POSTGRESQL_SCHEME).partition("?")
    server, _, database = address.rpartition("@")[2].partition("/")
    parts = _SERVER_ADDRESS.fullmatch(server)
    if not parts:
        raise ValueError
    return parts[1].lower().strip("[]"), parts[2] or "", database.strip("/"), options


def check_log_level(value: str) -> str:
    """Accept a log level in any case; return it in uppercase."""
    if value.upper() not in _LOG_LEVELS:
        raise ValueError
    return value.upper()


def check_utc_offset(value: datetime | None) -> datetime | None:
    """Require a UTC offset."""
    if value is not None and value.tzinfo is None:
        raise ValueError
    return value


def check_api_url(value: str) -> str:
    """Accept an HTTPS URL, or plain HTTP to a loopback host, that ends with ``/api/``."""
    parts = urlsplit(value)
    is_secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_secure or not value.endswith("/api/"):
        raise ValueError
    return value


def check_public_url(value: str | None) -> str | None:
    """Accept an HTTPS origin, or plain HTTP to a loopback host; strip its trailing slash.

    A path or query string is rejected, since the routes of the installation are appended.
    """
    parts = urlsplit(value or "")
    is_secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    has_extras = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if value and (not is_secure or not parts.hostname or has_extras):
        raise ValueError
    return value.rstrip("/") if value else None


def check_metadata_url(value: str | None) -> str | None:
    """Accept an HTTP URL with a loopback host: its signing keys decide which tokens are valid."""
    parts = urlsplit(value or "")
    if value and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError
    return value
