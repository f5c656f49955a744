"""The bill of materials has what the lock files pin, in the form of CycloneDX 1.6.

The form below is what this document uses of the published schema, without anything else: an unknown
name or a wrong type fails. The official schema accepted the document of this tree when it was
written; it is not part of the project.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from tests.packaging import sbom
from tests.sources import ROOT

RELEASED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TEXT = {"type": "string", "minLength": 1}
PACKAGE_URL = {"type": "string", "pattern": r"^pkg:pypi/[a-z0-9-]+@[\w.]+$"}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def require_names(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with exactly these names."""
    names = {name.replace("_", "-"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": names,
        "required": list(names),
        "additionalProperties": False,
    }


def require_items(items: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list with one item at least."""
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


HASH = require_names(alg={"const": "SHA-256"}, content=DIGEST)
DISTRIBUTION = require_names(
    type={"const": "distribution"}, url=PACKAGE_URL, hashes=require_items(HASH)
)
COMPONENT = require_names(
    type={"const": "library"},
    bom_ref=PACKAGE_URL,
    name=TEXT,
    version=TEXT,
    scope={"enum": ["required", "optional"]},
    purl=PACKAGE_URL,
    externalReferences=require_items(DISTRIBUTION),
)
LICENSE = require_names(license=require_names(id={"const": "MIT"}))
APPLICATION = require_names(
    type={"const": "application"},
    bom_ref=TEXT,
    name=TEXT,
    version=TEXT,
    licenses=require_items(LICENSE),
)
DOCUMENT = require_names(
    bomFormat={"const": "CycloneDX"},
    specVersion={"const": "1.6"},
    serialNumber={
        "type": "string",
        "pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    },
    version={"const": 1},
    metadata=require_names(
        timestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        component=APPLICATION,
    ),
    components=require_items(COMPONENT),
    dependencies=require_items(require_names(ref=TEXT, dependsOn=require_items(PACKAGE_URL))),
    compositions=require_items(
        require_names(aggregate={"const": "unknown"}, dependencies=require_items(PACKAGE_URL))
    ),
)


def read_texts() -> dict[str, str]:
    """Return the texts of the lock files and of the list of direct dependencies."""
    names = (*sbom.SCOPE_BY_LOCK, "requirements.in")
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The bill of materials of this tree."""
    return dict(json.loads(sbom.build_sbom("1.2.3", RELEASED_AT, read_texts())))


def test_the_document_has_the_form(document: dict[str, Any]) -> None:
    """Every name and type is one of CycloneDX 1.6, and references are to components."""
    jsonschema.validate(document, DOCUMENT)
    references = {component["bom-ref"] for component in document["components"]}

    assert len(references) == len(document["components"])
    assert set(document["dependencies"][0]["dependsOn"]) <= references
    assert set(document["compositions"][0]["dependencies"]) == references


def test_every_pinned_release_of_an_installation_is_listed(document: dict[str, Any]) -> None:
    """With its version and all its digests, once; extras are optional, test tools absent."""
    texts = read_texts()
    digests = {d for lock in sbom.SCOPE_BY_LOCK for d in re.findall("sha256:(.{64})", texts[lock])}
    pins = {
        pin for lock in sbom.SCOPE_BY_LOCK for pin in re.findall(r"(?m)^([\w.-]+)", texts[lock])
    }
    components = {component["name"]: component for component in document["components"]}

    assert set(components) == pins
    assert digests == {
        digest["content"]
        for component in components.values()
        for reference in component["externalReferences"]
        for digest in reference["hashes"]
    }
    scopes = {name: components[name]["scope"] for name in ("sqlalchemy", "dbos", "cachetools")}
    assert scopes == {"sqlalchemy": "required", "dbos": "optional", "cachetools": "optional"}
    assert "pytest" not in components


def test_the_document_names_no_server() -> None:
    """It has no address of a package index, and the same text for the same release."""
    first, second = (sbom.build_sbom("1.2.3", RELEASED_AT, read_texts()) for _ in range(2))

    assert first == second
    assert "://" not in first
