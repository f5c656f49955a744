"""Section on access: which roles can read or change what, from the rows of the permission table."""

from collections.abc import Iterator

from bot.admin.privacy_pack.document import FactTable, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.content.pack_texts import PackTexts
from bot.domain.permission_table import PERMISSION_TABLE, Subject
from bot.domain.permissions import GRANTS, Grant, Right

_REFUSALS = frozenset({Grant.NEVER, Grant.REASON})
"""Cells of the permission matrix whose role is omitted: it gets no data, at most a reason."""


def build_access(texts: PackTexts) -> Section:
    """Build the section, with a table of the commands and forms for results, one for settings."""
    return build_section(
        texts,
        "access",
        sections=(
            build_section(texts, "access-results", _build_table(texts, Subject.RESULTS)),
            build_section(texts, "access-settings", _build_table(texts, Subject.SETTINGS)),
            build_section(texts, "access-never"),
        ),
    )


def _build_table(texts: PackTexts, subject: Subject) -> FactTable:
    return FactTable(texts.get_headings("ways"), tuple(_iter_rows(texts, subject)))


def _iter_rows(texts: PackTexts, subject: Subject) -> Iterator[tuple[str, str]]:
    for name, permissions in PERMISSION_TABLE.items():
        template = texts.files["prose"]["way_forms"][name]
        for entry_point, permission in permissions.items():
            if permission.subject is subject:
                yield template.format(name=entry_point), _describe_roles(permission.right, texts)


def _describe_roles(right: Right, texts: PackTexts) -> str:
    """Join the names of the roles with *right* to a string, each with its condition, if any."""
    words = texts.files["prose"]
    return "; ".join(
        words["roles"][role.value]
        if grant is Grant.ALWAYS
        else f"{words['roles'][role.value]} ({words['conditions'][grant.value]})"
        for role, grant in GRANTS[right].items()
        if grant not in _REFUSALS
    )
