"""Build the form of a team's set-up and the messages around it."""

from dataclasses import dataclass
from datetime import time

from bot.content.catalogue import LanguagePack
from bot.domain.people import Team
from bot.domain.teams import holiday_regions, setup_banners, timezones
from bot.domain.teams.channel_move import build_move_button
from bot.domain.teams.team_removal import build_removal_button
from bot.elements import (
    ActionRow,
    Button,
    Caption,
    ChannelField,
    ChoiceField,
    Confirmation,
    Element,
    Form,
    Message,
    NameField,
    Option,
    PeopleField,
    Text,
    TimeField,
)

NEW_TEAM_ID = "new"
"""The team id, in form data, of a team that an admin is creating."""

CHOOSER_FIELD_ID = "which"

MAX_NAME_CHARS = 60
MAX_PEOPLE = 100

Body = tuple[Element, ...]


@dataclass(frozen=True)
class CurrentSetup:
    """The stored set-up of a team; blank for a new team, with the setter's own zone as default.

    ``clinicians`` are the declared ones only, without those who joined by themselves: the set-up
    does not show a supervisor who joined. ``may_name_practice`` is True when the practice is an
    editable field: to name a practice is to read its pooled counts, so a team's own supervisors get
    its name as read-only text. ``is_last_message_undelivered`` is True when the last message to the
    team's channel was rejected or missed. ``unlisted_count`` people count in the team's open
    periods and are on no team's list. ``channel`` and ``name`` are the defaults of a new team;
    ``free_channel`` is a channel to which the team can move, ``""`` for none.
    """

    team: Team | None = None
    clinicians: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    setter_zone: str = ""
    languages: tuple[Option, ...] = ()
    may_name_practice: bool = True
    is_last_message_undelivered: bool = False
    unlisted_count: int = 0
    channel: str = ""
    name: str = ""
    free_channel: str = ""


def build_team_chooser(
    teams: tuple[Team, ...], words: LanguagePack, *, may_create: bool, data: str = ""
) -> Form:
    """Build the form that selects the team whose set-up is opened.

    *data* is the encoded channel of a new team.
    """
    options = [Option(team.id, team.name[:MAX_NAME_CHARS]) for team in teams]
    if may_create:
        options.append(Option(NEW_TEAM_ID, words.translate("supervision.form.new")))
    label = words.translate("supervision.form.which")
    return Form(
        "which",
        words.translate("supervision.form.title"),
        (ChoiceField(CHOOSER_FIELD_ID, label, tuple(options), as_dropdown=True),),
        submit=words.translate("supervision.form.next"),
        close=words.translate("common.cancel"),
        data=data,
    )


def build_setup_form(current: CurrentSetup, words: LanguagePack) -> Form:
    """Build the set-up form, with the current values as defaults."""
    body = (
        *setup_banners.render_setup_banners(
            current.team,
            words,
            is_last_message_undelivered=current.is_last_message_undelivered,
            unlisted_count=current.unlisted_count,
        ),
        Text(words.translate("supervision.form.intro")),
        *_build_channel_fields(current, words),
        *_build_people_fields(current, words),
        *_build_schedule_fields(current.team, words),
        *_build_locale_fields(current, words),
        *_build_count_fields(current, words),
        *_build_team_buttons(current, words),
    )
    return Form(
        "setup",
        words.translate("supervision.form.title"),
        body,
        submit=words.translate("supervision.form.submit"),
        close=words.translate("common.cancel"),
        data=current.team.id if current.team else NEW_TEAM_ID,
    )


def render_refusal(words: LanguagePack) -> Message:
    """Render the refusal of access to a set-up: who may edit it, and how to become one of them."""
    text = words.translate("supervision.refused.text")
    return Message(words.translate("supervision.refused.summary"), (Text(text),))


def render_supervised_team(team: Team, words: LanguagePack) -> Message:
    """Render to an admin that the channel's *team* is set up, with a button for another team."""
    text = words.translate("supervision.taken.text", team=team.name)
    label = words.translate("supervision.taken.step")
    button = Button("supervision.new", label, data=NEW_TEAM_ID, opens_form=True)
    summary = words.translate("supervision.taken.summary")
    return Message(summary, (Text(text), ActionRow((button,))))


def _build_channel_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    team = current.team
    channel, name = (team.channel, team.name) if team else (current.channel, current.name)
    channel_label, channel_hint = _label_and_hint("channel", words)
    name_label, name_hint = _label_and_hint("name", words)
    return (
        ChannelField("channel", channel_label, channel, hint=channel_hint),
        NameField("name", name_label, name, max_length=MAX_NAME_CHARS, hint=name_hint),
    )


