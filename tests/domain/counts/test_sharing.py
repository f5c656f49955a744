from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.counts import exercises, readings, reports, sharing, table_text
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.sharing import SharedPost, ShareStatus
from bot.domain.people import Team
from bot.elements import ActionRow, Audience, Banner, Caption, Chart, Heading, Message, Text
from bot.errors import UnknownAnswerError
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM as SAVED_TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
DAY = date(2026, 11, 2)
OCTOBER = date(2026, 10, 5)
TEAM = replace(SAVED_TEAM, open_to_team=False)
OPEN_TEAM = replace(TEAM, open_to_team=True)
TABLES = (
    sample_tables.publish(sample_tables.build_breakdown("form", "against"), 2),
    sample_tables.publish(sample_tables.build_breakdown("form", "away"), 1),
)
PRIVATE = ReportArchive(TEAM, TABLES, None, may_share=True)
OPENED = ReportArchive(OPEN_TEAM, TABLES, None, may_share=True)
QUIET = ReportArchive(TEAM, (), None, may_share=True)
NEWEST_SENTENCE = table_text.render_sentence(readings.read_tables(TABLES)[0], WORDS)


def message_text(message: Message) -> str:
    """Return the texts of a message."""
    kinds = (Text, Caption, Heading, Banner)
    return "\n".join(element.text for element in message.body if isinstance(element, kinds))


def render(archive: ReportArchive, share: SharedPost, language: str = "en") -> Message:
    """Render a share of the supervisor ``U0SUPER``."""
    return sharing.render_post(archive, share, "U0SUPER", CATALOGUE.get_pack(language))


@pytest.mark.parametrize("content", ["question", "30", "50"])
@pytest.mark.parametrize("archive", [PRIVATE, OPENED, QUIET])
def test_a_share_names_its_author(archive: ReportArchive, content: str) -> None:
    """What goes to the channel names the person who shared it, and is for the team."""
    message = render(archive, sharing.build_post(archive, content, DAY))

    assert "U0SUPER" in message_text(message)
    assert message.audience is Audience.TEAM


@pytest.mark.parametrize("content", ["question", "30", "50"])
@pytest.mark.parametrize("archive", [PRIVATE, OPENED, QUIET])
def test_a_share_has_no_controls(archive: ReportArchive, content: str) -> None:
    """A channel gets no button: none of the report's buttons is for its readers."""
    message = render(archive, sharing.build_post(archive, content, DAY))

    assert not [element for element in message.body if isinstance(element, ActionRow)]


def test_a_question_has_no_table() -> None:
    """Where the team did not open its tables, the question and the exercise are shared alone."""
    message = render(PRIVATE, sharing.build_post(PRIVATE, "question", DAY))
    selected = exercises.select_ten_minutes(TABLES, None, DAY, WORDS, names_leader=False)

    assert selected.question in message_text(message)
    assert selected.exercise.title in message_text(message)
    assert not [element for element in message.body if isinstance(element, Chart)]
    assert NEWEST_SENTENCE not in message_text(message)


@pytest.mark.parametrize("content", ["30", "50"])
@pytest.mark.parametrize("archive", [PRIVATE, OPENED])
def test_a_plan_has_no_table(archive: ReportArchive, content: str) -> None:
    """The plan of an hour contains no sentence of a table and no chart."""
    message = render(archive, sharing.build_post(archive, content, DAY))

    assert not [element for element in message.body if isinstance(element, Chart)]
    assert NEWEST_SENTENCE not in message_text(message)


def test_an_opened_table_is_the_same_report() -> None:
    """Where the team opened its tables, the channel reads what each of the team may read."""
    message = render(OPENED, sharing.build_post(OPENED, "question", DAY))

    assert message.body[2:] == reports.render_shared_report(OPENED, WORDS)
    assert NEWEST_SENTENCE in message_text(message)


def test_a_closed_table_is_never_posted() -> None:
    """A team that closed its tables after the preview gets the question alone."""
    share = sharing.build_post(OPENED, "question", DAY)

    assert share.content == "report"
    assert render(PRIVATE, share) == render(PRIVATE, replace(share, content="question"))


def test_a_table_opened_after_the_preview_is_not_posted() -> None:
    """A team that opened its tables after the preview gets what the preview had."""
    share = sharing.build_post(PRIVATE, "question", DAY)

    assert not [element for element in render(OPENED, share).body if isinstance(element, Chart)]


@pytest.mark.parametrize("content", ["question", "30", "50"])
@pytest.mark.parametrize("team", [TEAM, OPEN_TEAM])
@given(published=st.integers(0, 2), later=st.integers(0, 2))
def test_no_later_table_changes_a_share(
    content: str, team: Team, published: int, later: int
) -> None:
    """A period that closes between the preview and the post changes nothing that is posted."""
    previewed = replace(OPENED, team=team, tables=TABLES[2 - min(published, 2) :])
    posted = replace(previewed, tables=TABLES[max(0, 2 - published - later) :])

    share = sharing.build_post(previewed, content, DAY)
    assert render(posted, share) == render(previewed, share)


