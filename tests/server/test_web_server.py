"""Listening sockets: their family, and the reason why an address cannot be listened on."""

import socket

import pytest

from bot.server.web_server import ListenError, open_listener


@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
def test_listener_has_the_family_of_its_address(host: str, family: socket.AddressFamily) -> None:
    """The bot listens on an address of IPv6 as on one of IPv4."""
    with open_listener(host, 0) as listener:
        assert (listener.family, listener.getsockname()[0]) == (family, host)


def test_name_of_a_host_is_resolved() -> None:
    """A name is as good as its address."""
    with open_listener("localhost", 0) as listener:
        assert listener.getsockname()[0] in {"127.0.0.1", "::1"}


def test_port_of_another_listener_is_in_use() -> None:
    """Two listeners never share an address."""
    with open_listener("127.0.0.1", 0) as first, pytest.raises(ListenError) as error:
        open_listener("127.0.0.1", first.getsockname()[1])

    assert error.value.is_in_use


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_address_of_another_machine_is_not_called_in_use(host: str) -> None:
    """An address that this machine does not have has a reason of its own."""
    with pytest.raises(ListenError) as error:
        open_listener(host, 0)

    assert not error.value.is_in_use
    assert error.value.reason
