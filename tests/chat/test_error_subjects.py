"""The subject of an error code limits what it ends."""

import pytest

from bot.chat.error_subjects import Subject, choose_send_status
from bot.chat.msteams.outbound import error_table as teams_table
from bot.chat.slack.outbound import error_table as slack_table
from bot.conversation import SendStatus
from bot.logs import sanitize_error_code


@pytest.mark.parametrize(
    ("subject", "person_status", "channel_status"),
    [
        (Subject.PERSON, SendStatus.ADDRESS_UNREACHABLE, SendStatus.FAILED),
        (Subject.CHAT, SendStatus.ADDRESS_UNREACHABLE, SendStatus.ADDRESS_UNREACHABLE),
        (Subject.REQUEST, SendStatus.FAILED, SendStatus.FAILED),
        (Subject.WORKSPACE, SendStatus.REJECTED_BY_WORKSPACE, SendStatus.REJECTED_BY_WORKSPACE),
        (Subject.TRANSIENT, SendStatus.RETRY_LATER, SendStatus.RETRY_LATER),
    ],
)
def test_subject_determines_status(
    subject: Subject, person_status: SendStatus, channel_status: SendStatus
) -> None:
    """A code about a person ends no messages to a channel."""
    assert choose_send_status(subject) is person_status
    assert choose_send_status(subject, is_channel=True) is channel_status


@pytest.mark.parametrize("table", [slack_table, teams_table], ids=["slack", "teams"])
def test_each_code_has_one_subject(table: object) -> None:
    """No code is listed under two subjects, and each can be logged as it is."""
    codes = [code for codes in vars(table)["_CODES_BY_SUBJECT"].values() for code in codes]

    assert len(codes) == len(set(codes)) == len(vars(table)["SUBJECT_BY_CODE"])
    assert [sanitize_error_code(code) for code in codes] == codes
