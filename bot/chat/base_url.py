"""Check of the option ``--base-url``: the public address of a bot, without a path."""

import re
from urllib.parse import SplitResult, urlsplit

from bot.errors import Fault, FaultyInputError

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_EXAMPLE_HOST = "attune.example.org"


def parse_base_url(base_url: str, *, accepts_loopback: bool) -> SplitResult:
    """Return the parts of *base_url*: ``https://host`` with an optional port, and no more.

    Plain http to a loopback host is accepted with *accepts_loopback*. Raises
    :class:`bot.errors.FaultyInputError` with the right form of the same host.
    """
    parts = split_url(base_url)
    is_local = accepts_loopback and parts.scheme == "http" and parts.hostname in _LOOPBACK_HOSTS
    has_extras = "@" in base_url or "?" in base_url or "#" in base_url or parts.path.strip("/")
    if not (parts.scheme == "https" or is_local) or not parts.hostname or has_extras:
        raise FaultyInputError((_build_fault(base_url),))
    return parts


def split_url(url: str) -> SplitResult:
    """Split *url*; one with a malformed host or port has no part at all."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _build_fault(base_url: str) -> Fault:
    """Return the fault with the right form: of the host in *base_url*, if it has a domain's."""
    address = base_url if "://" in base_url else f"//{base_url}"
    host = split_url(address).hostname or ""
    form = f"https://{host if _DOMAIN.fullmatch(host) else _EXAMPLE_HOST}"
    return Fault("--base-url", "manifest.base_url", {"form": form})
