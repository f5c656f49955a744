"""Print ``docs/roles.md``, the permission table as a page for readers.

``.venv/bin/python -m tests.roles_page >docs/roles.md`` writes it; a test compares the two.
"""

import sys
from collections.abc import Iterator, Mapping

from bot.domain.permission_table import PERMISSION_TABLE, Permission, Subject
from bot.domain.permissions import GRANTS, AccessRole, Grant

COLUMNS = {
    AccessRole.EXTERNAL: "other organisation",
    AccessRole.MEMBER: "on no list",
    AccessRole.CLINICIAN: "clinician",
    AccessRole.SUPERVISOR: "supervisor",
    AccessRole.DIRECTOR: "director",
    AccessRole.ADMIN: "admin",
    AccessRole.OPERATOR: "operator",
}

CELLS = {
    Grant.ALWAYS: "yes",
    Grant.NEVER: "no",
    Grant.REASON: "reason",
    Grant.OPENED: "if opened",
    Grant.CHANNEL: "in channel",
    Grant.UNSUPERVISED: "if unsupervised",
    Grant.OWN_CHANGE: "own change",
    Grant.ADMINS_REPORTED: "Slack",
    Grant.ADMINS_UNREPORTED: "Teams",
}

SUBJECTS = {
    Subject.CONTENT: "content",
    Subject.OWN_DATA: "own data",
    Subject.SETTINGS: "settings",
    Subject.HEALTH: "health",
    Subject.RESULTS: "results",
}

LEGEND = """| cell | meaning |
| --- | --- |
| yes | the role gets it, in its own team or teams |
| no | a refusal that depends on the person alone, and nothing is written |
| reason | a page that says why there is nothing for the person, and nothing is written |
| if opened | once the team has opened its tables to its roster, else as for somebody on no list |
| in channel | in the team's channel |
| if unsupervised | while the team has no supervisor, as a new one |
| own change | for a day, to who set the team up or changed it last |
| Slack | where the product reports who is an admin; on Teams an admin is a member like others |
| Teams | where the product does not report who is an admin |
"""

SECTIONS = {
    "commands": ("Commands", "/{name}"),
    "buttons": ("Buttons and menus", "{name}"),
    "forms": ("Submitted forms", "{name}"),
    "shortcuts": ("Shortcuts", "{name}"),
    "pages": ("Pages", "{name}"),
    "messages": ("Messages without a request", "{name}"),
    "verbs": ("The operator's commands", "python -m bot {name}"),
}

INTRODUCTION = """# Who may do what

Written by `.venv/bin/python -m tests.roles_page` from the permission table in \
`bot/domain/permission_table.py` and the matrix in `bot/domain/permissions.py`, which decide each \
request before anything that was sent is read. `tests/chat/test_permission_matrix.py` sends every \
row as every role on Slack and Teams.

A column is somebody with that role alone; who has several has the cells of all. A role in one \
team grants nothing in another, but a director directs every team of the practice. An admin of \
the workspace, the usual place of an IT department, sees settings and never a published table; \
health is for the operator, who runs commands on the bot's own machine and can read the database \
there. What a supervisor shares with a channel is read by everybody in it, with a table only where \
the team has opened its tables.
"""


def render_page() -> str:
    """Return the page: the legend, then a table for each kind of way in."""
    parts = [INTRODUCTION, LEGEND]
    for table, (heading, form) in SECTIONS.items():
        rows = "\n".join(iter_rows(PERMISSION_TABLE[table], form))
        parts.append(f"## {heading}\n\n{rows}\n")
    return "\n".join(parts)


def iter_rows(permissions: Mapping[str, Permission], form: str) -> Iterator[str]:
    """Yield the lines of a table; *form* is how a name is printed."""
    yield f"| way in | shows | {' | '.join(COLUMNS.values())} |"
    yield "| --- " * (len(COLUMNS) + 2) + "|"
    for name, permission in permissions.items():
        grants = GRANTS[permission.right]
        cells = " | ".join(CELLS[grants[role]] for role in COLUMNS)
        yield f"| `{form.format(name=name)}` | {SUBJECTS[permission.subject]} | {cells} |"


if __name__ == "__main__":
    sys.stdout.write(render_page())
