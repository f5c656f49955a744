"""The codes of a debrief's two filed answers, which are stored, counted and published.

A sealed record stores a code as its position here: new codes go to the end of a tuple.

The labels of each code are content, in ``debrief.toml`` of every language.
"""

FORM_CODES = ("away", "against", "both", "unsure")
"""The forms of the strain, in the order of the debrief."""

STATUS_CODES = ("not_named", "touched", "working", "repaired", "ended")
"""The statuses of the repair, in the order of the debrief."""

ANSWER_CODES = {"form": FORM_CODES, "status": STATUS_CODES}
"""The answer codes by question; a team's breakdown counts one of these questions."""

TOTAL_CODE = "debrief"
"""The only code of the total, which counts debriefs without a question."""
