"""Build the setup preview: in words, what a changed set-up changes before it applies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.teams import timezones
from bot.domain.teams.setup_changes import PEOPLE_FIELDS, SetupChange, compare_setups
from bot.domain.teams.setup_difference import MAX_CHANGE_CHARACTERS, encode_change
from bot.domain.teams.setup_form import CurrentSetup
from bot.domain.teams.setup_submission import SetupSubmission
from bot.elements import ActionRow, Banner, Button, Caption, Element, Form, Text

FORM_NAME = "preview"

EDIT_BUTTON_NAME = "supervision.edit"

MAX_NAMED = 10
"""People of a list who are named; the others are counted."""

_SENTENCE_FIELDS = frozenset({"channel", "name", "day", "time"})
"""The fields whose change has a sentence of its own."""


@dataclass(frozen=True)
class _FieldWords:
    """What the value of a field is called: *words*, and the names of languages by their tag."""

    words: LanguagePack
    language_names: Mapping[str, str]

    def list_days(self, setup: SetupSubmission) -> str:
        """Return the days of the tips, or that there are none."""
        names = [self.words.weekday_name(day) for day in sorted(setup.tip_days)]
        return self.words.join_items(names) if names else self.translate("none")

    def name_region(self, setup: SetupSubmission) -> str:
        """Return the region of the public holidays, or that there is none."""
        region = setup.holiday_region
        return self.words.region_name(region) if region else self.translate("none")

    def translate(self, key: str) -> str:
        """Return a sentence of the preview."""
        return self.words.translate(f"setups.preview.{key}")


_FORMAT_FIELD: Mapping[str, Callable[[SetupSubmission, _FieldWords], str]] = {
    "channel": lambda setup, _: f"#{{{setup.channel}}}",
    "name": lambda setup, _: setup.name,
    "day": lambda setup, names: names.words.weekday_name(setup.checkin_rule.weekday),
    "time": lambda setup, names: names.words.format_clock_time(setup.checkin_rule.local_time),
    "tip_days": lambda setup, names: names.list_days(setup),
    "tip_time": lambda setup, names: names.words.format_clock_time(setup.tip_time),
    "language": lambda setup, names: names.language_names.get(setup.language, setup.language),
    "zone": lambda setup, _: timezones.format_zone_label(setup.zone),
    "holidays": lambda setup, names: names.name_region(setup),
    "practice": lambda setup, names: setup.practice or names.translate("none"),
    "question": lambda setup, names: names.words.translate(
        f"supervision.form.question_{setup.question}"
    ),
    "open": lambda setup, names: names.words.translate(
        f"supervision.form.open_{'yes' if setup.open_to_team else 'no'}"
    ),
}
"""The value of each field in words, by its id in the set-up form."""


def build_preview_form(
    team_id: str,
    before: SetupSubmission,
    after: SetupSubmission,
    words: LanguagePack,
    language_names: Mapping[str, str],
) -> Form | InvalidAnswers:
    """Build the form that states what changes from *before* to *after*, and applies it.

    *language_names* are those of the catalogue's languages by tag. Returns an error of the set-up
    form where more people are added than the data of a form can hold.
    """
    data = encode_change(team_id, before, after)
    if len(data) > MAX_CHANGE_CHARACTERS:
        return InvalidAnswers({"clinicians": words.translate("setups.preview.too_many")})
    names = _FieldWords(words, language_names)
    changes = compare_setups(before, after)
    lines = [line for change in changes for line in _render_change(change, before, after, names)]
    back = Button(EDIT_BUTTON_NAME, words.translate("setups.preview.back"), data=data)
    return Form(
        FORM_NAME,
        words.translate("setups.preview.title"),
        (
            Text(words.translate("setups.preview.intro", team=before.name)),
            *lines,
            ActionRow((back,)),
        ),
        submit=words.translate("setups.preview.submit"),
        close=words.translate("common.cancel"),
        data=data,
    )


def replace_values(current: CurrentSetup, edited: SetupSubmission) -> CurrentSetup:
    """Return the *current* set-up of a team with the values of *edited*, for its form."""
    if current.team is None:
        return current
    team = edited.build_team(current.team.id, current.team.workspace)
    return replace(
        current,
        team=replace(team, unreachable_reason=current.team.unreachable_reason),
        clinicians=edited.clinicians,
        supervisors=edited.supervisors,
    )


def add_stale_notice(form: Form, words: LanguagePack) -> Form:
    """Return the set-up *form* with the notice that somebody changed the set-up meanwhile."""
    return _add_on_top(form, Banner(words.translate("setups.preview.stale")))


def add_errors(form: Form, invalid: InvalidAnswers, words: LanguagePack) -> Form:
    """Return the set-up *form* with the errors on top, for which nothing was applied."""
    # The error of the whole form mentions people with inline markup, which a banner has not.
    errors = (
        Banner(sentence) if field_id else Text(sentence)
        for field_id, sentence in invalid.errors.items()
    )
    return _add_on_top(form, Banner(words.translate("setups.preview.rejected")), *errors)


def _add_on_top(form: Form, *elements: Element) -> Form:
    """Return *form* with *elements* on top; the request that led to it applies a change."""
    return replace(form, body=(*elements, *form.body), is_repeatable=False)


def _render_change(
    change: SetupChange, before: SetupSubmission, after: SetupSubmission, names: _FieldWords
) -> tuple[Element, ...]:
    """Render a changed field: a sentence, and its meaning where that is not evident."""
    words, field_id = names.words, change.field_id
    if field_id in PEOPLE_FIELDS:
        return _render_people(change, words)
    format_field = _FORMAT_FIELD[field_id]
    facts = {"after": format_field(after, names), "before": format_field(before, names)}
    if field_id in _SENTENCE_FIELDS:
        return (Text(words.translate(f"setups.preview.{field_id}", **facts)),)
    label = words.translate(f"setups.field.{field_id}")
    facts["field"] = label[:1].upper() + label[1:]
    line = Text(words.translate("setups.preview.field", **facts))
    if field_id == "question":
        return (line, Caption(words.translate("supervision.form.question_hint")))
    return (line,)


def _render_people(change: SetupChange, words: LanguagePack) -> tuple[Element, ...]:
    """Render who is added and who is taken off; taken off a list of clinicians, what it means."""
    lines: list[Element] = []
    for direction, people in (("added", change.added), ("removed", change.removed)):
        if people:
            key = f"setups.preview.{change.field_id}_{direction}"
            mentions = _mention_first(people, words)
            lines.append(Text(words.translate(key, count=len(people), people=mentions)))
    if change.field_id == "clinicians" and change.removed:
        lines.append(Caption(words.translate("setups.preview.removed_meaning")))
    return tuple(lines)


def _mention_first(people: tuple[str, ...], words: LanguagePack) -> str:
    """Return the first people as mentions, and how many more there are."""
    if len(people) <= MAX_NAMED:
        return words.mention_people(people)
    mentions = [f"@{{{person_id}}}" for person_id in people[:MAX_NAMED]]
    more = words.translate("setups.preview.more", count=len(people) - MAX_NAMED)
    return words.join_items((*mentions, more))
