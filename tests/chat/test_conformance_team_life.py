"""The life of a team in chat: set-up, first nudge, hand-over, another channel, and its end."""

from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from bot.conversation import Address, Person
from bot.domain.people import Role, Team
from bot.store.repositories import Repositories
from tests.chat.conftest import create_bot, teams_settings
from tests.chat.expectations import DEBRIEF_ANSWERS, WORDS, deliver_checkin
from tests.chat.msteams.microsoft import TENANT_ID, PlannedAnswer
from tests.chat.on_teams import TeamsProduct
from tests.chat.surfaces import Product, render_team_file

NEW_CHANNELS = {"slack": "C2NEWHOME", "msteams": "19:newhome@thread.tacv2"}
POSTED_START = "The introduction card is in"


async def load_team(product: Product) -> Team:
    """Return the team that is in the store, removed or not."""
    return await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_teams()[0]
    )


async def load_supervisors(product: Product) -> set[str]:
    """Return the ids of the team's supervisors."""
    team = await load_team(product)
    holders = await product.bot.context.store.across_workspaces.read(
        lambda repos: repos.teams.list_role_holders(team.id, Role.SUPERVISOR)
    )
    return {holder.id for holder in holders}


async def make_director(product: Product, user_id: str) -> None:
    """Make a person a director of the team."""
    team = await load_team(product)
    await product.bot.context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(
            team.id, Role.DIRECTOR, [Person(team.workspace, user_id)]
        )
    )


async def report_channel(product: Product) -> str:
    """Store the route to another channel, as after the app was added there; return its id."""
    team = await load_team(product)
    channel = NEW_CHANNELS[team.workspace.partition(":")[0]]
    address = Address(team.workspace, channel=channel)

    def save_route(repos: Repositories) -> None:
        repos.chat_routes.save_route(address, channel)

    await product.bot.context.store.across_workspaces.write(save_route)
    return channel


async def test_a_saved_setup_says_that_its_card_is_posted(chat: Product) -> None:
    """The confirmation states that the card is in the new channel, within the answer's deadline."""
    channel = await report_channel(chat)
    form = await chat.run_command(chat.supervisor, "supervision")
    saved = await chat.save_setup(chat.supervisor, form, {"channel": (channel,)})

    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="North team"))
    assert saved.contains_text(POSTED_START)


async def test_a_refused_card_is_posted_by_trying_again(chat: Product) -> None:
    """Where the channel rejects the card, one button posts it once the bot may write there."""
    channel = await report_channel(chat)
    form = await chat.run_command(chat.supervisor, "supervision")
    chat.fail_next_message("gone")
    left_step = await chat.save_setup(chat.supervisor, form, {"channel": (channel,)})

    assert left_step.contains_text("could not be posted")
    retried = await chat.press_button(
        chat.supervisor, left_step, WORDS.translate("supervision.card.retry")
    )

    assert retried.contains_text(POSTED_START)


async def test_the_setup_is_handed_over(chat: Product) -> None:
    """A supervisor who names another opens the set-up to them, who takes the first one out."""
    form = await chat.run_command(chat.supervisor, "supervision")
    both = (chat.supervisor, chat.stranger)
    await chat.save_setup(chat.supervisor, form, {"supervisors": both})
    handed_over = await chat.run_command(chat.stranger, "supervision")
    await chat.save_setup(chat.stranger, handed_over, {"supervisors": (chat.stranger,)})

    assert await load_supervisors(chat) == {chat.stranger}
    refusal = await chat.run_command(chat.supervisor, "supervision")
    assert refusal.contains_text(WORDS.translate("supervision.refused.text"))


async def test_a_changed_setup_is_previewed(chat: Product) -> None:
    """What changes is stated in words, nothing is stored yet, and the way back keeps it."""
    form = await chat.run_command(chat.supervisor, "supervision")
    answers = {"day": ("2",), "clinicians": (*chat.people[1:9], chat.stranger)}

    preview = await chat.submit_form(chat.supervisor, form, answers)
    edited = await chat.press_button(
        chat.supervisor, preview, WORDS.translate("setups.preview.back")
    )
    again = await chat.submit_form(chat.supervisor, edited, {"time": ("10:30",)})

    assert preview.contains_text("The weekly check-in moves to Tuesday (so far: Monday).")
    assert preview.contains_text("1 person is added to the clinicians")
    assert preview.contains_text("1 person is taken off the clinicians")
    assert again.contains_text("moves to Tuesday")
    assert again.contains_text("comes at 10:30")
    assert (await load_team(chat)).checkin_rule.weekday == 1


