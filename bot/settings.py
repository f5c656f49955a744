"""Settings from environment variables and ``.env``, parsed and validated once at startup."""

import os
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from bot.errors import Fault, FaultyInputError
from bot.settings_file import SETTINGS_FILE, check_settings_file, find_misspelt_names
from bot.settings_validation import (
    POSTGRESQL_SCHEME,
    SQLITE_SCHEME,
    check_database_url,
    check_keys_location,
    check_log_level,
    check_metadata_url,
    check_pepper_length,
    check_utc_offset,
    expand_path,
    is_loopback,
    is_same_database,
    is_within_database_folder,
    normalize_uuid,
    reveal_secret,
    split_secrets,
    strip_secret,
)
from bot.slack_settings import SlackSettings, find_unmet_slack_requirements

_KEYS_FOLDER_NAME, _RELEASES_FOLDER_NAME = "attune-keys", "attune-releases"

_LOCATIONS = {
    "keys_beside_database": "keys",
    "keys_in_same_database": "keys",
    "link_client_id": "slack_client_id",
    "link_client_secret": "slack_client_secret",
    "link_base_url": "base_url",
    "link_refresh_token": "slack_refresh_token",
}
"""Name of the setting by key of its unmet requirement; the default is that key itself."""


class Settings(SlackSettings):
    """All settings of a process, immutable; ``.env.example`` documents each for the operator.

    An empty string counts as unset, and the default applies. Secrets have the type ``SecretStr``,
    so that no repr, log line or fault contains one.
    """

    model_config = SettingsConfigDict(
        env_file=SETTINGS_FILE,
        env_file_encoding="utf-8-sig",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    database_url: SecretStr = SecretStr("sqlite:///var/attune.sqlite")
    keys: SecretStr | None = None
    pepper: SecretStr | None = None
    releases_folder: Path | None = None
    teams_client_id: str | None = None
    teams_client_secret: SecretStr | None = None
    teams_tenant_id: str | None = None
    teams_tenants: str | None = None
    teams_openid_metadata_url: str | None = None
    dangerously_allow_unauthenticated_requests: bool = False
    pace: float = Field(default=3.0, gt=0, le=1000)
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    pad_answers: bool = True
    log_level: str = "INFO"
    cards_folder: Path | None = None
    workspaces_file: Path | None = None
    test_mode: bool = False
    test_clock: datetime | None = None

    _strip_secrets = field_validator(
        "database_url",
        "keys",
        "pepper",
        "teams_client_secret",
    )(strip_secret)
    _check_database_url = field_validator("database_url")(check_database_url)
    _check_pepper = field_validator("pepper")(check_pepper_length)
    _check_keys = field_validator("keys")(check_keys_location)
    _check_log_level = field_validator("log_level")(check_log_level)
    _check_test_clock = field_validator("test_clock")(check_utc_offset)
    _expand_paths = field_validator("cards_folder", "releases_folder", "workspaces_file")(
        expand_path
    )
    _check_metadata_url = field_validator("teams_openid_metadata_url")(check_metadata_url)

    @field_validator("teams_client_id", "teams_tenant_id")
    @classmethod
    def _normalize_id(cls, value: str | None) -> str | None:
        """Normalize a UUID; ``ValueError`` for any other string."""
        return normalize_uuid(value) if value else None

    @field_validator("teams_tenants")
    @classmethod
    def _normalize_id_list(cls, value: str | None) -> str | None:
        """Normalize a comma-separated list of UUIDs; ``ValueError`` for any other string."""
        return ",".join(map(normalize_uuid, value.split(","))) if value else None

    @property
    def peppers(self) -> tuple[bytes, ...]:
        """Configured key material for the encryption of tokens, newest first.

        If there is none, the key store contains a generated pepper.
        """
        return (
            tuple(pepper.encode() for pepper in split_secrets(self.pepper)) if self.pepper else ()
        )

    @property
    def keys_folder(self) -> Path | None:
        """Folder of the key store; ``None`` if it is in a database.

        The default is in the user's state directory, which is outside the database's folder and is
        not deleted at a restart.
        """
        location = reveal_secret(self.keys)
        if location.startswith(POSTGRESQL_SCHEME):
            return None
        return Path(location).expanduser() if location else _default_keys_folder()

    @property
    def archive_folder(self) -> Path:
        """Folder for the files of published tables; the default is beside the keys' folder."""
        keys_folder = self.keys_folder or _default_keys_folder()
        return self.releases_folder or keys_folder.with_name(_RELEASES_FOLDER_NAME)

    @property
    def keys_location(self) -> str:
        """Location of the key store: a folder, or the URL of a PostgreSQL database."""
        return str(self.keys_folder or reveal_secret(self.keys))

    @property
    def allowed_tenants(self) -> frozenset[str]:
        """Ids of the Microsoft tenants whose requests are accepted; default: the bot's own."""
        return frozenset((self.teams_tenants or self.teams_tenant_id or "").split(",")) - {""}

    @property
    def uses_slack(self) -> bool:
        """Whether the Slack adapter is enabled: the default, unless only Teams is configured."""
        return self.has_slack_credentials or not self.uses_teams

    @property
    def uses_teams(self) -> bool:
        """Whether the Microsoft Teams adapter is enabled."""
        return self.teams_client_id is not None

    @property
    def database_file(self) -> Path | None:
        """Path of the SQLite file; ``None`` on PostgreSQL."""
        url = self.database_url.get_secret_value()
        return Path(url.removeprefix(SQLITE_SCHEME)) if self.uses_sqlite else None

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is SQLite, so that the ``web`` process runs the scheduler, too."""
        return self.database_url.get_secret_value().startswith("sqlite")


def load_settings(verb: str) -> Settings:
    """Parse and validate the settings, and the requirements of the subcommand *verb*.

    Raises :class:`bot.errors.FaultyInputError` with one fault per malformed, missing or forbidden
    setting, or for a settings file that cannot be decoded. Requirements are checked with the
    default of each malformed setting, so that all faults are reported at once.
    """
    malformed: set[str] = set()
    if file_faults := check_settings_file(SETTINGS_FILE):
        raise FaultyInputError(file_faults)
    try:
        settings = Settings()
    except ValidationError as error:
        malformed = {str(detail["loc"][0]) for detail in error.errors(include_input=False)}
        settings = Settings(**{name: _default_value(name) for name in malformed})
    faults = [Fault(name.upper(), f"operator.settings.{name}") for name in sorted(malformed)]
    faults += [
        Fault(_LOCATIONS.get(name, name).upper(), f"operator.missing.{name}")
        for name in _find_unmet_requirements(settings, verb)
        if name not in malformed
    ]
    if faults:
        raise FaultyInputError(tuple(faults))
    return settings


def list_misspelt_settings() -> dict[str, str]:
    """Return a dict of names in ``.env`` and the environment that resemble an unset setting to it.

    See :func:`bot.settings_file.find_misspelt_names`.
    """
    return find_misspelt_names(SETTINGS_FILE, os.environ, map(str.upper, Settings.model_fields))


def _default_keys_folder() -> Path:
    """Return the keys' folder in the XDG state directory, by default ``~/.local/state``."""
    state = Path(os.environ.get("XDG_STATE_HOME") or "")
    if not state.is_absolute():
        try:
            state = Path.home() / ".local/state"
        except RuntimeError:  # a user without a home: the check at the start names this folder
            state = Path("/nonexistent")
    return state / _KEYS_FOLDER_NAME


def _default_value(name: str) -> Any:  # noqa: ANN401 - the type depends on the setting
    """Return the default of the setting *name*, which replaces a malformed value."""
    return Settings.model_fields[name].default


def _find_unmet_requirements(settings: Settings, verb: str) -> list[str]:
    """Return the keys of *verb*'s unmet requirements: missing settings, and forbidden ones."""
    missing = _find_unmet_keys_requirements(settings)
    is_server = verb in {"web", "worker"}
    if is_server or verb == "team":
        missing["test_clock"] = settings.test_clock is not None and not settings.test_mode
    if is_server:
        missing["test_mode"] = settings.test_mode and not _may_use_test_mode(settings, verb)
        missing |= _find_unmet_teams_requirements(settings)
    if is_server and settings.uses_slack:
        missing |= find_unmet_slack_requirements(settings, verb)
    if verb == "worker":
        missing["worker"] = settings.uses_sqlite
    return [name for name, is_missing in missing.items() if is_missing]


def _find_unmet_keys_requirements(settings: Settings) -> dict[str, bool]:
    """Return a dict of the requirements on the keys' location to whether each is unmet.

    A location in the database or in its folder is rejected: whoever copies the database would have
    the keys. On PostgreSQL several processes share the key store, so there is no default.
    """
    database_url = settings.database_url.get_secret_value()
    folder = settings.keys_folder
    return {
        "keys": not settings.uses_sqlite and settings.keys is None,
        "keys_beside_database": folder is not None
        and is_within_database_folder(folder, database_url),
        "keys_in_same_database": folder is None
        and is_same_database(reveal_secret(settings.keys), database_url),
    }


def _find_unmet_teams_requirements(settings: Settings) -> dict[str, bool]:
    """Return a dict of the requirements on Teams' settings to whether each is unmet.

    Settings that weaken token validation are forbidden outside test mode: also the variable that
    disables it in Microsoft's library, although the bot validates tokens by itself.
    """
    allows_unsigned = settings.dangerously_allow_unauthenticated_requests
    has_test_metadata = settings.teams_openid_metadata_url is not None
    return {
        "teams_client_id": not settings.uses_teams
        and bool(settings.teams_client_secret or settings.allowed_tenants),
        "teams_tenants": settings.uses_teams and not settings.allowed_tenants,
        "teams_extra": settings.uses_teams and find_spec("microsoft_teams") is None,
        "teams_openid_metadata_url": has_test_metadata and not settings.test_mode,
        "dangerously_allow_unauthenticated_requests": allows_unsigned and not settings.test_mode,
    }


def _may_use_test_mode(settings: Settings, verb: str) -> bool:
    """Return whether *verb* is ``web`` on a loopback host: the clock endpoint needs no token."""
    return verb == "web" and is_loopback(settings.host)
