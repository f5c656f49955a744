from dataclasses import replace
from datetime import date, time, timedelta

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.domain.teams.setup_form import NEW_TEAM_ID
from bot.domain.teams.setup_submission import SetupSubmission
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows import team_setup
from bot.workflows.team_setup import SetupEditor
from tests.store.sample_jobs import MARIE, NOW

SUPERVISOR, OTHER = Person("slack:T1", "USUPER"), Person("slack:T1", "UOTHER")
SUBMISSION = SetupSubmission(
    channel="C1",
    name="North",
    clinicians=("U1", "U2"),
    supervisors=("USUPER",),
    checkin_rule=WeeklyRule(1, time(9)),
    tip_days=(2, 4),
    tip_time=time(9),
    language="en",
    zone="America/Toronto",
    practice="",
    question="form",
    open_to_team=False,
)


async def save_sample_setup(
    store: Store,
    submission: SetupSubmission = SUBMISSION,
    setter: Person = MARIE,
    team_id: str = "t1",
) -> Team:
    """Save the set-up of a team as *setter* and return the team."""
    return (
        await store.across_workspaces.write(
            lambda repos: team_setup.save_setup(repos, setter, team_id, submission, NOW)
        )
    ).team


async def load_supervisors(store: Store) -> set[Person]:
    """Return the supervisors of the team."""
    return set(
        await store.across_workspaces.read(
            lambda repos: repos.teams.list_role_holders("t1", Role.SUPERVISOR)
        )
    )


async def test_a_supervisor_retains_their_own_role(store: Store) -> None:
    """A supervisor who omits themselves from the list retains the role."""
    await save_sample_setup(store)

    await save_sample_setup(store, replace(SUBMISSION, supervisors=("UOTHER",)), setter=SUPERVISOR)

    assert await load_supervisors(store) == {SUPERVISOR, OTHER}


async def test_a_new_supervisor_is_removed_from_the_roster(store: Store) -> None:
    """A new supervisor's own membership is removed, without an error that would disclose it."""
    await save_sample_setup(store)
    await store.across_workspaces.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    await save_sample_setup(store, replace(SUBMISSION, supervisors=("UOTHER",)), setter=SUPERVISOR)

    clinician = await store.across_workspaces.read(lambda repos: repos.people.get(OTHER))
    assert (clinician.has_joined, clinician.home_team_id) == (False, "")
    assert OTHER not in await store.across_workspaces.read(
        lambda repos: repos.teams.list_roster("t1")
    )


async def test_set_ups_are_edited_by_supervisors_or_an_admin(store: Store) -> None:
    """The supervisors of a team may edit it; an admin only without supervisors, or a new team."""
    await save_sample_setup(store)
    await save_sample_setup(store, replace(SUBMISSION, channel="C2", supervisors=()), team_id="t2")

    def list_editors(repos: Repositories) -> list[SetupEditor]:
        cases = ((SUPERVISOR, "t1"), (MARIE, "t1"), (MARIE, "t2"), (MARIE, NEW_TEAM_ID))
        return [team_setup.load_setup_editor(repos, person, team_id) for person, team_id in cases]

    assert await store.across_workspaces.read(list_editors) == [
        SetupEditor.THIS_PERSON,
        SetupEditor.OTHERS,
        SetupEditor.AN_ADMIN,
        SetupEditor.AN_ADMIN,
    ]


async def test_an_admin_edits_teams_without_supervisors(store: Store) -> None:
    """An admin may edit the teams without a supervisor only."""
    await save_sample_setup(store)
    await save_sample_setup(store, replace(SUBMISSION, channel="C2", supervisors=()), team_id="t2")

    def list_editable_ids(repos: Repositories) -> list[str]:
        return [team.id for team in team_setup.list_editable_teams(repos, MARIE, is_admin=True)]

    assert await store.across_workspaces.read(list_editable_ids) == ["t2"]
    assert (
        await store.across_workspaces.read(
            lambda repos: team_setup.list_editable_teams(repos, MARIE, is_admin=False)
        )
        == ()
    )


async def test_a_team_of_another_workspace_is_rejected(store: Store) -> None:
    """A team id of another workspace is edited by others, as an id that no team has."""
    await save_sample_setup(store)
    person = Person("slack:T2", "U1")

    editors = await store.across_workspaces.read(
        lambda repos: [
            team_setup.load_setup_editor(repos, person, id_) for id_ in ("t1", "no-team")
        ]
    )

    assert editors == [SetupEditor.OTHERS, SetupEditor.OTHERS]


async def test_a_removed_team_has_no_set_up(store: Store) -> None:
    """Its supervisor, who reads its tables, cannot save a form that was open before."""
    team = await save_sample_setup(store)
    await store.across_workspaces.write(
        lambda repos: repos.team_lifecycle.remove(team, date(2026, 7, 1))
    )

    assert (
        await store.across_workspaces.read(
            lambda repos: team_setup.load_setup_editor(repos, SUPERVISOR, "t1")
        )
        == SetupEditor.OTHERS
    )


