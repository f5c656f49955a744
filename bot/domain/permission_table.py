"""The permission table: each way in, the right that it requires, and what it shows.

A command, form or button without a row cannot be registered; a message or a command of the operator
without one fails a test. The roles that have a right are in
:data:`bot.domain.permissions.GRANTS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.domain.delivery_kind import DeliveryKind
from bot.domain.permissions import Right

TOPIC = "[topic]"
"""Stands for a command's keywords of topics, which are words of the catalogue."""

OTHER_WORDS = "[other words]"
"""Stands for words after a command that are none of its keywords."""


class Subject(Enum):
    """What a way in shows or changes; where it is of several kinds, the most sensitive one."""

    CONTENT = "content"
    """Published content: cards, guides, help."""
    OWN_DATA = "own_data"
    """The person's own answers, choices and messages."""
    SETTINGS = "settings"
    """Set-ups, lists and roles of teams, and who changed them."""
    HEALTH = "health"
    """Whether the bot works, and what it delivered."""
    RESULTS = "results"
    """Published tables, or what follows from them."""


@dataclass(frozen=True)
class Permission:
    """A row: the right that a way in requires, and what it shows."""

    right: Right
    subject: Subject


_PUBLIC = Permission(Right.PUBLIC, Subject.CONTENT)
_LEAVING = Permission(Right.PUBLIC, Subject.OWN_DATA)
_OWN = Permission(Right.MEMBER, Subject.OWN_DATA)
_CLINICIAN = Permission(Right.CLINICIAN, Subject.OWN_DATA)
_JOINER = Permission(Right.JOINER, Subject.OWN_DATA)
_READER = Permission(Right.READER, Subject.RESULTS)
_TABLES_PAGE = Permission(Right.TABLES_PAGE, Subject.RESULTS)
_LEADER = Permission(Right.SUPERVISOR, Subject.RESULTS)
_LEADER_CHOICE = Permission(Right.SUPERVISOR, Subject.OWN_DATA)
_SHARER = Permission(Right.SHARER, Subject.RESULTS)
_SETUP_PAGE = Permission(Right.SETUP_PAGE, Subject.SETTINGS)
_EDITOR = Permission(Right.EDITOR, Subject.SETTINGS)
_REMOVER = Permission(Right.REMOVER, Subject.SETTINGS)
_SETTER = Permission(Right.SETTER, Subject.SETTINGS)
_OVERSEER = Permission(Right.OVERSEER, Subject.SETTINGS)

COMMANDS: Mapping[str, Permission] = {
    "tip": _PUBLIC,
    "tip next": _PUBLIC,
    "tip list": _PUBLIC,
    "tip help": _PUBLIC,
    "tip practice": _PUBLIC,
    "tip pratique": _PUBLIC,
    "tip 练习": _PUBLIC,
    f"tip {TOPIC}": _PUBLIC,
    f"tip {OTHER_WORDS}": _PUBLIC,
    "rupture": _OWN,
    "rupture guide": _PUBLIC,
    "rupture supervision": _PUBLIC,
    "rupture withdraw": _LEAVING,
    "rupture retirer": _LEAVING,
    "rupture help": _PUBLIC,
    f"rupture {OTHER_WORDS}": _OWN,
    "checkin": _JOINER,
    "checkin now": _CLINICIAN,
    "checkin maintenant": _CLINICIAN,
    "checkin join": _JOINER,
    "checkin participer": _JOINER,
    "checkin pause": _JOINER,
    "checkin leave": _LEAVING,
    "checkin help": _PUBLIC,
    f"checkin {OTHER_WORDS}": _PUBLIC,
    "debriefs": _TABLES_PAGE,
    "debriefs hour": _LEADER,
    "debriefs export": _LEADER,
    "debriefs help": _PUBLIC,
    f"debriefs {OTHER_WORDS}": _PUBLIC,
    "supervision": _SETUP_PAGE,
    "supervision help": _PUBLIC,
    f"supervision {OTHER_WORDS}": _PUBLIC,
    "help": _PUBLIC,
    f"help {OTHER_WORDS}": _PUBLIC,
}
"""Commands, alone and with each of their keywords."""

FORMS: Mapping[str, Permission] = {
    "agreement": _READER,
    "ask": _CLINICIAN,
    "checkin": _CLINICIAN,
    "closing": _REMOVER,
    "debrief": _OWN,
    "deeper": _PUBLIC,
    "erase": _LEAVING,
    "followup": _CLINICIAN,
    "guide": _PUBLIC,
    "messages": _LEADER_CHOICE,
    "naming": _OVERSEER,
    "note": _PUBLIC,
    "notice": _PUBLIC,
    "pause": _CLINICIAN,
    "preview": _EDITOR,
    "reading": _PUBLIC,
    "settings": _JOINER,
    "setup": _EDITOR,
    "share": _SHARER,
    "strained": _PUBLIC,
    "thanks": _PUBLIC,
    "waiting": _PUBLIC,
    "which": _EDITOR,
    "withdraw": _LEAVING,
}
"""Submitted forms."""

