"""Web API methods that read users, conversations and message history."""

import math
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


def _get_bot_identity(slack_state: SlackState, _arguments: Json) -> Json:
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
    """Return the user object of a person; a deactivated one has no time zone and no admin flags."""
    offset = slack_state.workspace.clock.now().astimezone(ZoneInfo(person.zone)).utcoffset()
    first_name, _, last_name = person.name.partition(" ")
    is_deactivated = person.id in slack_state.workspace.deactivated_ids
    is_admin = person.role == "admin"
    profile = {"real_name": person.name, "display_name": first_name,
               "first_name": first_name, "last_name": last_name, "team": WORKSPACE_ID}  # fmt: skip
    zone = {} if is_deactivated else {"tz": person.zone, "tz_label": person.zone.partition("/")[2],
                            "tz_offset": int(offset.total_seconds()) if offset else 0}  # fmt: skip
    rights = dict.fromkeys(("is_admin", "is_owner", "is_primary_owner"), is_admin)
    return {
        "id": person.id,
        "team_id": WORKSPACE_ID,
        "name": person.handle,
        "deleted": is_deactivated,
        "real_name": person.name,
        "profile": profile,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1,
        **zone,
        **({} if is_deactivated else rights),
        **({"locale": person.locale} if include_locale else {}),
    }


def _get_user(slack_state: SlackState, arguments: Json) -> Json:
    if arguments["user"] == BOT_USER_ID:
        bot_user = {"id": BOT_USER_ID, "team_id": WORKSPACE_ID, "name": "attune", "is_bot": True,
                    "deleted": False, "profile": {"bot_id": BOT_ID}}  # fmt: skip
        return {"user": bot_user}
    person = slack_state.workspace.find_person(arguments["user"])
    if person is None:
        raise ApiError("user_not_found")
    return {
        "user": render_user(
            slack_state, person, include_locale=is_true(arguments.get("include_locale"))
        )
    }


def _parse_cursor(arguments: Json) -> int:
    """Return the index at which a page starts; raises ApiError for a cursor of no earlier page."""
    cursor = str(arguments.get("cursor") or "0")
    if not (cursor.isascii() and cursor.isdigit()):
        raise ApiError("invalid_cursor")
    return int(cursor)


def _parse_limit(arguments: Json, default: int) -> int:
    """Return the maximum number of items of a page; raises ApiError for anything but a number."""
    limit = str(arguments.get("limit") or default)
    if not (limit.isascii() and limit.isdigit()):
        raise ApiError("invalid_arguments", ("[ERROR] must be an integer: limit",))
    return int(limit)


def _list_users(slack_state: SlackState, arguments: Json) -> Json:
    people = list(slack_state.workspace.people.values())
    start = _parse_cursor(arguments)
    page_size = _parse_limit(arguments, len(people))
    include_locale = is_true(arguments.get("include_locale"))
    members = [
        render_user(slack_state, person, include_locale=include_locale)
        for person in people[start : start + page_size]
    ]
    next_cursor = str(start + page_size) if start + page_size < len(people) else ""
    now = int(slack_state.workspace.clock.now().timestamp())
    return {"members": members, "cache_ts": now, "response_metadata": {"next_cursor": next_cursor}}


def _get_conversation(slack_state: SlackState, arguments: Json) -> Json:
    conversation = resolve_conversation(slack_state, arguments["channel"])
    is_chat = conversation.kind != "channel"
    flags = {
        "is_im": is_chat,
        "is_channel": not is_chat,
        "is_private": conversation.private,
        "is_archived": conversation.archived,
        "is_member": BOT_USER_ID in conversation.members,
    }
    channel_names = {"name": conversation.name, "name_normalized": conversation.name}
    identity = {"user": conversation.members[0]} if is_chat else channel_names
    return {"channel": {"id": conversation.id, **flags, **identity}}


def _open_conversation(slack_state: SlackState, arguments: Json) -> Json:
    user_ids = str(arguments.get("users") or "").split(",")
    if user_ids == [""]:
        raise ApiError("users_list_not_supplied")
    person = slack_state.workspace.find_person(user_ids[0])
    if person is None or len(user_ids) > 1:
        raise ApiError("user_not_found")
    if person.id in slack_state.workspace.deactivated_ids:
        raise ApiError("user_disabled")
    return {"channel": {"id": slack_state.workspace.get_bot_chat(person.id).id}}


def _list_history(slack_state: SlackState, arguments: Json) -> Json:
    conversation = resolve_conversation(slack_state, arguments["channel"])
    if BOT_USER_ID not in conversation.members:
        raise ApiError("not_in_channel")
    messages = [
        message
        for message in reversed(conversation.posts)
        if not message.only and _is_in_time_range(message, arguments)
    ]
    start = _parse_cursor(arguments)
    end = start + min(_parse_limit(arguments, _DEFAULT_PAGE_SIZE), _MAX_PAGE_SIZE)
    page = [_render_history_message(message, arguments) for message in messages[start:end]]
    has_more = end < len(messages)
    cursor = {"response_metadata": {"next_cursor": str(end)}} if has_more else {}
    return {"messages": page, "has_more": has_more, **cursor}


def _is_in_time_range(message: Message, arguments: Json) -> bool:
    sent_at, is_inclusive = float(message.ts), is_true(arguments.get("inclusive"))
    oldest = _parse_timestamp(arguments, "oldest", 0.0)
    latest = _parse_timestamp(arguments, "latest", math.inf)
    return oldest <= sent_at <= latest if is_inclusive else oldest < sent_at < latest


def _parse_timestamp(arguments: Json, name: str, default: float) -> float:
    """Return a bound as Unix time; raises ApiError for anything but a timestamp."""
    try:
        return float(arguments.get(name) or default)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _render_history_message(message: Message, arguments: Json) -> Json:
    metadata = is_true(arguments.get("include_all_metadata")) and message.metadata
    return render_message(message) | ({"metadata": metadata} if metadata else {})


def _conversation_scope(permission: str) -> ScopeResolver:
    """Return a resolver of ``im:`` or ``channels:`` scopes, by the type of the conversation.

    An unknown conversation requires the ``im:`` scope. The sandbox has no private channels, whose
    scopes would begin with ``groups:``.
    """

    def required_scope(slack_state: SlackState, arguments: Json) -> str:
        conversation = slack_state.workspace.conversations.get(str(arguments.get("channel") or ""))
        kind = "im" if conversation is None or conversation.kind != "channel" else "channels"
        return f"{kind}:{permission}"

    return required_scope


METHODS: Mapping[str, Method] = {
    "auth.test": Method(_get_bot_identity, frozenset()),
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
