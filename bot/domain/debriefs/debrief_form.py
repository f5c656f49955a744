"""The coded debrief: what is asked after a strained moment, and reading the answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.catalogue import Question, Words
from bot.conversation import Invalid
from bot.elements import Banner, Choice, Element, Form, Small, Text
from bot.errors import UnknownAnswerError

CUES = {
    "away": ("cue_away",),
    "against": ("cue_against",),
    "both": ("cue_away", "cue_against"),
    "unsure": ("cue_away", "cue_against"),
}
"""The lists of signs that fit each form of strain."""

FORMS = tuple(CUES)
STATUSES = ("not_named", "touched", "working", "repaired", "ended")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Debrief:
    """What a clinician files in two taps: what the strain looked like, where the repair is.

    ``form`` and ``status`` are codes of the questions of the same names.
    """

    form: str
    status: str

    @property
    def data(self) -> str:
        """Both codes in one word, such as 'away.touched', for a form to carry along."""
        return f"{self.form}.{self.status}"


@dataclass(frozen=True)
class Refinement:
    """What shapes the guide further and is kept nowhere: codes of the deeper questions.

    ``mine`` and ``cues`` stand in the order of the codebook; blanks are questions that
    were not asked, or left open. ``state`` is what the clinician feels toward the client
    now. ``unsafe`` opens the safety branch; ``safe`` says that the clinician chose to have felt
    safe enough: a safety question left open is neither, and never counts as safe.
    """

    strain: str = ""
    mine: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    help: str = ""
    unsafe: bool = False
    state: str = ""
    safe: bool = False


def form(words: Words, *, opening: str = "", policy: tuple[str, ...] = ()) -> Form:
    """Ask the two questions that file a debrief.

    *opening* is a first line, for somebody whose typed words were thrown away; *policy*
    says what a supervisor will be able to see, and when.
    """
    return Form(
        "debrief",
        words.say("rupture.form.title"),
        (
            Banner(words.say("safety.banner")),
            *((Text(opening),) if opening else ()),
            Text(words.say("rupture.form.intro")),
            *first_questions(words),
            *((Small(words.prose(policy)),) if policy else ()),
            Small(words.say("safety.purpose")),
        ),
        submit=words.say("rupture.form.submit"),
        close=words.say("common.cancel"),
    )


def first_questions(words: Words) -> tuple[Element, ...]:
    """Return what the strain looked like and where the repair is, as fields of a form."""
    return tuple(choice(words.questions[name]) for name in ("form", "status"))


def choice(question: Question) -> Choice:
    """Return a question of the codebook as a field of a form."""
    return Choice(
        question.id,
        question.text,
        question.options,
        required=question.required,
        at_most=question.at_most,
        hint=question.hint,
    )


def read(answers: Answers) -> Debrief:
    """Read the two codes of a debrief.

    Raises UnknownAnswerError where an answer is missing, doubled or not on offer.
    """
    return Debrief(_one(answers, "form", FORMS), _one(answers, "status", STATUSES))


def read_data(data: str) -> Debrief:
    """Read the codes that a form or button carried along; UnknownAnswerError when forged."""
    form_code, _, status = data.partition(".")
    return read({"form": (form_code,), "status": (status,)})


def _one(answers: Answers, name: str, codes: tuple[str, ...]) -> str:
    given = answers.get(name, ())
    if len(given) != 1 or given[0] not in codes:
        raise UnknownAnswerError
    return given[0]


def deeper(debrief: Debrief, words: Words) -> Form:
    """Ask what refines the guide: safety, my state and my part first, the signs after them.

    Nothing answered here is counted or kept; the two filed codes travel in ``data``.
    """
    return Form(
        "deeper",
        words.say("rupture.deeper.title"),
        (
            Banner(words.say("safety.banner")),
            Text(words.say("rupture.deeper.intro")),
            *(choice(words.questions[name]) for name in _asked(debrief)),
        ),
        submit=words.say("rupture.deeper.submit"),
        close=words.say("common.cancel"),
        data=debrief.data,
    )


def _asked(debrief: Debrief) -> tuple[str, ...]:
    return ("unsafe", "my_state", "mine", "strain", *CUES[debrief.form], "help")


def read_deeper(data: str, answers: Answers, words: Words) -> Refinement | Invalid:
    """Read the deeper answers, or say kindly under each field what to change.

    Raises UnknownAnswerError for codes that are not on offer.
    """
    debrief = read_data(data)
    given = {name: _given(words.questions[name], answers) for name in _asked(debrief)}
    errors = {name: error for name in given if (error := _error(name, given[name], words))}
    if errors:
        return Invalid(errors)
    return Refinement(
        strain=given["strain"][0],
        mine=given["mine"],
        cues=tuple(code for name in CUES[debrief.form] for code in given[name]),
        help=given["help"][0],
        unsafe=given["unsafe"] == ("unsafe",),
        state="".join(given["my_state"]),
        safe=given["unsafe"] == ("safe",),
    )


def _given(question: Question, answers: Answers) -> tuple[str, ...]:
    given = answers.get(question.id, ())
    missing = question.required and not given
    doubled = question.at_most == 1 and len(given) > 1
    if missing or doubled or not question.codes.issuperset(given):
        raise UnknownAnswerError
    return tuple(option.code for option in question.options if option.code in given)


def _error(name: str, given: tuple[str, ...], words: Words) -> str:
    at_most = words.questions[name].at_most
    if len(given) > at_most:
        return words.say("rupture.deeper.up_to", count=at_most)
    if name == "mine" and "not_visible" in given and len(given) > 1:
        return words.say("rupture.deeper.not_visible")
    return ""