BUTTONS: Mapping[str, Permission] = {
    "ask.open": _CLINICIAN,
    "ask.preview": _CLINICIAN,
    "checkin.again": _CLINICIAN,
    "checkin.answer": _CLINICIAN,
    "checkin.join": _JOINER,
    "checkin.leave": _LEAVING,
    "checkin.menu": _CLINICIAN,
    "checkin.now": _CLINICIAN,
    "checkin.pause": _JOINER,
    "checkin.resume": _CLINICIAN,
    "checkin.settings": _JOINER,
    "debriefs.exercise": _READER,
    "debriefs.export": _LEADER,
    "debriefs.hour": _LEADER,
    "debriefs.lines": _LEADER,
    "debriefs.method": _READER,
    "debriefs.open": _TABLES_PAGE,
    "debriefs.period": _READER,
    "debriefs.share": _SHARER,
    "debriefs.shared": _SHARER,
    "help.open": _PUBLIC,
    "home.copy": _LEAVING,
    "home.erase": _LEAVING,
    "home.language": _OWN,
    "home.open": _OWN,
    "join": _JOINER,
    "kept": _PUBLIC,
    "link": _PUBLIC,
    "notice.menu": _LEADER_CHOICE,
    "notice.settings": _LEADER_CHOICE,
    "rupture.back": _PUBLIC,
    "rupture.deeper": _PUBLIC,
    "rupture.guide": _PUBLIC,
    "rupture.open": _OWN,
    "rupture.questions": _PUBLIC,
    "rupture.rehearse": _PUBLIC,
    "supervision.card": _SETTER,
    "supervision.close": _REMOVER,
    "supervision.edit": _EDITOR,
    "supervision.history": _OVERSEER,
    "supervision.introduce": _SETTER,
    "supervision.move": _EDITOR,
    "supervision.name": _OVERSEER,
    "supervision.new": _EDITOR,
    "supervision.open": _SETUP_PAGE,
    "supervision.undo": _SETTER,
    "tip.drill": _PUBLIC,
    "tip.drills": _PUBLIC,
    "tip.kind": _PUBLIC,
    "tip.list": _PUBLIC,
    "tip.next": _PUBLIC,
    "tip.situation": _PUBLIC,
    "tip.today": _PUBLIC,
    "tip.topic": _PUBLIC,
}
"""Buttons and menus."""

SHORTCUTS: Mapping[str, Permission] = {"debrief": _OWN}
"""Shortcuts of Slack."""

PAGES: Mapping[str, Permission] = {"home": _OWN}
"""Pages that a person opens without a control of the bot."""

MESSAGES: Mapping[str, Permission] = {
    DeliveryKind.CHECKIN: _CLINICIAN,
    DeliveryKind.LAST_NOTE: _CLINICIAN,
    DeliveryKind.TIP: Permission(Right.CHANNEL, Subject.CONTENT),
    DeliveryKind.INTRODUCTION: Permission(Right.CHANNEL, Subject.CONTENT),
    DeliveryKind.SHARE: Permission(Right.CHANNEL, Subject.RESULTS),
    DeliveryKind.CLOSE_NOTICE: _LEADER,
    DeliveryKind.SUPERVISOR_ASSIGNMENT: Permission(Right.CHANNEL, Subject.SETTINGS),
}
"""Messages that nobody asked for at that moment, by delivery kind; the right is who gets them."""

_OPERATOR = {subject: Permission(Right.OPERATOR, subject) for subject in Subject}

VERBS: Mapping[str, Permission] = {
    "web": _OPERATOR[Subject.HEALTH],
    "worker": _OPERATOR[Subject.HEALTH],
    "migrate": _OPERATOR[Subject.HEALTH],
    "doctor": _OPERATOR[Subject.HEALTH],
    "deliveries": _OPERATOR[Subject.HEALTH],
    "backup": _OPERATOR[Subject.RESULTS],
    "check-backup": _OPERATOR[Subject.HEALTH],
    "restore": _OPERATOR[Subject.RESULTS],
    "move-to": _OPERATOR[Subject.RESULTS],
    "export-tables": _OPERATOR[Subject.RESULTS],
    "manifest": _OPERATOR[Subject.CONTENT],
    "team apply": _OPERATOR[Subject.SETTINGS],
    "team list": _OPERATOR[Subject.SETTINGS],
    "team show": _OPERATOR[Subject.SETTINGS],
    "team move": _OPERATOR[Subject.SETTINGS],
    "team remove": _OPERATOR[Subject.SETTINGS],
    "team export": _OPERATOR[Subject.SETTINGS],
    "team history": _OPERATOR[Subject.SETTINGS],
    "team rename-people": _OPERATOR[Subject.SETTINGS],
    "person export": _OPERATOR[Subject.OWN_DATA],
    "person erase": _OPERATOR[Subject.OWN_DATA],
    "workspace list": _OPERATOR[Subject.HEALTH],
    "workspace purge": _OPERATOR[Subject.SETTINGS],
    "workspace rotate-keys": _OPERATOR[Subject.SETTINGS],
    "secret rotate": _OPERATOR[Subject.SETTINGS],
    "audit": _OPERATOR[Subject.SETTINGS],
    "print": _OPERATOR[Subject.CONTENT],
    "privacy-pack": _OPERATOR[Subject.CONTENT],
    "try": _OPERATOR[Subject.CONTENT],
}
"""Commands of the operator, with each subcommand of those that have some."""

PERMISSION_TABLE: Mapping[str, Mapping[str, Permission]] = {
    "commands": COMMANDS,
    "forms": FORMS,
    "buttons": BUTTONS,
    "shortcuts": SHORTCUTS,
    "pages": PAGES,
    "messages": MESSAGES,
    "verbs": VERBS,
}
"""All rows, by the table that routes them; the only source of the check before a handler."""
