"""What the removal of a team changes, and the form in which its supervisor confirms it.

The form's sentences call it to close the team.
"""

from dataclasses import dataclass
from datetime import date

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.people import Team
from bot.elements import Button, Element, Form, Text

FORM_NAME = "closing"


@dataclass(frozen=True)
class RemovalEffects:
    """What removing *team* changes: the size of the list, and until when its people count.

    ``last_close`` is the last closing day of the team's open periods, ``None`` without any;
    ``table_count`` is the number of its unit's published tables, which stay.
    """

    team: Team
    clinician_count: int
    last_close: date | None
    table_count: int


def build_removal_button(team: Team, words: LanguagePack) -> Button:
    """Build the button that opens the removal form of *team*."""
    label = words.translate("team_changes.close.step")
    return Button("supervision.close", label, data=team.id, opens_form=True)


def build_removal_form(effects: RemovalEffects, words: LanguagePack) -> Form:
    """Build the form that states the effects of the removal; submitting it removes the team."""
    question = words.translate("team_changes.close.question", team=effects.team.name)
    return Form(
        FORM_NAME,
        words.translate("team_changes.close.title"),
        (Text(f"**{question}**"), *_render_effects(effects, words)),
        submit=words.translate("team_changes.close.submit"),
        close=words.translate("common.cancel"),
        data=effects.team.id,
    )


def build_removed_form(effects: RemovalEffects, words: LanguagePack) -> Form:
    """Build the confirmation that the team is removed, with the same statements."""
    done = words.translate("team_changes.close.done", team=effects.team.name)
    title = words.translate("team_changes.close.done_title")
    return surface.build_note_form(words, title, (Text(done), *_render_effects(effects, words)))


def build_repeated_form(team: Team, words: LanguagePack) -> Form:
    """Build the note that *team* was removed before."""
    text = words.translate("team_changes.close.already", team=team.name)
    title = words.translate("team_changes.close.done_title")
    return surface.build_note_form(words, title, (Text(text),))


def _render_effects(effects: RemovalEffects, words: LanguagePack) -> tuple[Element, ...]:
    """Render nudges, counts, tables and the channel, in this order; a line for each."""
    lines = [words.translate("team_changes.close.list", count=effects.clinician_count)]
    if effects.last_close is None:
        lines.append(words.translate("team_changes.close.no_period"))
    else:
        day = words.format_day(effects.last_close)
        lines.append(words.translate("team_changes.close.counts", day=day))
    key = "tables" if effects.table_count else "tables_none"
    lines.append(words.translate(f"team_changes.close.{key}", count=effects.table_count))
    lines.append(words.translate("team_changes.close.channel"))
    return tuple(map(Text, lines))