async def test_a_preview_applies_once(chat: Product) -> None:
    """A second click, and Microsoft's or Slack's repetition of it, change nothing more."""
    form = await chat.run_command(chat.supervisor, "supervision")
    preview = await chat.submit_form(chat.supervisor, form, {"day": ("2",)})

    saved_screens = [await chat.submit_form(chat.supervisor, preview, {}) for _ in range(2)]
    await chat.redeliver_last()

    for saved in saved_screens:
        assert saved.contains_text(WORDS.translate("supervision.done.saved", team="North team"))
    entries = await chat.bot.context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    assert [entry.detail for entry in entries if entry.detail] == ["day"]


async def test_an_outdated_preview_applies_nothing(chat: Product) -> None:
    """After a change by somebody else the form comes with the present values, to be saved again."""
    form = await chat.run_command(chat.supervisor, "supervision")
    preview = await chat.submit_form(chat.supervisor, form, {"day": ("2",)})
    await chat.save_setup(chat.supervisor, form, {"name": ("South team",)})

    outdated = await chat.submit_form(chat.supervisor, preview, {})
    rejected = await chat.submit_form(chat.supervisor, outdated, {"name": ("<b>",)})

    assert outdated.contains_text(WORDS.translate("setups.preview.stale"))
    assert "day" in outdated.fields
    assert rejected.contains_text(WORDS.translate("supervision.fault.name"))
    assert (await load_team(chat)).checkin_rule.weekday == 1


async def test_too_many_new_people_are_refused_kindly(chat: Product) -> None:
    """The form stays open, with the advice to add them in two steps."""
    form = await chat.run_command(chat.supervisor, "supervision")
    people = tuple(f"{number:08x}-0000-4000-8000-000000000000" for number in range(100))

    refused = await chat.submit_form(chat.supervisor, form, {"clinicians": people})

    assert refused.contains_text(WORDS.translate("setups.preview.too_many"))
    assert refused.fields == form.fields


async def test_a_full_preview_fits(chat: Product) -> None:
    """Sixty people of Teams and every other change fit in a card, a view, and a button."""
    form = await chat.run_command(chat.supervisor, "supervision")
    people = tuple(f"{number:08x}-0000-4000-8000-000000000000" for number in range(60))

    preview = await chat.submit_form(
        chat.supervisor, form, {"clinicians": people, "day": ("2",), "time": ("10:30",)}
    )
    saved = await chat.submit_form(chat.supervisor, preview, {})

    assert preview.contains_text("60 people are added to the clinicians")
    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="North team"))


async def test_a_debrief_is_kept_when_the_team_moves(chat: Product) -> None:
    """A team that moves to another channel keeps what was filed, and files there as before."""
    channel = await report_channel(chat)
    form = await chat.run_command(chat.marie, "rupture")
    await chat.submit_form(chat.marie, form, DEBRIEF_ANSWERS)

    setup = await chat.run_command(chat.supervisor, "supervision")
    await chat.save_setup(chat.supervisor, setup, {"channel": (channel,)})
    form = await chat.run_command(chat.ada, "rupture")
    guide = await chat.submit_form(chat.ada, form, DEBRIEF_ANSWERS)

    assert (await load_team(chat)).channel == channel
    assert not guide.contains_text(WORDS.translate("error.no_team"))


async def test_a_closed_team_says_until_when_its_people_count(chat: Product) -> None:
    """The supervisor reads what closing means before and after; the set-up is gone."""
    setup = await chat.run_command(chat.supervisor, "supervision")
    question = await chat.press_button(
        chat.supervisor, setup, WORDS.translate("team_changes.close.step")
    )
    closed = await chat.submit_form(chat.supervisor, question, {})

    for screen in (question, closed):
        assert screen.contains_text("What they file still counts in this team until")
    refusal = await chat.run_command(chat.supervisor, "supervision")
    assert refusal.contains_text(WORDS.translate("supervision.refused.text"))


