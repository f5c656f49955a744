"""Every setting is documented."""

import re

from pydantic import SecretStr

from bot.settings import Settings
from tests.sources import ROOT

ASSIGNMENT = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_every_setting_is_described_in_the_example() -> None:
    """Every setting is in .env.example, below at least one line of comment."""
    blocks = re.findall(r"(?:^#.*\n)+((?:^[A-Z_]+=.*\n)+)", EXAMPLE, re.MULTILINE)
    names = [name for block in blocks for name, _ in ASSIGNMENT.findall(block)]

    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_every_setting_is_on_the_page_of_settings() -> None:
    """Every setting's name is in `docs/settings.md`."""
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    assert {n.upper() for n in Settings.model_fields if f"`{n.upper()}`" not in page} == set()


def test_example_values_are_the_defaults() -> None:
    """The values in .env.example are the defaults, so that a copy of it changes nothing."""
    values = dict(ASSIGNMENT.findall(EXAMPLE))
    for name, setting in Settings.model_fields.items():
        default = setting.default
        value = default.get_secret_value() if isinstance(default, SecretStr) else default

        assert values[name.upper()] == str(value or "")
