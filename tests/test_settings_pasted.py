"""Settings as platforms and clipboards provide them: other schemes, quotes, white space, commas."""

from pathlib import Path

import pytest

from bot.settings_validation import reveal_secret
from tests.loaded_settings import CANARY, PEPPER, SLACK, clear_environment, load_web
from tests.loaded_settings import rejected_settings as find_rejected


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_schemes_mean_psycopg(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """The scheme that a platform provides selects psycopg, for the database and for the keys."""
    addresses = {"DATABASE_URL": f"{scheme}://u:p@h/d", "KEYS": f"{scheme}://u:p@h/k"}

    config = load_web(monkeypatch, **SLACK, **addresses)

    assert reveal_secret(config.database_url) == "postgresql+psycopg://u:p@h/d"
    assert config.keys_location == "postgresql+psycopg://u:p@h/k"


@pytest.mark.parametrize("pasted", ["{}\n", "  {} ", '"{}"', "'{}'\r\n", '" {}\n"'])
def test_pasted_secrets_are_stripped(monkeypatch: pytest.MonkeyPatch, pasted: str) -> None:
    """White space, newlines and quotes around a secret are not part of it."""
    environment = {name: pasted.format(value) for name, value in SLACK.items()}

    config = load_web(monkeypatch, **environment)

    assert reveal_secret(config.slack_bot_token) == SLACK["SLACK_BOT_TOKEN"]
    assert reveal_secret(config.slack_signing_secret) == SLACK["SLACK_SIGNING_SECRET"]
    assert config.peppers == (PEPPER.encode(),)


def test_comma_at_the_end_is_no_empty_pepper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of peppers that ends with a comma has the peppers before it alone."""
    config = load_web(monkeypatch, **{**SLACK, "PEPPER": f"{PEPPER}, "})

    assert config.peppers == (PEPPER.encode(),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_SIGNING_SECRET", CANARY),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef" * 2 + "0"),
        ("SLACK_BOT_TOKEN", f"xapp-{CANARY}"),
        ("SLACK_BOT_TOKEN", f"xoxb-{CANARY} xoxb-{CANARY}"),
        ("SLACK_APP_TOKEN", f"xoxb-{CANARY}"),
        ("PEPPER", f",{PEPPER}"),
    ],
)
def test_secret_of_another_shape_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A secret that cannot be the setting's is named by a fault without its value."""
    assert find_rejected(monkeypatch, **{**SLACK, name: value}) == {name}
