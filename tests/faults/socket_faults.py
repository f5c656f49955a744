"""Faults of Socket Mode: a refused token, a connection too many, a lost connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.deployment import Deployment
from tests.faults.fault import Fault
from tests.journeys.faulty_slack import SlackFailure

OPEN_METHOD = "apps.connections.open"
REFUSED = SlackFailure(error="invalid_auth")


@contextmanager
def refuse_app_token(deployment: Deployment) -> Iterator[None]:
    """Refuse the app-level token, and close the connection."""
    deployment.slack.plan_failures(OPEN_METHOD, REFUSED, times=10_000)
    deployment.require_socket().close_connection()
    yield
    deployment.slack.planned_failures[OPEN_METHOD].clear()


@contextmanager
def refuse_connections(deployment: Deployment) -> Iterator[None]:
    """Close the connection, and each new one as too many."""
    socket = deployment.require_socket()
    socket.is_refusing = True
    socket.close_connection()
    yield
    socket.is_refusing = False


FAULTS = (
    Fault("Slack refuses the app-level token", "socket_mode", refuse_app_token, 20, None),
    Fault("Slack closes one socket too many", "socket_mode", refuse_connections, 20, None),
)
