import re

from pydantic import SecretStr

from bot.settings import Settings
from tests.sources import ROOT

SET = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_every_setting_is_explained_in_the_example() -> None:
    """Each name that the bot reads stands in .env.example, under at least one sentence."""
    explained = re.findall(r"(?:^#.*\n)+((?:^[A-Z_]+=.*\n)+)", EXAMPLE, re.MULTILINE)
    names = [name for block in explained for name, _ in SET.findall(block)]

    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_every_setting_is_in_the_readme() -> None:
    """Each name that the bot reads is told to whoever sets it up."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {n.upper() for n in Settings.model_fields if f"`{n.upper()}`" not in readme} == set()


def test_the_example_shows_the_defaults() -> None:
    """Whoever copies the example changes nothing by it."""
    shown = dict(SET.findall(EXAMPLE))
    for name, setting in Settings.model_fields.items():
        default = setting.default
        plain = default.get_secret_value() if isinstance(default, SecretStr) else default

        assert shown[name.upper()] == str(plain or "")
