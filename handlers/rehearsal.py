"""Handler of the rehearsal of a guide's first sentence, which stores nothing."""

from bot.context import Context
from bot.conversation import InvalidAnswers, Reply, Request
from bot.domain.debriefs import debrief_form, refinement_data, rehearsal
from bot.domain.debriefs.debrief_form import Refinement


async def open_rehearsal(request: Request, context: Context) -> Reply:
    """Open the rehearsal on top of the guide whose codes and answers ``data`` encodes."""
    words = context.catalogue.get_pack(request.language)
    debrief = debrief_form.parse_encoded_codes(request.data)
    answers = refinement_data.decode_answers(request.data)
    refinement = (
        debrief_form.parse_refinement(request.data, answers, words) if answers else Refinement()
    )
    if isinstance(refinement, InvalidAnswers):
        return refinement
    return rehearsal.build_rehearsal_form(debrief, refinement, words)
