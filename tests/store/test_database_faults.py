"""Recognition of a database's faults in the errors of the drivers."""

import sqlite3

import pytest
from sqlalchemy.exc import ArgumentError, OperationalError

from bot.content.catalogue import load_catalogue
from bot.store.database_faults import (
    DatabaseFault,
    UnusableDatabaseError,
    classify_database_error,
    identify_connect_fault,
)


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ('password authentication failed for user "x"', DatabaseFault.LOGIN_REFUSED),
        ('FATAL:  role "x" does not exist', DatabaseFault.LOGIN_REFUSED),
        ('no pg_hba.conf entry for host "10.0.0.1", SSL encryption', DatabaseFault.LOGIN_REFUSED),
        ('no pg_hba.conf entry for host "10.0.0.1", no encryption', DatabaseFault.TLS_REFUSED),
        ("server does not support SSL, but SSL was required", DatabaseFault.TLS_REFUSED),
        ('root certificate file "/x" does not exist', DatabaseFault.TLS_REFUSED),
        ('FATAL:  database "x" does not exist', DatabaseFault.MISSING_DATABASE),
        ("failed to resolve host 'x': [Errno -2]", DatabaseFault.UNKNOWN_HOST),
        ('could not translate host name "x" to address', DatabaseFault.UNKNOWN_HOST),
        ("FATAL:  sorry, too many clients already", DatabaseFault.TOO_MANY_CONNECTIONS),
        ('invalid connection option "x"', DatabaseFault.BAD_OPTION),
        ('invalid sslmode value: "x"', DatabaseFault.BAD_OPTION),
        ("connection refused", DatabaseFault.UNREACHABLE),
        ("connection timeout expired", DatabaseFault.UNREACHABLE),
    ],
)
def test_failed_connection_is_recognized(message: str, fault: DatabaseFault) -> None:
    """The driver's message shows why a connection failed."""
    assert identify_connect_fault(message) is fault


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("42501", DatabaseFault.MISSING_PRIVILEGE),
        ("25006", DatabaseFault.READ_ONLY),
        ("53100", DatabaseFault.FULL),
        ("55P03", DatabaseFault.LOCKED),
        ("login_refused", DatabaseFault.LOGIN_REFUSED),
        ("99999", DatabaseFault.UNKNOWN),
    ],
)
def test_reduced_error_is_recognized(code: str, fault: DatabaseFault) -> None:
    """The class and code to which the engine reduces an error are enough."""
    error = OperationalError("select", {}, Exception(f"OperationalError {code}"))

    assert classify_database_error(error) is fault


def test_fault_of_a_cause_is_recognized() -> None:
    """An error that was raised from a driver's error shows the same fault."""
    error = KeyError("x")
    error.__cause__ = UnusableDatabaseError(DatabaseFault.FULL)

    assert classify_database_error(error) is DatabaseFault.FULL


def test_other_errors_are_no_faults_of_the_database() -> None:
    """A defect is not taken for a fault of the environment."""
    assert classify_database_error(KeyError("x")) is None
    assert classify_database_error(sqlite3.OperationalError("x")) is None
    assert classify_database_error(ArgumentError("x")) is DatabaseFault.BAD_OPTION


@pytest.mark.parametrize("language", load_catalogue().languages)
def test_every_fault_has_a_remedy(language: str) -> None:
    """The catalogue has a sentence for each fault, in every language."""
    words = load_catalogue().get_pack(language)

    assert all(words.translate(f"environment.database.{fault}") for fault in DatabaseFault)
