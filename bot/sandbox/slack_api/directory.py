"""The part of Slack's Web API that tells who and what there is, and reads chats back."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.messaging import render_message
from bot.sandbox.slack_api.methods import (
    Method,
    ScopeResolver,
    SlackState,
    fixed_scope,
    is_true,
    parse_argument_names,
    resolve_conversation,
)
from bot.sandbox.workspace.personas import (
    BOT_ID,
    BOT_USER_ID,
    WORKSPACE_DOMAIN,
    WORKSPACE_ID,
    Persona,
)
from bot.sandbox.workspace.workspace import Json, Message

_DEFAULT_PAGE_SIZE, _MAX_PAGE_SIZE = 100, 999


def _describe_bot(slack_state: SlackState, _arguments: Json) -> Json:
    return {
        "url": f"https://{WORKSPACE_DOMAIN}.slack.com/",
        "team": slack_state.workspace.sample_practice.name,
        "user": "attune",
        "team_id": WORKSPACE_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def render_user(slack_state: SlackState, person: Persona, *, include_locale: bool) -> Json:
    """Return a person as Slack tells of them; whoever left has no zone and no rights."""
    offset = slack_state.workspace.clock.now().astimezone(ZoneInfo(person.zone)).utcoffset()
    first, _, last = person.name.partition(" ")
    gone = person.id in slack_state.workspace.deactivated_ids
    admin = person.role == "admin"
    profile = {"real_name": person.name, "display_name": first, "first_name": first,
               "last_name": last, "team": WORKSPACE_ID}  # fmt: skip
    zone = {} if gone else {"tz": person.zone, "tz_label": person.zone.partition("/")[2],
                            "tz_offset": int(offset.total_seconds()) if offset else 0}  # fmt: skip
    rights = dict.fromkeys(("is_admin", "is_owner", "is_primary_owner"), admin)
    return {
        "id": person.id,
        "team_id": WORKSPACE_ID,
        "name": person.handle,
        "deleted": gone,
        "real_name": person.name,
        "profile": profile,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1,
        **zone,
        **({} if gone else rights),
        **({"locale": person.locale} if include_locale else {}),
    }


def _get_user(slack_state: SlackState, arguments: Json) -> Json:
    if arguments["user"] == BOT_USER_ID:
        return {"user": {"id": BOT_USER_ID, "team_id": WORKSPACE_ID, "name": "attune", "is_bot": True,
                         "deleted": False, "profile": {"bot_id": BOT_ID}}}  # fmt: skip
    person = slack_state.workspace.find_person(arguments["user"])
    if person is None:
        raise ApiError("user_not_found")
    return {
        "user": render_user(
            slack_state, person, include_locale=is_true(arguments.get("include_locale"))
        )
    }


def _list_users(slack_state: SlackState, arguments: Json) -> Json:
    people = list(slack_state.workspace.people.values())
    first, most = int(arguments.get("cursor") or 0), int(arguments.get("limit") or len(people))
    locale = is_true(arguments.get("include_locale"))
    members = [
        render_user(slack_state, one, include_locale=locale) for one in people[first : first + most]
    ]
    further = str(first + most) if first + most < len(people) else ""
    now = int(slack_state.workspace.clock.now().timestamp())
    return {"members": members, "cache_ts": now, "response_metadata": {"next_cursor": further}}


def _get_conversation(slack_state: SlackState, arguments: Json) -> Json:
    room = resolve_conversation(slack_state, arguments["channel"])
    chat = room.kind != "channel"
    told_of = {"id": room.id, "is_im": chat, "is_channel": not chat, "is_private": room.private,
               "is_archived": room.archived, "is_member": BOT_USER_ID in room.members}  # fmt: skip
    named = {"user": room.members[0]} if chat else {"name": room.name, "name_normalized": room.name}
    return {"channel": told_of | named}


def _open_conversation(slack_state: SlackState, arguments: Json) -> Json:
    people = str(arguments.get("users") or "").split(",")
    if people == [""]:
        raise ApiError("users_list_not_supplied")
    person = slack_state.workspace.find_person(people[0])
    if person is None or len(people) > 1:
        raise ApiError("user_not_found")
    if person.id in slack_state.workspace.deactivated_ids:
        raise ApiError("user_disabled")
    return {"channel": {"id": slack_state.workspace.get_bot_chat(person.id).id}}


def _list_history(slack_state: SlackState, arguments: Json) -> Json:
    room = resolve_conversation(slack_state, arguments["channel"])
    if BOT_USER_ID not in room.members:
        raise ApiError("not_in_channel")
    posts = [
        one for one in reversed(room.posts) if not one.only and _is_in_time_range(one, arguments)
    ]
    first = int(arguments.get("cursor") or 0)
    most = min(int(arguments.get("limit") or _DEFAULT_PAGE_SIZE), _MAX_PAGE_SIZE)
    page = [_render_history_message(one, arguments) for one in posts[first : first + most]]
    more = first + most < len(posts)
    further = {"response_metadata": {"next_cursor": str(first + most)}} if more else {}
    return {"messages": page, "has_more": more, **further}


def _is_in_time_range(message: Message, arguments: Json) -> bool:
    at, inclusive = float(message.ts), is_true(arguments.get("inclusive"))
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    return oldest <= at <= latest if inclusive else oldest < at < latest


def _render_history_message(message: Message, arguments: Json) -> Json:
    shown = is_true(arguments.get("include_all_metadata")) and message.metadata
    return render_message(message) | ({"metadata": message.metadata} if shown else {})


def _conversation_scope(permission: str) -> ScopeResolver:
    """Scopes of conversations differ by what kind they are."""

    def required_scope(slack_state: SlackState, arguments: Json) -> str:
        room = slack_state.workspace.conversations.get(str(arguments.get("channel") or ""))
        kind = "im" if room is None or room.kind != "channel" else "channels"
        return f"{kind}:{permission}"

    return required_scope


METHODS: Mapping[str, Method] = {
    "auth.test": Method(_describe_bot, frozenset()),
    "users.info": Method(
        _get_user, parse_argument_names("user include_locale"), ("user",), fixed_scope("users:read")
    ),
    "users.list": Method(
        _list_users,
        parse_argument_names("cursor limit include_locale team_id"),
        (),
        fixed_scope("users:read"),
    ),
    "conversations.info": Method(
        _get_conversation,
        parse_argument_names("channel include_locale include_num_members"),
        ("channel",),
        _conversation_scope("read"),
    ),
    "conversations.open": Method(
        _open_conversation, parse_argument_names("users return_im"), (), fixed_scope("im:write")
    ),
    "conversations.history": Method(
        _list_history,
        parse_argument_names("channel cursor inclusive include_all_metadata limit oldest latest"),
        ("channel",),
        _conversation_scope("history"),
    ),
}
