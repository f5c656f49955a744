"""Checks of single values of settings, for fields that Pydantic's own types do not cover.

A check raises :class:`ValueError` without a message, so that no value is repeated.
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
"""Schemes of the addresses that hosting platforms provide; they mean the psycopg driver here."""

_SERVER_ADDRESS = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?")
"""Host (or an IPv6 address in brackets) and port of a PostgreSQL address."""

_SIGNING_SECRET = re.compile(r"[0-9a-fA-F]{32}")

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
    """Split a comma-separated list of secrets; a comma at the end adds no empty one."""
    parts = secret.get_secret_value().strip().removesuffix(",").split(",")
    return [part.strip() for part in parts]


def normalize_uuid(value: str) -> str:
    """Parse a UUID and return it in lowercase."""
    return str(UUID(value.strip()))


def strip_secret(value: SecretStr | None) -> SecretStr | None:
    """Remove white space and the quotes around a pasted secret, which counts as unset if empty."""
    text = reveal_secret(value).strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return SecretStr(text) if text else None


def check_database_url(value: SecretStr | None) -> SecretStr:
    """Accept an SQLite file (``~/`` is the home folder), or a PostgreSQL URL for psycopg."""
    url = _select_driver(reveal_secret(value))
    if url.startswith(SQLITE_SCHEME):
        return SecretStr(SQLITE_SCHEME + _expand_file_path(url.removeprefix(SQLITE_SCHEME)))
    if not url.startswith(POSTGRESQL_SCHEME):
        raise ValueError
    _split_server_address(url)
    return SecretStr(url)


def parse_server_url(text: str) -> str:
    """Return the address of a PostgreSQL database with the driver of this bot.

    Raises :class:`ValueError` for any other address.
    """
    url = _select_driver(text.strip())
    if not url.startswith(POSTGRESQL_SCHEME) or not _split_server_address(url)[2]:
        raise ValueError
    return url


def _expand_file_path(path: str) -> str:
    """Return the path of an SQLite file; memory does not outlive a process, options are refused."""
    if not path or path.startswith((":", "file:", "/~")) or "?" in path:
        raise ValueError
    return str(expand_home(Path(path))) if path.startswith("~") else path


def expand_home(path: Path) -> Path:
    """Replace ``~`` by the home folder; raises :class:`ValueError` for a user without one."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError from None


def expand_path(value: Path | None) -> Path | None:
    """Replace ``~`` in a path that may be unset."""
    return expand_home(value) if value else value


def _select_driver(url: str) -> str:
    """Return a PostgreSQL URL with the driver of this bot; another URL is returned unchanged."""
    prefix = next((scheme for scheme in _PLATFORM_SCHEMES if url.startswith(scheme)), None)
    return POSTGRESQL_SCHEME + url.removeprefix(prefix) if prefix else url


def check_bot_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a static bot token (``xoxb-``) or an expiring one (``xoxe.``)."""
    return _check_prefix(value, ("xoxb-", "xoxe."))


def check_refresh_token(value: SecretStr | None) -> SecretStr | None:
    """Accept a refresh token of Slack's token rotation."""
    return _check_prefix(value, ("xoxe-",))


def check_app_token(value: SecretStr | None) -> SecretStr | None:
    """Accept an app-level token, which opens Socket Mode connections."""
    return _check_prefix(value, ("xapp-",))


def check_signing_secret(value: SecretStr | None) -> SecretStr | None:
    """Require the 32 hexadecimal digits of Slack's signing secrets."""
    if value and not _SIGNING_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


def _check_prefix(value: SecretStr | None, prefixes: tuple[str, ...]) -> SecretStr | None:
    """Require a set secret to start with one of *prefixes* and to have no white space inside."""
    text = reveal_secret(value)
    if value and (not text.startswith(prefixes) or len(text.split()) > 1):
        raise ValueError
    return value


def check_pepper_length(value: SecretStr | None) -> SecretStr | None:
    """Require at least 32 characters per pepper, as key material for HMAC and encryption."""
    if value and any(len(pepper) < _MIN_PEPPER_LENGTH for pepper in split_secrets(value)):
        raise ValueError
    return value


def check_keys_location(value: SecretStr | None) -> SecretStr | None:
    """Accept an absolute folder, ``~/`` for the home folder, or a PostgreSQL URL."""
    location = _select_driver(reveal_secret(value))
    if location.startswith(POSTGRESQL_SCHEME):
        _split_server_address(location)
        return SecretStr(location)
    if location and ("://" in location or not expand_home(Path(location)).is_absolute()):
        raise ValueError
    return value


def is_within_database_folder(folder: Path, database_url: str) -> bool:
    """Return whether *folder* is the folder of the SQLite database or below it.

    Symbolic links are resolved. A copy of the database's folder would contain the keys.
    """
    if not database_url.startswith(SQLITE_SCHEME):
        return False
    database_folder = Path(database_url.removeprefix(SQLITE_SCHEME)).parent
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(database_folder))


def is_same_database(url: str, other_url: str) -> bool:
    """Return whether two URLs name the same database of the same PostgreSQL server."""
    if not url.startswith(POSTGRESQL_SCHEME) or not other_url.startswith(POSTGRESQL_SCHEME):
        return False
    return _identify_database(url) == _identify_database(other_url)


def _identify_database(url: str) -> tuple[str, ...]:
    host, port, database, options = _split_server_address(url)
    host = parse_qs(options).get("host", [host or "localhost"])[0]
    return host, port or str(POSTGRESQL_PORT), database


def _split_server_address(url: str) -> tuple[str, str, str, str]:
    """Return host, port, database and options; a password may contain any character but ``?``.

    Raises :class:`ValueError` for a port that is no number.
    """
    address, _, options = url.removeprefix(POSTGRESQL_SCHEME).partition("?")
    server, _, database = address.rpartition("@")[2].partition("/")
    parts = _SERVER_ADDRESS.fullmatch(server)
    if not parts:
        raise ValueError
    return parts[1].lower().strip("[]"), parts[2] or "", database.strip("/"), options


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


def check_public_url(value: str | None) -> str | None:
    """Accept HTTPS, or plain HTTP to a loopback host, without a path; drop a slash at the end."""
    parts = urlsplit(value or "")
    is_secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    has_extras = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if value and (not is_secure or not parts.hostname or has_extras):
        raise ValueError
    return value.rstrip("/") if value else None


def check_metadata_url(value: str | None) -> str | None:
    """Accept only a loopback host: the keys behind this URL decide which tokens are valid."""
    parts = urlsplit(value or "")
    if value and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError
    return value
