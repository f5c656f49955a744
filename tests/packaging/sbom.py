"""A software bill of materials in CycloneDX 1.6, from the lock files.

It lists what an installation downloads: every release that a lock file pins, with the digests of
its files, one of which is installed. The tools of the tests are not part of it, and the lock files
do not say which library needs which other. https://cyclonedx.org/docs/1.6/json/
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

SCOPE_BY_LOCK = {
    "requirements.lock": "required",
    "requirements-scale.lock": "optional",
    "requirements-teams.lock": "optional",
}
"""The lock files of an installation, and whether each is always installed."""

_PIN = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==(?P<version>\S+)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_APPLICATION = "attune"

Json = dict[str, Any]


def build_sbom(version: str, released_at: datetime, texts: Mapping[str, str]) -> str:
    """Return the bill of materials of *version* as JSON: the same text for the same arguments.

    *released_at* is in UTC; *texts* are those of the lock files and of ``requirements.in`` by name.
    """
    components = list(_iter_components(texts))
    references = [component["bom-ref"] for component in components]
    names = {match["name"].lower() for match in _PIN.finditer(texts["requirements.in"])}
    direct = [component["bom-ref"] for component in components if component["name"] in names]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, components]))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "timestamp": released_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": _APPLICATION,
                "name": _APPLICATION,
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": _APPLICATION, "dependsOn": direct}],
        "compositions": [{"aggregate": "unknown", "dependencies": references}],
    }
    return json.dumps(document, indent=2) + "\n"


def _iter_components(texts: Mapping[str, str]) -> Iterator[Json]:
    """Yield each pinned release once, those that are always installed first."""
    listed = set()
    for lock, scope in SCOPE_BY_LOCK.items():
        for block in re.split(r"\n(?=\w)", texts[lock]):
            match = _PIN.match(block)
            if match and match["name"] not in listed:
                listed.add(match["name"])
                yield _build_component(match["name"], match["version"], scope, block)


def _build_component(name: str, version: str, scope: str, block: str) -> Json:
    """Return the component of a pinned release; *block* is its part of the lock file."""
    package_url = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    digests = [{"alg": "SHA-256", "content": digest} for digest in _DIGEST.findall(block)]
    return {
        "type": "library",
        "bom-ref": package_url,
        "name": name,
        "version": version,
        "scope": scope,
        "purl": package_url,
        "externalReferences": [
            {"type": "distribution", "url": package_url, "hashes": digests},
        ],
    }
