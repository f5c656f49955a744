"""App package of the Teams app: a zip of manifest, translations and icons."""

import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.chat.base_url import parse_base_url, split_url
from bot.content.catalogue import Catalogue, LanguagePack
from bot.errors import Fault, FaultyInputError
from bot.version import VERSION

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision", "help")
"""Commands offered in Teams, in the order of its command lists."""

SCHEMA_VERSION = "1.29"
"""First version of Microsoft's manifest schema with privately answered slash commands."""

ICONS_FOLDER = Path(__file__).parent / "icons"
"""Folder of the icons, which Teams requires as PNG files.

``color.png`` is opaque, 192 x 192 px; Teams may crop it to a circle, so the drawing is within the
middle 120 px. ``outline.png`` is white on transparent, 32 x 32 px.
"""

_ICON_NAMES = ("color.png", "outline.png")

_LANGUAGES = {"fr-ca": ("fr", "fr-CA"), "zh-cn": ("zh", "zh-CN")}
"""File name of each translation, and the language tags of Teams clients that it serves."""

_SCOPES = ("personal", "team", "groupChat")
_ZIP_TIMESTAMP = (2026, 1, 1, 0, 0, 0)
"""Fixed timestamp of the files in the zip, so that equal input produces equal bytes."""

JsonObject = dict[str, Any]


def build_package(
    catalogue: Catalogue, *, client_id: str, base_url: str, about_url: str = ""
) -> bytes:
    """Build the app package of the bot with id *client_id*, reached at *base_url*.

    *about_url* is the clinic's page about the bot, by default *base_url*. Raises
    :class:`bot.errors.FaultyInputError` for a URL that is not https or an id that is no GUID.
    """
    options = _validate_options(client_id, base_url, about_url)
    files: dict[str, bytes] = {
        "manifest.json": _encode_json(build_manifest(catalogue.get_pack("en"), *options)),
        **{name: (ICONS_FOLDER / name).read_bytes() for name in _ICON_NAMES},
    }
    for name, (language, *_) in _LANGUAGES.items():
        files[f"{name}.json"] = _encode_json(build_translation(catalogue.get_pack(language)))
    return _build_zip(files)


def build_manifest(words: LanguagePack, client_id: str, host: str, about_url: str) -> JsonObject:
    """Build the manifest in the language of *words*."""
    return {
        "$schema": _schema_url("MicrosoftTeams"),
        "manifestVersion": SCHEMA_VERSION,
        "version": VERSION,  # Teams accepts an update only with a higher one
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"attune:{client_id}")),
        "developer": {
            "name": words.translate("manifest.name"),
            "websiteUrl": about_url,
            "privacyUrl": about_url,
            "termsOfUseUrl": about_url,
        },
        "localizationInfo": _build_localization(),
        "name": {
            "short": words.translate("manifest.name"),
            "full": words.translate("manifest.full_name"),
        },
        "description": {
            "short": words.translate("manifest.short"),
            "full": words.translate("manifest.long_description"),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#2F4858",
        "bots": [_build_bot(words, client_id)],
        "validDomains": [host],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def build_translation(words: LanguagePack) -> JsonObject:
    """Build one localization file: every localizable string of the manifest, keyed by its path."""
    strings = {
        "$schema": _schema_url("MicrosoftTeams.Localization"),
        "name.short": words.translate("manifest.name"),
        "name.full": words.translate("manifest.full_name"),
        "description.short": words.translate("manifest.short"),
        "description.full": words.translate("manifest.long_description"),
    }
    for list_index, command_list in enumerate(_build_bot(words, "")["commandLists"]):
        for command_index, command in enumerate(command_list["commands"]):
            path = f"bots[0].commandLists[{list_index}].commands[{command_index}]"
            strings[f"{path}.description"] = command["description"]
    return strings


def _build_bot(words: LanguagePack, client_id: str) -> JsonObject:
    """Build the bot entry: commands as private slash commands in a team, by name in a chat.

    A mention in a team is public, so no command list is offered for it.
    """
    commands = [
        {"title": name, "description": words.translate(f"manifest.commands.{name}.description")}
        for name in COMMANDS
    ]
    return {
        "botId": client_id,
        "scopes": list(_SCOPES),
        "isNotificationOnly": False,
        "supportsFiles": False,
        "supportsTargetedMessages": True,
        "commandLists": [
            {"scopes": ["team", "groupChat"], "triggers": ["slash"], "commands": commands},
            {"scopes": ["personal"], "commands": commands},
        ],
    }


def _build_localization() -> JsonObject:
    languages = [
        {"languageTag": tag.lower(), "file": f"{name}.json"}
        for name, tags in _LANGUAGES.items()
        for tag in tags
    ]
    return {"defaultLanguageTag": "en", "additionalLanguages": languages}


def _validate_options(client_id: str, base_url: str, about_url: str) -> tuple[str, str, str]:
    """Return the client id, the host of the bot and the URL of the page about it.

    Raises :class:`bot.errors.FaultyInputError`.
    """
    faults: list[Fault] = []
    host = ""
    try:
        host = parse_base_url(base_url, accepts_loopback=False).hostname or ""
    except FaultyInputError as error:
        faults += error.faults
    about_parts = split_url(about_url)
    if about_url and (about_parts.scheme != "https" or not about_parts.hostname):
        faults.append(Fault("--about", "manifest.about"))
    try:
        client_id = str(uuid.UUID(client_id))
    except ValueError:
        faults.append(Fault("--client-id", "manifest.client_id"))
    if faults:
        raise FaultyInputError(tuple(faults))
    return client_id, host, about_url or base_url


def _schema_url(name: str) -> str:
    return (
        f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/{name}.schema.json"
    )


def _encode_json(content: JsonObject) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _build_zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIMESTAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
