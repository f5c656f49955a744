"""A team's set-up: its form, and what may stand in it."""

from dataclasses import dataclass
from datetime import date, time

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.people import Team
from bot.domain.teams import holiday_regions, timezones
from bot.elements import (
    ActionRow,
    Banner,
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
"""Stands for the team that an admin is about to set up."""

MAX_NAME_CHARS = 60
MAX_PEOPLE = 100

Body = tuple[Element, ...]


@dataclass(frozen=True)
class CurrentSetup:
    """What a team's set-up holds now; blank for a new team, with the setter's own zone.

    ``clinicians`` are those declared, never those who merely joined: the set-up does not
    tell a supervisor who did. ``names_practice`` says that the practice may be typed here: to
    name one is to read what it is told, so its own supervisors only see the name.
    """

    team: Team | None = None
    clinicians: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    setter_zone: str = ""
    languages: tuple[Option, ...] = ()
    may_name_practice: bool = True


def build_team_chooser(teams: tuple[Team, ...], words: LanguagePack, *, may_create: bool) -> Form:
    """Ask which team's set-up to open."""
    offered = [Option(team.id, team.name[:MAX_NAME_CHARS]) for team in teams]
    if may_create:
        offered.append(Option(NEW_TEAM_ID, words.translate("supervision.form.new")))
    which = words.translate("supervision.form.which")
    return Form(
        "which",
        words.translate("supervision.form.title"),
        (ChoiceField("which", which, tuple(offered), as_dropdown=True),),
        submit=words.translate("supervision.form.next"),
        close=words.translate("common.cancel"),
    )


def build_setup_form(current: CurrentSetup, words: LanguagePack) -> Form:
    """Show a team's set-up, filled in with what holds now."""
    body = (
        *_render_unreachable_banner(current.team, words),
        Text(words.translate("supervision.form.intro")),
        *_build_channel_fields(current.team, words),
        *_build_people_fields(current, words),
        *_build_schedule_fields(current.team, words),
        *_build_locale_fields(current, words),
        *_build_count_fields(current, words),
        *_build_introduce_button(current.team, words),
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
    """Say kindly to whom a set-up opens, and how somebody comes to be one of them."""
    text = words.translate("supervision.refused.text")
    return Message(words.translate("supervision.refused.summary"), (Text(text),))


def build_saved_form(
    team: Team,
    period_close: date | None,
    words: LanguagePack,
    *,
    posts_introduction: bool,
    is_question_deferred: bool,
) -> Form:
    """Say what a saved set-up brings about next; *closes* ends the open period, if any.

    *introduces*: the channel is owed its card; *question_waits*: for the next period.
    """
    lines = [words.translate("supervision.done.saved", team=team.name)]
    if posts_introduction:
        lines.append(words.translate("supervision.done.card", channel=f"#{{{team.channel}}}"))
        lines.append(words.translate("supervision.done.invite"))
    lines.append(words.translate("supervision.done.clinicians"))
    if period_close:
        lines.append(words.translate("supervision.done.closes", day=words.format_day(period_close)))
    else:
        lines.append(words.translate("supervision.done.no_period"))
    if is_question_deferred:
        lines.append(words.translate("supervision.done.question"))
    title = words.translate("supervision.done.title")
    return surface.build_note_form(words, title, tuple(Text(line) for line in lines))


def build_card_resent_form(words: LanguagePack) -> Form:
    """Say that the introduction card goes out once more, and what it needs."""
    lines = (
        words.translate("supervision.done.card_again"),
        words.translate("supervision.done.invite"),
    )
    title = words.translate("supervision.done.title")
    return surface.build_note_form(words, title, tuple(Text(line) for line in lines))


def _render_unreachable_banner(team: Team | None, words: LanguagePack) -> Body:
    """Say that nothing is posted in the channel, to the one who can mend it."""
    if team is None or not team.unreachable_reason:
        return ()
    return (Banner(words.translate("supervision.form.unreachable")),)


def _build_channel_fields(team: Team | None, words: LanguagePack) -> Body:
    channel, name = (team.channel, team.name) if team else ("", "")
    ask, hint = _label_and_hint("channel", words)
    called, caution = _label_and_hint("name", words)
    return (
        ChannelField("channel", ask, channel, hint=hint),
        NameField("name", called, name, max_length=MAX_NAME_CHARS, hint=caution),
    )


def _build_people_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    ask, hint = _label_and_hint("supervisors", words)
    whom, whom_hint = _label_and_hint("clinicians", words)
    return (
        PeopleField("supervisors", ask, current.supervisors, max_selected=MAX_PEOPLE, hint=hint),
        PeopleField(
            "clinicians",
            whom,
            current.clinicians,
            required=False,
            max_selected=MAX_PEOPLE,
            hint=whom_hint,
        ),
    )


def _build_schedule_fields(team: Team | None, words: LanguagePack) -> Body:
    day, at = (team.checkin_rule.weekday, team.checkin_rule.local_time) if team else (1, time(9))
    tip_days, tip_at = (team.tip_days, team.tip_time) if team else ((2, 4), time(9))
    week = tuple(Option(str(one), words.weekday_name(one)) for one in range(1, 8))
    ask, hint = _label_and_hint("time", words)
    tips, tips_hint = _label_and_hint("tip_days", words)
    return (
        ChoiceField(
            "day",
            words.translate("supervision.form.day"),
            week,
            initial=(str(day),),
            as_dropdown=True,
        ),
        TimeField("time", ask, f"{at:%H:%M}", hint=hint),
        ChoiceField(
            "tip_days",
            tips,
            week,
            required=False,
            max_selected=7,
            hint=tips_hint,
            initial=tuple(str(one) for one in tip_days),
        ),
        TimeField("tip_time", words.translate("supervision.form.tip_time"), f"{tip_at:%H:%M}"),
    )


def _build_locale_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    team = current.team
    zone = team.zone if team else current.setter_zone or "UTC"
    known = timezones.build_zone_options(zone, current.setter_zone)
    ask = words.translate("supervision.form.zone")
    kept = team.holiday_region if team else ""
    free, free_hint = _label_and_hint("holidays", words)
    off = holiday_regions.build_region_options(kept, words)
    asked: Body = (
        ChoiceField("zone", ask, known, initial=(zone,), as_dropdown=True),
        ChoiceField(
            "holidays",
            free,
            off,
            hint=free_hint,
            initial=(kept or holiday_regions.NO_REGION_CODE,),
            as_dropdown=True,
        ),
    )
    if len(current.languages) < 2:  # noqa: PLR2004 - one language is no choice
        return asked
    spoken = team.language if team else words.language
    language = words.translate("supervision.form.language")
    return (*asked, ChoiceField("language", language, current.languages, initial=(spoken,)))


def _build_count_fields(current: CurrentSetup, words: LanguagePack) -> Body:
    team = current.team
    ask, later = _label_and_hint("question", words)
    question, open_to_team = (team.question, team.open_to_team) if team else ("form", False)
    who = "yes" if open_to_team else "no"
    return (
        _build_practice_field(current, words),
        ChoiceField(
            "question",
            ask,
            _build_option_pair("question", ("form", "status"), words),
            hint=later,
            initial=(question,),
        ),
        ChoiceField(
            "open",
            words.translate("supervision.form.open"),
            _build_option_pair("open", ("no", "yes"), words),
            initial=(who,),
        ),
    )


def _build_practice_field(current: CurrentSetup, words: LanguagePack) -> Element:
    practice = current.team.practice if current.team else ""
    if current.may_name_practice:
        ask, hint = _label_and_hint("practice", words)
        return NameField("practice", ask, practice, required=False, hint=hint)
    named = words.translate("supervision.form.practice_named", practice=practice)
    return Caption(named if practice else words.translate("supervision.form.practice_none"))


def _build_option_pair(
    field_id: str, codes: tuple[str, str], words: LanguagePack
) -> tuple[Option, ...]:
    return tuple(
        Option(code, words.translate(f"supervision.form.{field_id}_{code}")) for code in codes
    )


def _build_introduce_button(team: Team | None, words: LanguagePack) -> Body:
    if team is None:
        return ()
    label, parts = words.translate("supervision.form.again"), ("title", "text", "yes", "no")
    sure = Confirmation(*(words.translate(f"supervision.again.{part}") for part in parts))
    return (ActionRow((Button("supervision.introduce", label, data=team.id, confirmation=sure),)),)


def _label_and_hint(field_id: str, words: LanguagePack) -> tuple[str, str]:
    """The label of a field and the quieter line under it."""
    return words.translate(f"supervision.form.{field_id}"), words.translate(
        f"supervision.form.{field_id}_hint"
    )
