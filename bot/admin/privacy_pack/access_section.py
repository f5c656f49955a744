"""Who can see what: the ways in to published tables and to set-ups, from the permission table."""

from collections.abc import Iterator

from bot.admin.privacy_pack.document import FactTable, Section
from bot.admin.privacy_pack.section_texts import build_section
from bot.content.pack_texts import PackTexts
from bot.domain.permission_table import PERMISSION_TABLE, Subject
from bot.domain.permissions import GRANTS, Grant, Right

_REFUSALS = frozenset({Grant.NEVER, Grant.REASON})
"""Cells of a role that gets nothing, or the reason why there is nothing."""


def build_access(texts: PackTexts) -> Section:
    """Return the section, with the ways in to results and to settings."""
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
        form = texts.files["prose"]["way_forms"][name]
        for way, permission in permissions.items():
            if permission.subject is subject:
                yield form.format(name=way), _describe_roles(permission.right, texts)


def _describe_roles(right: Right, texts: PackTexts) -> str:
    """Return the roles that have *right*, each with the condition of its cell if there is one."""
    words = texts.files["prose"]
    return "; ".join(
        words["roles"][role.value]
        if grant is Grant.ALWAYS
        else f"{words['roles'][role.value]} ({words['conditions'][grant.value]})"
        for role, grant in GRANTS[right].items()
        if grant not in _REFUSALS
    )
