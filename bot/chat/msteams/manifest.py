"""The Teams app as Teams is told of it: a zip with manifest, translations and icons; pure."""

import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.chat.msteams import icons
from bot.content.catalogue import Catalogue, LanguagePack
from bot.errors import Fault, FaultyInputError

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision", "help")
"""The commands that Teams offers to people, in the order it lists them."""

PACKAGE_VERSION = "0.1.0"
"""The package's own version; Teams takes an update only where it has grown."""

SCHEMA_VERSION = "1.29"
"""The first of Microsoft's schemas with slash commands that are answered privately."""

_LANGUAGES = {"fr-ca": ("fr", "fr-CA"), "zh-cn": ("zh", "zh-CN")}
"""Each translation's file, and the languages of a Teams client that it serves."""

_SCOPES = ("personal", "team", "groupChat")
_ZIP_TIMESTAMP = (2026, 1, 1, 0, 0, 0)
"""What the files in the zip are dated, so that the same input makes the same bytes."""

JsonObject = dict[str, Any]


def build_package(
    catalogue: Catalogue, *, client_id: str, base_url: str, about_url: str = ""
) -> bytes:
    """Return the app package of the bot registered as *client_id* and reached at *base_url*.

    *about* is a page on which the practice tells its people of the bot; *base_url* unless
    given. Raises :class:`bot.errors.FaultyInputError` for an address that is not https or
    an id that is no GUID.
    """
    checked = _validate_options(client_id, base_url, about_url or base_url)
    files: dict[str, bytes] = {
        "manifest.json": _encode_json(build_manifest(catalogue.get_pack("en"), *checked)),
        "color.png": icons.draw_colour_icon(),
        "outline.png": icons.draw_outline_icon(),
    }
    for name, (language, *_) in _LANGUAGES.items():
        files[f"{name}.json"] = _encode_json(build_translation(catalogue.get_pack(language)))
    return _build_zip(files)


def build_manifest(words: LanguagePack, client_id: str, host: str, about_url: str) -> JsonObject:
    """Return the manifest itself, in the language of *words*."""
    return {
        "$schema": _schema_url("MicrosoftTeams"),
        "manifestVersion": SCHEMA_VERSION,
        "version": PACKAGE_VERSION,
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
    """Return one translation: every text of the manifest that people read, by its path."""
    made = {
        "$schema": _schema_url("MicrosoftTeams.Localization"),
        "name.short": words.translate("manifest.name"),
        "name.full": words.translate("manifest.full_name"),
        "description.short": words.translate("manifest.short"),
        "description.full": words.translate("manifest.long_description"),
    }
    for place, listed in enumerate(_build_bot(words, "")["commandLists"]):
        for number, command in enumerate(listed["commands"]):
            path = f"bots[0].commandLists[{place}].commands[{number}]"
            made[f"{path}.description"] = command["description"]
    return made


def _build_bot(words: LanguagePack, client_id: str) -> JsonObject:
    """Offer each command privately: as a slash command among others, by its name alone here.

    A mention among others is public, so no list is offered for it.
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
    offered = [
        {"languageTag": tag.lower(), "file": f"{name}.json"}
        for name, tags in _LANGUAGES.items()
        for tag in tags
    ]
    return {"defaultLanguageTag": "en", "additionalLanguages": offered}


def _validate_options(client_id: str, base_url: str, about_url: str) -> tuple[str, str, str]:
    """Return the client id, the host that reaches the bot and the page about it."""
    faults = []
    base, page = urlsplit(base_url), urlsplit(about_url)
    if base.scheme != "https" or not base.hostname or base.query or base.fragment:
        faults.append(Fault("--base-url", "manifest.base_url"))
    elif page.scheme != "https" or not page.hostname:
        faults.append(Fault("--about", "manifest.about"))
    try:
        client_id = str(uuid.UUID(client_id))
    except ValueError:
        faults.append(Fault("--client-id", "manifest.client_id"))
    if faults:
        raise FaultyInputError(tuple(faults))
    return client_id, base.hostname or "", about_url


def _schema_url(name: str) -> str:
    return (
        f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}/{name}.schema.json"
    )


def _encode_json(content: JsonObject) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _build_zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIMESTAMP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
