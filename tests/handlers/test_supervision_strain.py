"""The handlers of the guide for a strain in supervision itself, which store nothing."""

import pytest

from bot.context import Context
from bot.elements import Form
from bot.errors import UnknownAnswerError
from handlers import COMMANDS, FORMS
from tests.handlers.test_external import dump_rows
from tests.sample_team import MARIE, STRANGER, build_request, fields_by_id, set_up_team

ANSWERS = {"supervision_role": "supervised", "supervision_strain": "unsaid"}


@pytest.mark.parametrize("person", [MARIE, STRANGER], ids=["on the roster", "stranger"])
async def test_two_answers_show_a_guide_and_change_no_row(context: Context, person: object) -> None:
    """The command opens two questions; their guide changes no row of any table."""
    await set_up_team(context)
    rows = await dump_rows(context)

    form = await COMMANDS["rupture"].handle_request(build_request(MARIE, "supervision"), context)
    guide = await FORMS["strained"](build_request(MARIE, answers=ANSWERS), context)

    assert set(fields_by_id(form)) == set(ANSWERS)
    assert isinstance(guide, Form)
    assert not guide.submit
    assert await dump_rows(context) == rows


async def test_a_forged_answer_is_rejected(context: Context) -> None:
    """An answer that the form does not offer raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        await FORMS["strained"](
            build_request(MARIE, answers={**ANSWERS, "supervision_role": "owner"}), context
        )
