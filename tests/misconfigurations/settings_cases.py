"""Settings that are missing, malformed or contradictory, and settings files in other encodings."""

from collections.abc import Mapping
from pathlib import Path

from tests.misconfigurations.operator import DATABASE_PASSWORD, PEPPER, Case

CLIENT_ID = "00000000-0000-4000-8000-00000000000a"
POSTGRESQL = f"postgresql://attune:{DATABASE_PASSWORD}@127.0.0.1:9/attune"


def _build_case(setting: str, value: str | None, sentence: str, **others: str | None) -> Case:
    """Return the case of one setting, with which `web` does not start."""
    environment: Mapping[str, str | None] = {setting: value, **others}
    return Case(f"{setting}={value}"[:60], ("web",), f"- {setting}: ", sentence, environment)


SLACK_CASES = (
    _build_case("SLACK_BOT_TOKEN", None, "Install the app in your workspace"),
    _build_case("SLACK_BOT_TOKEN", "xapp-canary", "starts with xoxb-"),
    _build_case("SLACK_BOT_TOKEN", "xoxb-canary xoxb-canary", "starts with xoxb-"),
    _build_case("SLACK_SIGNING_SECRET", None, "Set the signing secret to receive requests"),
    _build_case("SLACK_SIGNING_SECRET", "canary", "not the client secret"),
    _build_case("SLACK_APP_TOKEN", "xoxb-canary", "starts with xapp-"),
    _build_case("SLACK_REFRESH_TOKEN", "canary", "starts with xoxe-"),
    _build_case(
        "SLACK_REFRESH_TOKEN", None, "ends after twelve hours", SLACK_BOT_TOKEN="xoxe.xoxb-canary"
    ),
    _build_case("SLACK_CLIENT_SECRET", None, "copy them from", SLACK_REFRESH_TOKEN="xoxe-1-canary"),
    _build_case("SLACK_API_URL", "https://slack.com/canary", "has to end in /api/"),
    _build_case("SLACK_API_URL", "http://slack.com/api/", "use https"),
)

_LINK: Mapping[str, str | None] = {
    "SLACK_BOT_TOKEN": None,
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "canary",
    "BASE_URL": "https://attune.example.org",
}


def _without(name: str) -> Mapping[str, str | None]:
    """Return what the installation from a link needs, without the setting *name*."""
    return {other: value for other, value in _LINK.items() if other != name}


LINK_CASES = (
    _build_case("SLACK_CLIENT_ID", None, "for one workspace", **_without("SLACK_CLIENT_ID")),
    _build_case(
        "SLACK_CLIENT_SECRET", "", "without SLACK_BOT_TOKEN", **_without("SLACK_CLIENT_SECRET")
    ),
    _build_case("BASE_URL", None, "return there after an installation", **_without("BASE_URL")),
    _build_case("BASE_URL", "http://canary.example", "without a path", **_without("BASE_URL")),
    _build_case("BASE_URL", "https://canary.example/x", "without a path", **_without("BASE_URL")),
    _build_case("SLACK_REFRESH_TOKEN", "xoxe-1-canary", "remove it", **_LINK),
)

