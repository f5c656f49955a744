"""Commands of PostgreSQL's own programs for a database, without its password."""

from pathlib import Path

from sqlalchemy import make_url

_ALL_ROWS_SETTING = "PGOPTIONS=-c attune.workspaces={*}"

_DUMP_SIGNATURE = b"PGDMP"
"""First bytes of a file in the custom format of ``pg_dump``."""


def build_dump_command(url: str, file: Path) -> tuple[str, ...]:
    """Return the command that dumps the database at *url* without the queue of its workers.

    The setting shows the bot's role the rows of all workspaces, where row security separates them.
    """
    options = ("--format=custom", "--no-owner", "--enable-row-security")
    selection = ("--exclude-schema=attune_dbos", f"--file={file}")
    return ("env", _ALL_ROWS_SETTING, "pg_dump", *options, *selection, _render_address(url))


def build_restore_command(url: str, file: Path) -> tuple[str, ...]:
    """Return the command that restores a dump into the empty database at *url*, all or nothing."""
    options = ("--no-owner", "--single-transaction", f"--dbname={_render_address(url)}")
    return ("pg_restore", *options, str(file))


def build_list_command(file: Path) -> tuple[str, ...]:
    """Return the command that reads a dump and lists what it contains."""
    return ("pg_restore", "--list", str(file))


def is_dump(file: Path) -> bool:
    """Whether *file* can be read and is a dump of PostgreSQL."""
    try:
        with file.open("rb") as stream:
            return stream.read(len(_DUMP_SIGNATURE)) == _DUMP_SIGNATURE
    except OSError:
        return False


def _render_address(url: str) -> str:
    """Return the address as PostgreSQL's programs know it, without the password."""
    parsed = make_url(url)
    query = {name: value for name, value in parsed.query.items() if name != "password"}
    address = parsed.set(drivername="postgresql", query=query)._replace(password=None)
    return address.render_as_string(hide_password=False)
