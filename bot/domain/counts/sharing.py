"""Render what a supervisor shares with the team's channel, its preview and its confirmation."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.counts import exercises, hour_plan, report_steps, reports
from bot.domain.counts.hour_plan import FORMS_BY_CODE
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.people import Team
from bot.domain.teams import mentions
from bot.elements import (
    ActionRow,
    Audience,
    Button,
    Divider,
    Element,
    Form,
    Heading,
    Message,
    Text,
)
from bot.errors import UnknownAnswerError

QUESTION = "question"
"""The content of a post that is no plan: a question and an exercise."""

REPORT = "report"
"""The content of a question with the report itself, for a team that opened its tables."""

_BUTTON_CONTENTS = frozenset({QUESTION, *FORMS_BY_CODE})
_CONTENTS = _BUTTON_CONTENTS | {REPORT}


class ShareStatus(Enum):
    """Whether a shared message was posted; the value is the key of its sentence."""

    WAITING = "waiting"
    POSTED = "posted"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """It may or may not have been posted, and is never posted again."""


@dataclass(frozen=True)
class SharedPost:
    """What is shared: a question, the report, or the plan of an hour by the code of its form.

    ``day`` is the team's local day of the preview. ``newest`` is the close of the newest table
    in the preview, ``None`` without one: no later table is posted.
    """

    content: str
    day: date
    newest: date | None = None


def parse_post_data(data: str) -> tuple[str, str, date | None]:
    """Parse the team id, the content and the period's end of a post from the data of a button.

    By default the content is the question, and the period ``None``: the newest tables. Raises
    :class:`bot.errors.UnknownAnswerError` for unknown content and an invalid day.
    """
    team_id, _, choice = data.partition(":")
    content, _, closes = choice.partition(":")
    if content and content not in _BUTTON_CONTENTS:
        raise UnknownAnswerError
    return team_id, content or QUESTION, report_steps.parse_close(closes)


def build_post(
    archive: ReportArchive, content: str, day: date, closes: date | None = None
) -> SharedPost:
    """Build the post of *content* on *day*, as its preview contains it.

    *closes* selects the report of an earlier period: no later table is in the post.
    """
    newest = max((table.closes for table in archive.at_close(closes).tables), default=None)
    has_report = content == QUESTION and archive.team.open_to_team and newest is not None
    return SharedPost(REPORT if has_report else content, day, newest)


def encode_post(post: SharedPost) -> str:
    """Encode a post for form data and for the ``detail`` of its delivery."""
    newest = post.newest.isoformat() if post.newest else ""
    return f"{post.content}:{post.day.isoformat()}:{newest}"


def parse_post(text: str) -> SharedPost:
    """Parse an encoded post; UnknownAnswerError when invalid."""
    content, _, dates = text.partition(":")
    day, _, newest = dates.partition(":")
    try:
        post = SharedPost(
            content, date.fromisoformat(day), date.fromisoformat(newest) if newest else None
        )
    except ValueError:
        raise UnknownAnswerError from None
    if content not in _CONTENTS:
        raise UnknownAnswerError
    return post


def limit_archive(archive: ReportArchive, newest: date | None) -> ReportArchive:
    """Return *archive* with the tables published until *newest*, as the team's roster sees it.

    What is posted therefore contains no table that its preview did not.
    """
    tables = tuple(table for table in archive.tables if newest and table.closes <= newest)
    return replace(archive, tables=tables, other_teams=(), reads_by_role=False, may_share=False)


def render_post(
    archive: ReportArchive, post: SharedPost, person_id: str, words: LanguagePack
) -> Message:
    """Render the message for the team's channel: who shared it, and its content.

    The tables themselves are included only where the preview had them, and the team still opens
    them to its roster.
    """
    limited = limit_archive(archive, post.newest)
    by_line = words.translate("hour.share.by", who=mentions.mention_people((person_id,), words))
    body: tuple[Element, ...] = (
        Heading(words.translate("hour.share.heading")),
        Text(by_line),
        *_render_content(limited, post, words),
    )
    summary = words.translate("hour.share.summary", team=archive.team.name)
    return Message(summary, body, Audience.TEAM)


def build_preview_form(
    message: Message, team: Team, post: SharedPost, words: LanguagePack, *, is_doubtful: bool
) -> Form:
    """Build the form that shows *message* before it is posted.

    *is_doubtful* is True when the last message to the channel did not arrive. Where the report has
    a question that this post may not have, the form says why.
    """
    channel = _format_channel(team)
    has_other_question = post.newest is not None and post.content != REPORT
    warning = words.translate("hour.share.doubtful", channel=channel)
    body: tuple[Element, ...] = (
        *((Text(f"**{warning}**"),) if is_doubtful else ()),
        Text(words.translate("hour.share.intro", channel=channel)),
        *((Text(words.translate("hour.share.without_table")),) if has_other_question else ()),
        Divider(),
        *message.body,
    )
    return Form(
        "share",
        words.translate("hour.share.title"),
        body,
        submit=words.translate("hour.share.submit"),
        close=words.translate("common.cancel"),
        data=f"{team.id}:{encode_post(post)}",
    )


def build_status_form(team: Team, slot: str, status: ShareStatus, words: LanguagePack) -> Form:
    """Build the form that states whether a shared message was posted, and checks it again.

    *slot* is the key of its delivery.
    """
    text = words.translate(f"hour.share.{status.value}", channel=_format_channel(team))
    check = Button("debriefs.shared", words.translate("hour.share.check"), f"{team.id}:{slot}")
    steps = (ActionRow((check,)),) if status is ShareStatus.WAITING else ()
    return surface.build_note_form(words, words.translate("hour.share.title"), (Text(text), *steps))


def build_closed_form(team: Team, words: LanguagePack) -> Form:
    """Build the refusal of a post whose channel accepts no messages, with the remedy."""
    text = words.translate("hour.share.closed", channel=_format_channel(team))
    return surface.build_note_form(words, words.translate("hour.share.title"), (Text(text),))


def _format_channel(team: Team) -> str:
    return f"#{{{team.channel}}}"


def _render_content(
    archive: ReportArchive, post: SharedPost, words: LanguagePack
) -> tuple[Element, ...]:
    if post.content not in {QUESTION, REPORT}:
        return hour_plan.render_parts(
            archive, FORMS_BY_CODE[post.content], post.day, words, names_leader=False
        )
    if post.content == REPORT and archive.team.open_to_team and archive.tables:
        return reports.render_shared_report(archive, words)
    return _render_question(archive, post.day, words)


def _render_question(archive: ReportArchive, day: date, words: LanguagePack) -> tuple[Element, ...]:
    """Render a question that refers to no leader, and the exercise of the newest report.

    Before the first table both are those of the quarter's theme. The channel may have no access to
    the tables, and must not learn from a question that an answer led.
    """
    ten_minutes = exercises.select_ten_minutes(archive.tables, None, day, words, names_leader=False)
    return (
        Text(words.translate("hour.share.question", text=ten_minutes.question)),
        *exercises.render_exercise(ten_minutes.exercise, words),
    )