async def test_a_set_up_does_not_disclose_who_joined(store: Store) -> None:
    """The set-up has the declared clinicians only, not those who joined by themselves."""
    await save_sample_setup(store)
    await store.across_workspaces.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    current = await store.across_workspaces.read(
        lambda repos: team_setup.load_current_setup(repos, SUPERVISOR, "t1")
    )

    assert current.clinicians == SUBMISSION.clinicians


async def test_the_context_is_limited_to_other_teams(store: Store) -> None:
    """The context has the channels and declared clinicians of other teams of the workspace only."""
    await save_sample_setup(store)
    await store.across_workspaces.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    new_context = await store.across_workspaces.read(
        lambda repos: team_setup.load_setup_context(repos, MARIE, "t2", SUBMISSION)
    )
    own_context = await store.across_workspaces.read(
        lambda repos: team_setup.load_setup_context(repos, MARIE, "t1", SUBMISSION)
    )

    assert (new_context.is_channel_in_use, set(new_context.clinicians_elsewhere)) == (
        True,
        {"U1", "U2"},
    )
    assert (own_context.is_channel_in_use, own_context.clinicians_elsewhere) == (False, {})


async def test_a_refused_introduction_is_queued_by_the_next_set_up(store: Store) -> None:
    """A card that ended because the channel refused it is queued again; a pending one is not."""
    await save_sample_setup(store)
    await store.across_workspaces.write(
        lambda repos: repos.teams.mark_unreachable("slack:T1", "C1", "is_archived")
    )

    def save_twice(repos: Repositories) -> list[bool]:
        return [
            team_setup.save_setup(repos, MARIE, "t1", SUBMISSION, NOW).posts_introduction
            for _ in range(2)
        ]

    assert await store.across_workspaces.write(save_twice) == [True, False]


async def test_a_lost_introduction_past_its_deadline_is_not_queued(store: Store) -> None:
    """A month after the set-up nobody expects its card any more."""
    await save_sample_setup(store)
    later = NOW + team_setup.INTRODUCTION_LIFETIME + timedelta(seconds=1)

    def lose_and_save(repos: Repositories) -> bool:
        repos.teams.mark_unreachable("slack:T1", "C1", "is_archived")
        return team_setup.save_setup(repos, MARIE, "t1", SUBMISSION, later).posts_introduction

    assert not await store.across_workspaces.write(lose_and_save)


def settle_cards(repos: Repositories) -> list[str]:
    """Settle every due card as sent, and return the people that they name."""
    cards = repos.deliveries.list_due_deliveries("slack:T1", NOW, 9)
    for card in cards:
        repos.deliveries.claim_delivery(card.id, card.attempt, NOW)
        repos.deliveries.mark_sent(card.id, card.attempt + 1)
    return [card.detail for card in cards]


async def test_the_introduction_is_queued_at_most_once_a_day(store: Store) -> None:
    """The introduction card is queued once per set-up, and again at most once a day."""
    await save_sample_setup(store)
    await save_sample_setup(store, setter=SUPERVISOR)

    def requeue_three_times(repos: Repositories) -> list[list[str]]:
        settled = [settle_cards(repos)]
        for _ in range(2):
            team_setup.queue_repost(repos, SUPERVISOR, "t1", NOW)
            settled.append(settle_cards(repos))
        return settled

    settled = await store.across_workspaces.write(requeue_three_times)

    assert settled == [["UMARIE"], ["USUPER"], []]


async def test_a_pending_introduction_is_not_doubled(store: Store) -> None:
    """Posting the card again while the first one is pending makes that one due at once."""
    await save_sample_setup(store)

    def postpone_and_requeue(repos: Repositories) -> list[str]:
        (card,) = repos.deliveries.list_due_deliveries("slack:T1", NOW, 9)
        repos.deliveries.postpone_delivery(card.id, NOW + timedelta(hours=1))
        team_setup.queue_repost(repos, SUPERVISOR, "t1", NOW)
        return settle_cards(repos)

    assert await store.across_workspaces.write(postpone_and_requeue) == ["UMARIE"]


async def test_a_retry_queues_no_further_card(store: Store) -> None:
    """Trying again restores a card that the channel refused, and leaves a posted one alone."""
    await save_sample_setup(store)

    def lose_and_retry(repos: Repositories) -> list[list[str]]:
        repos.teams.mark_unreachable("slack:T1", "C1", "not_in_channel")
        settled = []
        for _ in range(2):
            team_setup.retry_introduction(repos, MARIE, "t1", NOW)
            settled.append(settle_cards(repos))
        return settled

    assert await store.across_workspaces.write(lose_and_retry) == [["UMARIE"], []]
