import io
import json
import re
import zipfile
from typing import Any

import jsonschema
import pytest

from bot.chat.msteams.manifest import COMMANDS, build_package
from bot.errors import FaultyInputError
from bot.version import VERSION
from handlers import COMMANDS as HANDLED_COMMANDS
from tests.chat import screens
from tests.sources import ROOT

SCHEMA = ROOT.parent / "shared" / "schemas" / "teams-manifest-1.29.json"
CLIENT_ID = "00000000-0000-4000-8000-00000000000a"
BASE_URL = "https://attune.example.org"
ABOUT_URL = "https://clinic.example.org/attune"
MAX_LENGTH_BY_PATH = {
    "name.short": 30,
    "name.full": 100,
    "description.short": 80,
    "description.full": 4000,
}


def read_package(**overrides: str) -> dict[str, bytes]:
    """Build the package and return its files by name."""
    options = {"client_id": CLIENT_ID, "base_url": BASE_URL} | overrides
    with zipfile.ZipFile(io.BytesIO(build_package(screens.CATALOGUE, **options))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_json(name: str, **overrides: str) -> dict[str, Any]:
    """Build the package and parse one of its JSON files."""
    content = json.loads(read_package(**overrides)[name])
    assert isinstance(content, dict)
    return content


def test_the_manifest_is_valid() -> None:
    """The manifest is valid by Microsoft's schema, where that file exists beside the clone.

    The schema itself is not validated: some of its patterns are no valid Python expressions.
    """
    schema = json.loads(SCHEMA.read_text()) if SCHEMA.exists() else {}
    errors = jsonschema.Draft4Validator(schema).iter_errors(read_json("manifest.json"))

    assert [error.message for error in errors] == []


def test_the_package_contains_exactly_the_referenced_files() -> None:
    """The package contains the manifest, its icons and its translations, and no other file."""
    manifest = read_json("manifest.json")
    file_names = {*manifest["icons"].values()}
    file_names |= {
        language["file"] for language in manifest["localizationInfo"]["additionalLanguages"]
    }

    assert read_package().keys() == {"manifest.json", *file_names}
    assert file_names == {"color.png", "outline.png", "fr-ca.json", "zh-cn.json"}


def test_commands_are_private() -> None:
    """In teams commands are slash commands, never mentions; in the private chat a menu."""
    (bot,) = read_json("manifest.json")["bots"]
    command_lists = bot["commandLists"]

    assert bot["supportsTargetedMessages"]
    assert [entry["title"] for entry in command_lists[0]["commands"]] == list(COMMANDS)
    assert {*COMMANDS} == {*HANDLED_COMMANDS}
    assert [(entry["scopes"], entry.get("triggers")) for entry in command_lists] == [
        (["team", "groupChat"], ["slash"]),
        (["personal"], None),
    ]
    assert not bot["supportsFiles"]


def test_the_app_requests_no_permission() -> None:
    """The app requests neither Graph nor team permissions: it reads only what is sent to it."""
    assert (
        read_json("manifest.json")
        .keys()
        .isdisjoint({"permissions", "authorization", "webApplicationInfo", "devicePermissions"})
    )


@pytest.mark.parametrize("name", ["fr-ca.json", "zh-cn.json"])
def test_a_translation_is_complete(name: str) -> None:
    """Each translated string has a path in the manifest, another value there, and Teams' length."""
    manifest, translation = read_json("manifest.json"), read_json(name)
    description_paths = {path for path in translation if path.endswith(".description")}

    assert {re.sub(r"\d", "#", path) for path in description_paths} == {
        "bots[#].commandLists[#].commands[#].description"
    }
    assert len(description_paths) == 2 * len(COMMANDS)
    for path in description_paths:
        bot_index, list_index, command_index = map(int, re.findall(r"\d+", path))
        entry = manifest["bots"][bot_index]["commandLists"][list_index]["commands"][command_index]
        assert translation[path] != entry["description"]
    for path, max_length in MAX_LENGTH_BY_PATH.items():
        assert 1 <= len(translation[path]) <= max_length
    assert translation["description.full"] != manifest["description"]["full"]


def test_the_about_url_is_configurable() -> None:
    """The developer URLs are the about URL or the base URL; the app id depends on neither."""
    with_about_url, default_manifest = (
        read_json("manifest.json", about_url=ABOUT_URL),
        read_json("manifest.json"),
    )
    moved_manifest = read_json("manifest.json", base_url="https://elsewhere.example.org")

    assert {
        with_about_url["developer"][f"{page}Url"] for page in ("website", "privacy", "termsOfUse")
    } == {ABOUT_URL}
    assert default_manifest["developer"]["websiteUrl"] == BASE_URL
    assert default_manifest["validDomains"] == ["attune.example.org"]
    assert moved_manifest["id"] == default_manifest["id"] != CLIENT_ID
    assert default_manifest["bots"][0]["botId"] == CLIENT_ID


def test_the_package_is_reproducible() -> None:
    """Equal input produces an equal package, byte for byte, without a timestamp."""
    packages = [
        build_package(screens.CATALOGUE, client_id=CLIENT_ID, base_url=BASE_URL) for _ in range(2)
    ]

    assert packages[0] == packages[1]


def test_the_package_has_the_project_version() -> None:
    """The package has the version of the project, so that Teams offers an update."""
    assert read_json("manifest.json")["version"] == VERSION


@pytest.mark.parametrize(
    ("overrides", "location"),
    [
        ({"base_url": "http://attune.example.org"}, "--base-url"),
        ({"base_url": "https://attune.example.org/bot"}, "--base-url"),
        ({"base_url": ""}, "--base-url"),
        ({"about_url": "http://clinic.example.org"}, "--about"),
        ({"client_id": "attune"}, "--client-id"),
        ({"client_id": ""}, "--client-id"),
    ],
)
def test_invalid_options_are_reported(overrides: dict[str, str], location: str) -> None:
    """A URL that is not https and an id that is no GUID are reported with a message."""
    with pytest.raises(FaultyInputError) as error:
        read_package(**overrides)

    (fault,) = error.value.faults
    assert fault.location == location
    assert screens.CATALOGUE.get_pack("en").translate(fault.key, **fault.facts)


def test_every_invalid_option_is_reported_at_once() -> None:
    """A fault of the base URL hides neither that of the about page nor that of the client id."""
    with pytest.raises(FaultyInputError) as error:
        read_package(base_url="attune", about_url="http://clinic.example.org", client_id="attune")

    assert [fault.location for fault in error.value.faults] == [
        "--base-url",
        "--about",
        "--client-id",
    ]
