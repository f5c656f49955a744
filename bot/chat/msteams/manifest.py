"""The Teams app as Teams is told of it: a zip with manifest, translations and icons; pure."""

import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.chat.msteams import icons
from bot.content.catalogue import Catalogue, Words
from bot.errors import Fault, FaultyInputError

COMMANDS = ("tip", "rupture", "checkin", "debriefs", "supervision", "help")
"""The commands that Teams offers to people, in the order it lists them."""

VERSION = "0.1.0"
"""The package's own version; Teams takes an update only where it has grown."""

SCHEMA = "1.29"
"""The first of Microsoft's schemas with slash commands that are answered privately."""

_LANGUAGES = {"fr-ca": ("fr", "fr-CA"), "zh-cn": ("zh", "zh-CN")}
"""Each translation's file, and the languages of a Teams client that it serves."""

_SCOPES = ("personal", "team", "groupChat")
_DATED = (2026, 1, 1, 0, 0, 0)
"""What the files in the zip are dated, so that the same input makes the same bytes."""

Table = dict[str, Any]


def package(catalogue: Catalogue, *, client_id: str, base_url: str, about: str = "") -> bytes:
    """Return the app package of the bot registered as *client_id* and reached at *base_url*.

    *about* is a page on which the practice tells its people of the bot; *base_url* unless
    given. Raises :class:`bot.errors.FaultyInputError` for an address that is not https or
    an id that is no GUID.
    """
    checked = _checked(client_id, base_url, about or base_url)
    files: dict[str, bytes] = {
        "manifest.json": _json(manifest(catalogue.words("en"), *checked)),
        "color.png": icons.colour(),
        "outline.png": icons.outline(),
    }
    for name, (language, *_) in _LANGUAGES.items():
        files[f"{name}.json"] = _json(translation(catalogue.words(language)))
    return _zip(files)


def manifest(words: Words, client_id: str, host: str, about: str) -> Table:
    """Return the manifest itself, in the language of *words*."""
    return {
        "$schema": _schema("MicrosoftTeams"),
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"attune:{client_id}")),
        "developer": {
            "name": words.say("manifest.name"),
            "websiteUrl": about,
            "privacyUrl": about,
            "termsOfUseUrl": about,
        },
        "localizationInfo": _localisation(),
        "name": {"short": words.say("manifest.name"), "full": words.say("manifest.full_name")},
        "description": {
            "short": words.say("manifest.short"),
            "full": words.say("manifest.long_description"),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#2F4858",
        "bots": [_bot(words, client_id)],
        "validDomains": [host],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def translation(words: Words) -> Table:
    """Return one translation: every text of the manifest that people read, by its path."""
    made = {
        "$schema": _schema("MicrosoftTeams.Localization"),
        "name.short": words.say("manifest.name"),
        "name.full": words.say("manifest.full_name"),
        "description.short": words.say("manifest.short"),
        "description.full": words.say("manifest.long_description"),
    }
    for place, listed in enumerate(_bot(words, "")["commandLists"]):
        for number, command in enumerate(listed["commands"]):
            path = f"bots[0].commandLists[{place}].commands[{number}]"
            made[f"{path}.description"] = command["description"]
    return made


def _bot(words: Words, client_id: str) -> Table:
    """Offer each command privately: as a slash command among others, by its name alone here.

    A mention among others is public, so no list is offered for it.
    """
    commands = [
        {"title": name, "description": words.say(f"manifest.commands.{name}.description")}
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


def _localisation() -> Table:
    offered = [
        {"languageTag": tag.lower(), "file": f"{name}.json"}
        for name, tags in _LANGUAGES.items()
        for tag in tags
    ]
    return {"defaultLanguageTag": "en", "additionalLanguages": offered}


def _checked(client_id: str, base_url: str, about: str) -> tuple[str, str, str]:
    """Return the client id, the host that reaches the bot and the page about it."""
    faults = []
    base, page = urlsplit(base_url), urlsplit(about)
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
    return client_id, base.hostname or "", about


def _schema(name: str) -> str:
    return f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/{name}.schema.json"


def _json(table: Table) -> bytes:
    return json.dumps(table, ensure_ascii=False, indent=2).encode() + b"\n"


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATED), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
