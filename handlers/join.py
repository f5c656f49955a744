"""Handler of joining the weekly check-in, from the team's card, a command or the home page."""

from datetime import datetime

from bot.context import Context
from bot.conversation import Reply, Request
from bot.domain import surface
from bot.domain.checkins import joining
from bot.domain.people import Role, Team
from bot.domain.person import home_page
from bot.domain.person.personal_data import PersonalData
from bot.errors import NoTeamError
from bot.store.repositories import Repositories
from bot.workflows.form_submission import submit_form
from bot.workflows.personal_data import load_personal_data


async def join_checkins(request: Request, context: Context) -> Reply:
    """Add a clinician to the check-ins in a form's transaction, and show what happens next.

    Idempotent: for a person who joined already only the unanswered count is reset. Raises
    :class:`bot.errors.NoTeamError` for a person on no roster and in no team's channel.
    """
    words, now = context.catalogue.get_pack(request.language), context.now()
    outcome, personal_data = await context.store.for_workspace(request.person.workspace).write(
        lambda repos: submit_form(
            repos, request, now, lambda _form: _join_team(repos, request, now)
        )
    )
    if surface.is_from_home_page(request):
        return home_page.render_home_page(
            personal_data, words, home_page.offered_languages(context.catalogue)
        )
    result = joining.render_join_result(outcome, personal_data, words)
    return surface.as_message_or_form(request, words, words.translate("home.done.title"), result)


def _join_team(repos: Repositories, request: Request, now: datetime) -> tuple[str, PersonalData]:
    """Join the person's home team, else the channel's; return an outcome code and their data.

    In the first week of a period they are inserted into its frozen list. The code is ``supervises``
    or ``already``, with no team joined, else ``elsewhere`` or ``joined``.
    """
    person = request.person
    channel_team = repos.teams.get_by_channel(person.workspace, request.channel)
    team = repos.teams.get_home_team(person) or channel_team
    if team is None:
        raise NoTeamError
    if person in repos.teams.list_role_holders(team.id, Role.SUPERVISOR):
        return "supervises", load_personal_data(repos, person, now)
    clinician = repos.people.get(person)
    if clinician.has_joined and not clinician.unreachable_reason:
        repos.people.set_unanswered_count(person, 0)
        return "already", load_personal_data(repos, person, now)
    repos.people.join_team(person, team.id)
    repos.ledger.add_listed_people(now, (team.id,))
    return _classify_join(channel_team, team), load_personal_data(repos, person, now)


def _classify_join(channel_team: Team | None, home_team: Team) -> str:
    return "elsewhere" if channel_team and channel_team.id != home_team.id else "joined"
