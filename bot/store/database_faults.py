"""Faults of a database's environment, recognized in the errors of the drivers."""

import re
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class DatabaseFault(StrEnum):
    """Why a database cannot be used; each has a sentence with its remedy in the catalogue."""

    UNREACHABLE = "unreachable"
    UNKNOWN_HOST = "unknown_host"
    LOGIN_REFUSED = "login_refused"
    TLS_REFUSED = "tls_refused"
    MISSING_DATABASE = "missing_database"
    MISSING_PRIVILEGE = "missing_privilege"
    BAD_OPTION = "bad_option"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    READ_ONLY = "read_only"
    FULL = "full"
    LOCKED = "locked"
    IS_FOLDER = "is_folder"
    FOLDER_UNUSABLE = "folder_unusable"
    FILE_UNREADABLE = "file_unreadable"
    NO_DATABASE = "no_database"
    DAMAGED = "damaged"
    DISK_ERROR = "disk_error"
    NO_WAL = "no_wal"
    OLDER_SCHEMA = "older_schema"
    NEWER_SCHEMA = "newer_schema"
    FOREIGN_SCHEMA = "foreign_schema"
    MOVED = "moved"
    MOVE_INCOMPLETE = "move_incomplete"
    UNKNOWN = "unknown"

    @property
    def is_transient(self) -> bool:
        """Whether the fault may end without a change of the configuration."""
        return self in _TRANSIENT_FAULTS


_TRANSIENT_FAULTS = frozenset(
    {
        DatabaseFault.UNREACHABLE,
        DatabaseFault.UNKNOWN_HOST,
        DatabaseFault.TOO_MANY_CONNECTIONS,
        DatabaseFault.LOCKED,
        DatabaseFault.UNKNOWN,
    }
)


class UnusableDatabaseError(RuntimeError):
    """The database cannot be used, for the reason in ``fault``."""

    def __init__(self, fault: DatabaseFault, detail: str = "") -> None:
        """Store the reason; *detail* is for developers and contains no address."""
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault


_FAULT_BY_SQLSTATE = {
    "28000": DatabaseFault.LOGIN_REFUSED,
    "28P01": DatabaseFault.LOGIN_REFUSED,
    "3D000": DatabaseFault.MISSING_DATABASE,
    "42501": DatabaseFault.MISSING_PRIVILEGE,
    "3F000": DatabaseFault.MISSING_PRIVILEGE,  # no schema in the search path may be used
    "42P01": DatabaseFault.OLDER_SCHEMA,
    "42703": DatabaseFault.OLDER_SCHEMA,
    "25006": DatabaseFault.READ_ONLY,
    "53100": DatabaseFault.FULL,
    "53300": DatabaseFault.TOO_MANY_CONNECTIONS,
    "55P03": DatabaseFault.LOCKED,
    "57P01": DatabaseFault.UNREACHABLE,
    "57P03": DatabaseFault.UNREACHABLE,
    "58030": DatabaseFault.DISK_ERROR,
    "XX001": DatabaseFault.DAMAGED,
    "XX002": DatabaseFault.DAMAGED,
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_FAULT_BY_SQLITE_CODE = {
    "SQLITE_CANTOPEN": DatabaseFault.FILE_UNREADABLE,
    "SQLITE_PERM": DatabaseFault.FILE_UNREADABLE,
    "SQLITE_AUTH": DatabaseFault.FILE_UNREADABLE,
    "SQLITE_READONLY": DatabaseFault.READ_ONLY,
    "SQLITE_FULL": DatabaseFault.FULL,
    "SQLITE_BUSY": DatabaseFault.LOCKED,
    "SQLITE_LOCKED": DatabaseFault.LOCKED,
    "SQLITE_NOTADB": DatabaseFault.NO_DATABASE,
    "SQLITE_CORRUPT": DatabaseFault.DAMAGED,
    "SQLITE_IOERR": DatabaseFault.DISK_ERROR,
}
"""Primary result codes, which the extended ones begin with: https://sqlite.org/rescode.html"""

_MISSING_TABLE = re.compile(r"no such (?:table|column)")

_FAULT_BY_CONNECT_MESSAGE = (
    (r"no encryption|SSL off|support SSL|SSL error|certificate|SSL was required", "TLS_REFUSED"),
    (r"authentication failed|no pg_hba|password supplied|role .* not exist", "LOGIN_REFUSED"),
    (r"not permitted to log in|permission denied for database", "LOGIN_REFUSED"),
    (r"database .* does not exist|not currently accepting", "MISSING_DATABASE"),
    (r"translate host|resolve host|Name or service|nodename", "UNKNOWN_HOST"),
    (r"too many (?:clients|connections)|connection slots", "TOO_MANY_CONNECTIONS"),
    (r"invalid (?:connection option|\S+ value|port|integer)|conninfo", "BAD_OPTION"),
    (r"root certificate|sslmode", "TLS_REFUSED"),
)
"""Patterns of the messages with which a connection fails; libpq gives no SQLSTATE for them."""


def identify_connect_fault(message: str) -> DatabaseFault:
    """Return why a PostgreSQL connection failed, by the driver's *message*."""
    for pattern, name in _FAULT_BY_CONNECT_MESSAGE:
        if re.search(pattern, message):
            return DatabaseFault[name]
    return DatabaseFault.UNREACHABLE


def classify_database_error(error: BaseException) -> DatabaseFault | None:
    """Return the fault that *error* or one of its causes shows; ``None`` for any other error."""
    faults = map(_classify_single_error, _iter_causes(error))
    return next((fault for fault in faults if fault), None)


def _iter_causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def _classify_single_error(error: BaseException) -> DatabaseFault | None:
    if isinstance(error, UnusableDatabaseError):
        return error.fault
    if isinstance(error, DBAPIError) and error.orig is not None:
        return _classify_driver_error(error.orig)
    if isinstance(error, PoolTimeoutError):
        return DatabaseFault.LOCKED
    if isinstance(error, ArgumentError):
        return DatabaseFault.BAD_OPTION
    return DatabaseFault.UNKNOWN if isinstance(error, SQLAlchemyError) else None


def _classify_driver_error(error: BaseException) -> DatabaseFault:
    """Classify an error of sqlite3, or one of psycopg whose message has been reduced."""
    sqlite_code = str(getattr(error, "sqlite_errorname", "") or "")
    if sqlite_code:
        if _MISSING_TABLE.match(str(error)):
            return DatabaseFault.OLDER_SCHEMA
        primary_code = "_".join(sqlite_code.split("_")[:2])
        return _FAULT_BY_SQLITE_CODE.get(primary_code, DatabaseFault.UNKNOWN)
    code = str(error).rpartition(" ")[2]
    if code in set(DatabaseFault):
        return DatabaseFault(code)
    return _FAULT_BY_SQLSTATE.get(code, DatabaseFault.UNKNOWN)