def test_a_share_without_figures_has_the_theme() -> None:
    """Without a table the question and the exercise are those of the quarter's theme."""
    message = render(QUIET, sharing.build_post(QUIET, "question", DAY))
    selected = exercises.select_ten_minutes((), None, DAY, WORDS)

    assert selected.question in message_text(message)
    assert selected.exercise.title in message_text(message)


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("content", ["question", "30", "50"])
def test_a_shared_plan_fits_a_message(language: str, content: str) -> None:
    """No paragraph of a share has more characters than Slack accepts in a section."""
    message = render(OPENED, sharing.build_post(OPENED, content, DAY), language)

    texts = [element.text for element in message.body if isinstance(element, Text | Caption)]
    assert max(map(len, texts)) <= 3000


@given(
    st.sampled_from(["question", "report", "30", "50"]),
    st.dates(),
    st.none() | st.dates(),
)
def test_a_share_is_encoded_and_parsed(content: str, day: date, newest: date | None) -> None:
    """An encoded share is parsed to the same share."""
    share = SharedPost(content, day, newest)

    assert sharing.parse_post(sharing.encode_post(share)) == share


@pytest.mark.parametrize(
    "text", ["", "question", "question:", "question:soon:", "40:2026-11-02:", "30:2026-11-02:soon"]
)
def test_a_forged_share_is_refused(text: str) -> None:
    """A share of unknown content or of an invalid date is refused."""
    with pytest.raises(UnknownAnswerError):
        sharing.parse_post(text)


def test_a_button_shares_the_question_by_default() -> None:
    """The data of a button is the team, the minutes of a plan, and the period of a report."""
    assert sharing.parse_post_data("t1") == ("t1", "question", None)
    assert sharing.parse_post_data("t1:50") == ("t1", "50", None)
    assert sharing.parse_post_data("t1:question:2026-10-05") == ("t1", "question", OCTOBER)


@pytest.mark.parametrize("data", ["t1:report", "t1:40", "t1:30:soon"])
def test_a_forged_button_is_refused(data: str) -> None:
    """A button has no content but a question or a plan, which becomes a report by rule only."""
    with pytest.raises(UnknownAnswerError):
        sharing.parse_post_data(data)


@pytest.mark.parametrize("is_doubtful", [False, True])
def test_the_preview_is_the_message(*, is_doubtful: bool) -> None:
    """The preview contains the message as it will be posted, below where it will go."""
    share = sharing.build_post(QUIET, "30", DAY)
    message = render(QUIET, share)

    form = sharing.build_preview_form(message, TEAM, share, WORDS, is_doubtful=is_doubtful)
    assert form.body[-len(message.body) :] == message.body
    assert form.data == f"{TEAM.id}:30:2026-11-02:"


@pytest.mark.parametrize(
    ("archive", "content", "is_expected"),
    [
        (PRIVATE, "question", True),
        (OPENED, "30", True),
        (OPENED, "question", False),
        (QUIET, "30", False),
    ],
)
def test_the_preview_explains_another_question(
    archive: ReportArchive, content: str, *, is_expected: bool
) -> None:
    """Where a post has no table, the preview says why its question may not be the report's."""
    share = sharing.build_post(archive, content, DAY)

    form = sharing.build_preview_form(
        render(archive, share), archive.team, share, WORDS, is_doubtful=False
    )
    sentence = Text(WORDS.translate("hour.share.without_table"))
    assert (sentence in form.body) is is_expected


def test_the_preview_warns_of_a_lost_message() -> None:
    """Where the last message to the channel did not arrive, the preview begins with it."""
    share = sharing.build_post(QUIET, "30", DAY)
    message = render(QUIET, share)
    warning = WORDS.translate("hour.share.doubtful", channel=f"#{{{TEAM.channel}}}")

    calm, doubtful = (
        sharing.build_preview_form(message, TEAM, share, WORDS, is_doubtful=value)
        for value in (False, True)
    )
    assert doubtful.body[0] == Text(f"**{warning}**")
    assert doubtful.body[1:] == calm.body


@pytest.mark.parametrize("status", ShareStatus)
def test_only_a_waiting_share_is_checked_again(status: ShareStatus) -> None:
    """While it is not known whether the message was posted, a button checks it."""
    form = sharing.build_status_form(TEAM, "slot", status, WORDS)

    rows = [element for element in form.body if isinstance(element, ActionRow)]
    assert bool(rows) is (status is ShareStatus.WAITING)


@pytest.mark.parametrize("content", ["question", "30", "50"])
@pytest.mark.parametrize("team", [TEAM, OPEN_TEAM])
def test_a_share_of_an_earlier_period_has_its_tables(content: str, team: Team) -> None:
    """What is shared from an earlier report is what would have been shared when it was new."""
    closes = TABLES[1].closes
    later, then = (replace(OPENED, team=team, tables=tables) for tables in (TABLES, TABLES[1:]))

    earlier = sharing.build_post(later, content, DAY, closes)
    assert earlier.newest == closes
    assert render(later, earlier) == render(then, sharing.build_post(then, content, DAY))


def test_the_newest_table_is_of_the_preview() -> None:
    """A share has the close of the newest table that its preview had, if any."""
    assert sharing.build_post(PRIVATE, "30", DAY).newest == OCTOBER
    assert sharing.build_post(QUIET, "30", DAY + timedelta(days=1)).newest is None
