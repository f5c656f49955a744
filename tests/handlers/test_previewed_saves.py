"""Whatever the two set-ups, preview and apply store what a direct save stores."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.context import Context
from bot.conversation import InvalidAnswers
from bot.domain.people import Role
from bot.domain.teams import setup_submission
from bot.domain.teams.setup_submission import SetupSubmission
from bot.store.repositories import Repositories
from bot.workflows import setup_history, team_setup
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import submit_setup
from tests.sample_team import (
    CLINICIANS,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    reply_text,
    set_up_team,
)
from tests.temporary_contexts import open_context

CATALOGUE = load_catalogue()
PERSON_LISTS = st.lists(st.sampled_from(CLINICIANS), unique=True, max_size=9).map(
    lambda people: tuple(person.id for person in people)
)
SUPERVISOR_LISTS = st.lists(
    st.sampled_from([SUPERVISOR.id, "U0SECOND", "U0THIRD"]), unique=True, min_size=1
).map(tuple)
TIMES = st.sampled_from(["09:00", "16:45"])
ANSWERS = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["C0MONDAY", "C0NIGHT"]),
        "name": st.sampled_from(["Monday team", "  Night   team "]),
        "clinicians": PERSON_LISTS,
        "supervisors": SUPERVISOR_LISTS,
        "day": st.sampled_from(["1", "5"]),
        "time": TIMES,
        "tip_days": st.lists(st.sampled_from(["1", "2", "4"]), unique=True).map(tuple),
        "tip_time": TIMES,
        "language": st.sampled_from(["en", "fr-CA", "zh-Hans"]),
        "zone": st.sampled_from(["America/Toronto", "Europe/Paris"]),
        "holidays": st.sampled_from(["none", "CA-QC"]),
        "practice": st.sampled_from(["", "River"]),
        "question": st.sampled_from(["form", "status"]),
        "open": st.sampled_from(["yes", "no"]),
    }
)


def parse_answers(answers: FormAnswers) -> SetupSubmission:
    """Parse the answers of a form."""
    request = build_request(SUPERVISOR, answers=answers)
    submission = setup_submission.parse_setup(
        request.answers, CATALOGUE.languages, CATALOGUE.get_pack("en")
    )
    assert not isinstance(submission, InvalidAnswers)
    return submission


def load_state(repos: Repositories) -> tuple[object, ...]:
    """Load the set-up, the list with those who joined, and the newest of the audit trail."""
    entries = repos.audit_trail.list_entries()
    return (
        repos.teams.get(TEAM.id),
        setup_history.load_setup(repos, TEAM.id),
        repos.teams.list_roster(TEAM.id),
        repos.teams.list_role_holders(TEAM.id, Role.SUPERVISOR),
        sorted(f"{entry.action} {entry.subject_id} {entry.detail}" for entry in entries),
    )


async def store_before(context: Context, answers: FormAnswers) -> None:
    """Store a set-up without a trace in the audit trail; somebody has joined by themselves."""
    setup = parse_answers(answers)
    supervisors = tuple(map(build_person, ("super", "second")))
    clinicians = [person for person in CLINICIANS if person.id in setup.clinicians]
    team = setup.build_team(TEAM.id, TEAM.workspace)
    await set_up_team(context, team, tuple(clinicians), supervisors)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(CLINICIANS[0], TEAM.id)
    )


async def preview_and_apply(context: Context, before: FormAnswers, after: FormAnswers) -> object:
    """Submit the form, apply what it previews, and return the stored state."""
    await store_before(context, before)
    reply = await submit_setup(context, SUPERVISOR, TEAM.id, after)
    assert "Nothing changes" in reply_text(reply) or "is set up" in reply_text(reply)
    return await context.store.across_workspaces.read(load_state)


async def save_directly(context: Context, before: FormAnswers, after: FormAnswers) -> object:
    """Save the parsed form at once, and return the stored state."""
    await store_before(context, before)
    submission, now = parse_answers(after), context.now()
    await context.store.across_workspaces.write(
        lambda repos: team_setup.save_setup(repos, SUPERVISOR, TEAM.id, submission, now)
    )
    return await context.store.across_workspaces.read(load_state)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # an example opens two databases
)
@given(ANSWERS, ANSWERS)
def test_preview_and_apply_store_what_a_direct_save_stores(
    before: FormAnswers, after: FormAnswers
) -> None:
    """The stored rows and the audit trail are the same, whatever changes."""
    with open_context(FakeClock(), RecordingOutlet()) as (context, runner, _):
        previewed = runner.run(preview_and_apply(context, before, after))
    with open_context(FakeClock(), RecordingOutlet()) as (context, runner, _):
        saved = runner.run(save_directly(context, before, after))

    assert previewed == saved