async def test_a_second_close_says_that_the_team_is_closed(chat: Product) -> None:
    """A double click on the form, and the button of a form that is still open, say the same."""
    setup = await chat.run_command(chat.supervisor, "supervision")
    step = WORDS.translate("team_changes.close.step")
    question = await chat.press_button(chat.supervisor, setup, step)
    await chat.submit_form(chat.supervisor, question, {})

    repeated = await chat.submit_form(chat.supervisor, question, {})
    pressed = await chat.press_button(chat.supervisor, setup, step)

    sentence = WORDS.translate("team_changes.close.already", team="North team")
    assert repeated.contains_text(sentence)
    assert pressed.contains_text(sentence)


async def test_a_director_on_teams_names_a_supervisor(teams: TeamsProduct) -> None:
    """When the supervisor has left the team, its director names another, who opens the set-up."""
    director, successor = str(uuid5(NAMESPACE_OID, "director")), teams.stranger
    await make_director(teams, director)
    missing = PlannedAnswer(404, {"error": {"code": "MemberNotFoundInConversation"}})
    teams.ms.planned_answers[teams.supervisor] = [missing] * 9

    overview = await teams.run_command(director, "supervision")
    form = await teams.press_button(director, overview, WORDS.translate("setups.naming.step"))
    named = await teams.submit_form(director, form, {"supervisors": (successor,)})
    await teams.bot.run_duties_and_deliver()

    assert named.contains_text("North team")
    assert await load_supervisors(teams) == {successor}
    setup = await teams.run_command(successor, "supervision")
    assert {"channel", "clinicians"} <= setup.fields
    announcement = WORDS.translate("setups.naming.meaning")
    assert any(announcement in str(call.body) for call in teams.ms.posted_messages)


async def test_a_director_replaces_no_active_supervisor(teams: TeamsProduct) -> None:
    """While the supervisor is a member, or Teams does not tell, no team is offered."""
    director = str(uuid5(NAMESPACE_OID, "director"))
    await make_director(teams, director)
    step = WORDS.translate("setups.naming.step")
    overview = await teams.run_command(director, "supervision")

    active = await teams.press_button(director, overview, step)
    teams.ms.planned_answers[teams.supervisor] = [PlannedAnswer(503)]
    unknown = await teams.press_button(director, overview, step)

    for screen in (active, unknown):
        assert screen.contains_text(WORDS.translate("setups.naming.none"))


async def test_home_lists_to_a_director_what_a_team_lacks(teams: TeamsProduct) -> None:
    """Before the card is posted the director reads of it, and of no figure of the team."""
    director = str(uuid5(NAMESPACE_OID, "director"))
    await make_director(teams, director)
    sentence = WORDS.translate("home.direction.cardless", teams="North team")

    before = await teams.open_home(director)
    await teams.bot.run_duties_and_deliver()

    assert before.contains_text(sentence)
    assert not (await teams.open_home(director)).contains_text(sentence)


async def test_a_new_team_on_teams_reaches_its_first_nudge(
    teams: TeamsProduct, tmp_path: Path
) -> None:
    """From a file that names a supervisor alone: people added by name, a card, a join, a nudge."""
    team_file = render_team_file(TENANT_ID, teams.channel, teams.people[-2:])
    folder = tmp_path / "new"
    folder.mkdir()
    bot = await create_bot(folder, teams.clock, team_file, **teams_settings(teams.ms))
    teams.ms.person_names[teams.marie] = "Marie Tremblay"
    teams.ms.rosters[teams.channel] = list(teams.people)
    async with bot.lifespan():
        new = TeamsProduct(bot, teams.clock, TENANT_ID, teams.channel, teams.people, ms=teams.ms)
        form = await new.run_command(new.supervisor, "supervision")
        saved = await new.save_setup(new.supervisor, form, {"clinicians": new.people[:9]})
        await bot.run_duties_and_deliver()
        await new.activate_control(new.marie, "buttons", "join", data=(await load_team(new)).id)
        nudge = await deliver_checkin(new)

    assert saved.contains_text(WORDS.translate("supervision.done.saved", team="North team"))
    assert any(teams.channel in call.path for call in teams.ms.posted_messages)
    assert "Marie Tremblay" in str(form.native_payload)
    assert nudge.contains_text(WORDS.translate("checkin.nudge.draw"))