def _build_people_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    supervisors_label, supervisors_hint = _label_and_hint("supervisors", words)
    clinicians_label, clinicians_hint = _label_and_hint("clinicians", words)
    return (
        PeopleField(
            "supervisors",
            supervisors_label,
            current.supervisors,
            max_selected=MAX_PEOPLE,
            hint=supervisors_hint,
        ),
        PeopleField(
            "clinicians",
            clinicians_label,
            current.clinicians,
            required=False,
            max_selected=MAX_PEOPLE,
            hint=clinicians_hint,
        ),
    )


def _build_schedule_fields(team: Team | None, words: LanguagePack) -> Body:
    day, checkin_time = (
        (team.checkin_rule.weekday, team.checkin_rule.local_time) if team else (1, time(9))
    )
    tip_days, tip_time = (team.tip_days, team.tip_time) if team else ((2, 4), time(9))
    weekday_options = tuple(
        Option(str(number), words.weekday_name(number)) for number in range(1, 8)
    )
    time_label, time_hint = _label_and_hint("time", words)
    tips_label, tips_hint = _label_and_hint("tip_days", words)
    return (
        ChoiceField(
            "day",
            words.translate("supervision.form.day"),
            weekday_options,
            initial=(str(day),),
            as_dropdown=True,
        ),
        TimeField("time", time_label, f"{checkin_time:%H:%M}", hint=time_hint),
        ChoiceField(
            "tip_days",
            tips_label,
            weekday_options,
            required=False,
            max_selected=7,
            hint=tips_hint,
            initial=tuple(str(number) for number in tip_days),
        ),
        TimeField("tip_time", words.translate("supervision.form.tip_time"), f"{tip_time:%H:%M}"),
    )


def _build_locale_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    team = current.team
    zone = team.zone if team else current.setter_zone or "UTC"
    zone_options = timezones.build_zone_options(zone, current.setter_zone)
    zone_label = words.translate("supervision.form.zone")
    current_region = team.holiday_region if team else ""
    region_label, region_hint = _label_and_hint("holidays", words)
    region_options = holiday_regions.build_region_options(current_region, words)
    fields: Body = (
        ChoiceField("zone", zone_label, zone_options, initial=(zone,), as_dropdown=True),
        ChoiceField(
            "holidays",
            region_label,
            region_options,
            hint=region_hint,
            initial=(current_region or holiday_regions.NO_REGION_CODE,),
            as_dropdown=True,
        ),
    )
    if len(current.languages) < 2:  # noqa: PLR2004 - a single language needs no field
        return fields
    current_language = team.language if team else words.language
    language_label = words.translate("supervision.form.language")
    return (
        *fields,
        ChoiceField("language", language_label, current.languages, initial=(current_language,)),
    )


def _build_count_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    team = current.team
    question_label, question_hint = _label_and_hint("question", words)
    question, open_to_team = (team.question, team.open_to_team) if team else ("form", False)
    open_code = "yes" if open_to_team else "no"
    return (
        _build_practice_field(current, words),
        ChoiceField(
            "question",
            question_label,
            _build_option_pair("question", ("form", "status"), words),
            hint=question_hint,
            initial=(question,),
        ),
        ChoiceField(
            "open",
            words.translate("supervision.form.open"),
            _build_option_pair("open", ("no", "yes"), words),
            initial=(open_code,),
        ),
    )


def _build_practice_field(current: CurrentSetup, words: LanguagePack) -> Element:
    practice = current.team.practice if current.team else ""
    if current.may_name_practice:
        label, hint = _label_and_hint("practice", words)
        return NameField("practice", label, practice, required=False, hint=hint)
    text = words.translate("supervision.form.practice_named", practice=practice)
    return Caption(text if practice else words.translate("supervision.form.practice_none"))


def _build_option_pair(
    field_id: str, codes: tuple[str, str], words: LanguagePack
) -> tuple[Option, ...]:
    return tuple(
        Option(code, words.translate(f"supervision.form.{field_id}_{code}")) for code in codes
    )


def _build_team_buttons(current: CurrentSetup, words: LanguagePack) -> Body:
    """Build the buttons of an existing team: post its card, move it to a channel, close it."""
    team = current.team
    if team is None:
        return ()
    buttons = [_build_introduce_button(team, words), build_removal_button(team, words)]
    if current.free_channel:
        buttons.insert(1, build_move_button(team, current.free_channel, words))
    return (ActionRow(tuple(buttons)),)


def _build_introduce_button(team: Team, words: LanguagePack) -> Button:
    label, parts = words.translate("supervision.form.again"), ("title", "text", "yes", "no")
    confirmation = Confirmation(*(words.translate(f"supervision.again.{part}") for part in parts))
    return Button("supervision.introduce", label, data=team.id, confirmation=confirmation)


def _label_and_hint(field_id: str, words: LanguagePack) -> tuple[str, str]:
    """Return the label of a field and the hint below it."""
    return words.translate(f"supervision.form.{field_id}"), words.translate(
        f"supervision.form.{field_id}_hint"
    )
