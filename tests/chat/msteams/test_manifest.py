import io
import json
import re
import tomllib
import zipfile
from typing import Any

import jsonschema
import pytest

from bot.chat.msteams.manifest import COMMANDS, PACKAGE_VERSION, build_package
from bot.errors import FaultyInputError
from handlers import COMMANDS as HANDLED
from tests.chat import screens
from tests.sources import ROOT

SCHEMA = ROOT.parent / "shared" / "schemas" / "teams-manifest-1.29.json"
CLIENT = "00000000-0000-4000-8000-00000000000a"
BASE = "https://attune.example.org"
ABOUT = "https://clinic.example.org/attune"
LONGEST = {"name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000}


def opened(**told: str) -> dict[str, bytes]:
    """The files of the package, by name."""
    facts = {"client_id": CLIENT, "base_url": BASE} | told
    with zipfile.ZipFile(io.BytesIO(build_package(screens.CATALOGUE, **facts))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(name: str, **told: str) -> dict[str, Any]:
    """One of the package's tables."""
    found = json.loads(opened(**told)[name])
    assert isinstance(found, dict)
    return found


def test_the_manifest_is_one_by_microsofts_own_schema() -> None:
    """Where Microsoft's schema lies beside the clone, the manifest is valid by it.

    The schema itself is not checked: elsewhere in it stand patterns that Python cannot read.
    """
    schema = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}
    found = jsonschema.Draft4Validator(schema).iter_errors(table("manifest.json"))

    assert [error.message for error in found] == []


def test_every_file_that_is_named_is_in_the_package() -> None:
    """Icons and translations lie beside the manifest, and nothing else does."""
    made = table("manifest.json")
    named = {*made["icons"].values()}
    named |= {one["file"] for one in made["localizationInfo"]["additionalLanguages"]}

    assert opened().keys() == {"manifest.json", *named}
    assert named == {"color.png", "outline.png", "fr-ca.json", "zh-cn.json"}


def test_commands_are_offered_privately_and_never_as_a_mention() -> None:
    """Among others they are slash commands; alone with the bot, its own menu lists them."""
    (bot,) = table("manifest.json")["bots"]
    lists = bot["commandLists"]

    assert bot["supportsTargetedMessages"]
    assert [one["title"] for one in lists[0]["commands"]] == list(COMMANDS)
    assert {*COMMANDS} == {*HANDLED}
    assert [(one["scopes"], one.get("triggers")) for one in lists] == [
        (["team", "groupChat"], ["slash"]),
        (["personal"], None),
    ]
    assert not bot["supportsFiles"]


def test_it_asks_for_no_permission() -> None:
    """Neither Graph nor a team's content: the bot reads nothing but what is said to it."""
    assert (
        table("manifest.json")
        .keys()
        .isdisjoint({"permissions", "authorization", "webApplicationInfo", "devicePermissions"})
    )


@pytest.mark.parametrize("name", ["fr-ca.json", "zh-cn.json"])
def test_a_translation_says_all_that_people_read(name: str) -> None:
    """Each text has its place in the manifest, another wording there, and Teams' own limit."""
    english, made = table("manifest.json"), table(name)
    described = {path for path in made if path.endswith(".description")}

    assert {re.sub(r"\d", "#", path) for path in described} == {
        "bots[#].commandLists[#].commands[#].description"
    }
    assert len(described) == 2 * len(COMMANDS)
    for path in described:
        bot, listed, command = map(int, re.findall(r"\d+", path))
        there = english["bots"][bot]["commandLists"][listed]["commands"][command]
        assert made[path] != there["description"]
    for path, most in LONGEST.items():
        assert 1 <= len(made[path]) <= most
    assert made["description.full"] != english["description"]["full"]


def test_a_clinic_says_where_it_tells_of_the_bot() -> None:
    """The pages are its own, or the bot's address; the bot is one app wherever it moves."""
    own, plain = table("manifest.json", about_url=ABOUT), table("manifest.json")
    moved = table("manifest.json", base_url="https://elsewhere.example.org")

    assert {own["developer"][f"{one}Url"] for one in ("website", "privacy", "termsOfUse")} == {
        ABOUT
    }
    assert plain["developer"]["websiteUrl"] == BASE
    assert plain["validDomains"] == ["attune.example.org"]
    assert moved["id"] == plain["id"] != CLIENT
    assert plain["bots"][0]["botId"] == CLIENT


def test_the_same_input_makes_the_same_bytes() -> None:
    """Whoever compares two packages sees what changed, and no time of day."""
    made = [build_package(screens.CATALOGUE, client_id=CLIENT, base_url=BASE) for _ in range(2)]

    assert made[0] == made[1]


def test_the_package_has_the_projects_version() -> None:
    """Teams offers an update when the version has grown."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert table("manifest.json")["version"] == PACKAGE_VERSION == project["version"]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"base_url": "http://attune.example.org"}, "--base-url"),
        ({"base_url": ""}, "--base-url"),
        ({"about_url": "http://clinic.example.org"}, "--about"),
        ({"client_id": "attune"}, "--client-id"),
        ({"client_id": ""}, "--client-id"),
    ],
)
def test_what_teams_would_not_take_is_told_to_the_operator(
    told: dict[str, str], where: str
) -> None:
    """An address that is not https and an id that is no GUID are named, with what to do."""
    with pytest.raises(FaultyInputError) as refused:
        opened(**told)

    (fault,) = refused.value.faults
    assert fault.location == where
    assert screens.CATALOGUE.get_pack("en").translate(fault.key)
