"""Read the metrics of the web process on this machine, for the operator's check-up."""

import re
from ipaddress import ip_address

import aiohttp

_TIMEOUT = aiohttp.ClientTimeout(total=3.0)
_REFUSED_REQUESTS = r'^attune_refused_requests_total\{{product="{product}"\}} (\d+)'


async def count_refused_requests(host: str, port: int, product: str) -> int | None:
    """Return how many requests of *product* the process has refused since its start.

    Their signature or token was wrong. ``None`` where no bot answers at *host* and *port*.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(f"http://{_find_local_host(host)}:{port}/metrics") as response,
        ):
            text = await response.text()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None
    match = re.search(_REFUSED_REQUESTS.format(product=product), text, re.MULTILINE)
    return int(match[1]) if match else None


def _find_local_host(host: str) -> str:
    """Return the host in the form of a URL: loopback for a process that listens everywhere."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"  # noqa: PLR2004 - IPv4
    return f"[{host}]" if address.version == 6 else host  # noqa: PLR2004 - IPv6