TEAMS_CASES = (
    _build_case("TEAMS_CLIENT_ID", "canary", "the Application (client) ID"),
    _build_case("TEAMS_CLIENT_ID", None, "unset the others", TEAMS_CLIENT_SECRET="canary"),
    _build_case("TEAMS_TENANTS", None, "Name the Directory", TEAMS_CLIENT_ID=CLIENT_ID),
    _build_case("TEAMS_TENANTS", "canary", "separated by commas", TEAMS_CLIENT_ID=CLIENT_ID),
    _build_case("TEAMS_TENANT_ID", "canary", "of your organisation"),
    _build_case("TEAMS_OPENID_METADATA_URL", "https://canary.example", "leave it unset"),
    _build_case("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "1", "Unset it"),
    _build_case("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "canary", "Leave it unset"),
)

LOCATION_CASES = (
    _build_case("KEYS", "canary/keys", "given in full"),
    _build_case("KEYS", "mysql://canary@host/keys", "a second database"),
    _build_case("KEYS", "~canary/keys", "beginning with ~/"),
    _build_case("KEYS", "postgresql://u:canary@h:port/k", "a second database"),
    _build_case("KEYS", "{folder}/data/keys", "Choose a folder elsewhere"),
    _build_case("KEYS", None, "that all processes share", DATABASE_URL=POSTGRESQL),
    _build_case("KEYS", POSTGRESQL, "of which no backup is made", DATABASE_URL=POSTGRESQL),
    _build_case("DATABASE_URL", "mysql://canary@host/attune", "Use sqlite:///"),
    _build_case("DATABASE_URL", "sqlite:///:memory:", "memory is lost with the process"),
    _build_case("DATABASE_URL", "sqlite:///", "a file"),
    _build_case("DATABASE_URL", "sqlite://canary.sqlite", "Use sqlite:///"),
    _build_case("DATABASE_URL", "sqlite:///canary.sqlite?mode=ro", "Use sqlite:///"),
    _build_case("DATABASE_URL", "sqlite:///~canary/attune.sqlite", "Use sqlite:///"),
    _build_case("DATABASE_URL", "sqlite:////~/canary.sqlite", "Use sqlite:///"),
    _build_case("DATABASE_URL", "postgresql://u:canary@h:port/d", "postgresql://user"),
    _build_case("DATABASE_URL", "postgresql://u:canary@[h/d", "postgresql://user"),
    _build_case("CARDS_FOLDER", "~canary/cards", "the path of a folder"),
    _build_case("WORKSPACES_FILE", "~canary/clinics.toml", "the path of a .toml file"),
    _build_case("RELEASES_FOLDER", "~canary/releases", "the path of a folder"),
)

VALUE_CASES = (
    _build_case("PEPPER", "canary", "at least 32 characters"),
    _build_case("PEPPER", f",{PEPPER}", "at least 32 characters"),
    _build_case("PORT", "canary", "a number from 0 to 65535"),
    _build_case("PORT", "99999", "a number from 0 to 65535"),
    _build_case("PACE", "0", "above 0"),
    _build_case("PACE", "canary", "a number of messages a second"),
    _build_case("LOG_LEVEL", "canary", "has to be DEBUG"),
    _build_case("PAD_ANSWERS", "canary", "has to be True or False"),
    _build_case("SAFETY_TEXT_EN", "canary " * 60, "300 characters at most"),
    _build_case("TEST_MODE", "1", "HOST=127.0.0.1", HOST="0.0.0.0"),  # noqa: S104 - refused
    _build_case("TEST_MODE", "canary", "Leave it unset"),
    _build_case("TEST_CLOCK", "2026-01-05T09:00:00+00:00", "with TEST_MODE=1 alone"),
    _build_case("TEST_CLOCK", "2026-01-05T09:00:00", "with an offset", TEST_MODE="1"),
    Case("worker on SQLite", ("worker",), "- WORKER: ", "cannot run on SQLite"),
)


class SettingsFile:
    """Preparation that writes the file `.env`."""

    def __init__(self, content: bytes, mode: int = 0o600) -> None:
        """Write *content* with the permissions *mode*."""
        self._content, self._mode = content, mode

    def __call__(self, folder: Path) -> None:
        """Write the file."""
        (folder / ".env").write_bytes(self._content)
        (folder / ".env").chmod(self._mode)


_LINE = "SAFETY_TEXT_EN=Überall canary\n"

FILE_CASES = (
    *(
        Case(
            f".env in {encoding} for {verb}",
            (verb,),
            "- .env",
            "is not UTF-8 text",
            prepare=SettingsFile(_LINE.encode(encoding)),
        )
        for encoding in ("utf-16", "utf-16-le", "latin-1")
        for verb in ("doctor", "web")
    ),
    Case(
        ".env of another user",
        ("doctor",),
        "- .env: ",
        "Let the bot's user read it",
        prepare=SettingsFile(b"PACE=3\n", mode=0),
        is_unprivileged=True,
    ),
    Case(
        "misspelt in .env",
        ("web",),
        "SLACK_BOT_TOKN",
        "Correct the spelling to SLACK_BOT_TOKEN",
        {"SLACK_BOT_TOKEN": None},
        SettingsFile(b"SLACK_BOT_TOKN=xoxb-canary\n"),
    ),
    Case(
        "misspelt in the environment",
        ("doctor",),
        "DATABASE_URI",
        "Correct the spelling to DATABASE_URL",
        {"DATABASE_URL": None, "DATABASE_URI": POSTGRESQL},
        status=1,
    ),
)

CASES = (*SLACK_CASES, *LINK_CASES, *TEAMS_CASES, *LOCATION_CASES, *VALUE_CASES, *FILE_CASES)
