"""Validators of single settings, for fields that Pydantic's own types do not cover.

A validator returns the normalized value or raises ``ValueError``. Of Pydantic's validation error
:func:`bot.settings.load_settings` reads the field's name alone, so that no value is printed.
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
    """Parse a UUID and return it in lowercase with hyphens; raise ``ValueError`` for others."""
    return str(UUID(value.strip()))


def strip_secret(value: SecretStr | None) -> SecretStr | None:
    """Strip whitespace and surrounding quotes from a pasted secret; ``None`` if it is empty."""
    text = reveal_secret(value).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return SecretStr(text) if text else None


def check_database_url(value: SecretStr | None) -> SecretStr:
    """Accept the URL of an SQLite file or of PostgreSQL; raise ``ValueError`` for others.

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
    """Parse the URL of a PostgreSQL database and return it with the scheme of psycopg.

    Raises ``ValueError`` for another scheme, a malformed host or port, or no database name.
    """
    url = _select_driver(text.strip())
    if not url.startswith(POSTGRESQL_SCHEME) or not _split_server_address(url)[2]:
        raise ValueError
    return url


def _expand_file_path(path: str) -> str:
    """Validate the path of an SQLite URL and expand a leading ``~``.

    Raises ``ValueError`` for an in-memory database, which ends with its process, and for a
    ``file:`` URI, a query string, or ``/~``, which would not be expanded.
    """
    if not path or path.startswith((":", "file:", "/~")) or "?" in path:
        raise ValueError
    return str(expand_home(Path(path))) if path.startswith("~") else path


def expand_home(path: Path) -> Path:
    """Expand a leading ``~``; raise ``ValueError`` for a user without a home folder."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError from None


def expand_path(value: Path | None) -> Path | None:
    """Expand a leading ``~`` in an optional path; raise ``ValueError`` as :func:`expand_home`."""
    return expand_home(value) if value else value


def _select_driver(url: str) -> str:
    """Return a platform's PostgreSQL URL with the scheme of psycopg, and other URLs unchanged."""
    prefix = next((scheme for scheme in _PLATFORM_SCHEMES if url.startswith(scheme)), None)
    return POSTGRESQL_SCHEME + url.removeprefix(prefix) if prefix else url


def check_bot_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a static (``xoxb-``) or expiring (``xoxe.``) bot token; else raise ``ValueError``."""
    return _check_prefix(value, ("xoxb-", "xoxe."))


def check_refresh_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a refresh token (``xoxe-``) of token rotation; raise ``ValueError`` for others."""
    return _check_prefix(value, ("xoxe-",))


def check_app_token(value: SecretStr | None) -> SecretStr | None:
    """Accept an app-level token (``xapp-``) of Socket Mode; raise ``ValueError`` for others."""
    return _check_prefix(value, ("xapp-",))


def check_signing_secret(value: SecretStr | None) -> SecretStr | None:
    """Accept 32 hexadecimal digits, Slack's HMAC key; raise ``ValueError`` for others."""
    if value and not _SIGNING_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


def _check_prefix(value: SecretStr | None, prefixes: tuple[str, ...]) -> SecretStr | None:
    """Raise ``ValueError`` for a token without one of *prefixes* or with whitespace inside."""
    text = reveal_secret(value)
    if value and (not text.startswith(prefixes) or len(text.split()) > 1):
        raise ValueError
    return value


def check_pepper_length(value: SecretStr | None) -> SecretStr | None:
    """Raise ``ValueError`` if any pepper of the list has fewer than 32 characters."""
    if value and any(len(pepper) < _MIN_PEPPER_LENGTH for pepper in split_secrets(value)):
        raise ValueError
    return value


def check_keys_location(value: SecretStr | None) -> SecretStr | None:
    """Accept an absolute folder path or a PostgreSQL URL; raise ``ValueError`` for others.

    A path may start with ``~``, which is not expanded here. A URL gets the scheme of psycopg.
    """
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

    A password may contain any character but ``?``. Raises ``ValueError`` for a malformed host
    or port.
    """
    address, _, options = url.removeprefix(POSTGRESQL_SCHEME).partition("?")
    server, _, database = address.rpartition("@")[2].partition("/")
    parts = _SERVER_ADDRESS.fullmatch(server)
    if not parts:
        raise ValueError
    return parts[1].lower().strip("[]"), parts[2] or "", database.strip("/"), options


def check_log_level(value: str) -> str:
    """Return the log level in uppercase; raise ``ValueError`` for an unknown one."""
    if value.upper() not in _LOG_LEVELS:
        raise ValueError
    return value.upper()


def check_utc_offset(value: datetime | None) -> datetime | None:
    """Raise ``ValueError`` for a naive datetime, which has no UTC offset."""
    if value is not None and value.tzinfo is None:
        raise ValueError
    return value


def check_api_url(value: str) -> str:
    """Accept an HTTPS URL that ends with ``/api/``; raise ``ValueError`` for others.

    Plain HTTP is accepted for a loopback host, as that of a local test server.
    """
    parts = urlsplit(value)
    is_secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_secure or not value.endswith("/api/"):
        raise ValueError
    return value


def check_public_url(value: str | None) -> str | None:
    """Accept an HTTPS origin and strip its trailing slash; raise ``ValueError`` for others.

    Plain HTTP is accepted for a loopback host. A path, query string, fragment or user name is
    rejected, since the routes of the installation are appended.
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
    """Accept an HTTP URL with a loopback host; raise ``ValueError`` for others.

    The signing keys of this endpoint decide which tokens pass validation, so that only a test
    server on this machine is accepted.
    """
    parts = urlsplit(value or "")
    if value and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError
    return value
