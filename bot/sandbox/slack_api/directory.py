"""The part of Slack's Web API that tells who and what there is, and reads chats back."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.messaging import told
from bot.sandbox.slack_api.methods import Method, Place, Scope, is_true, known, room_of, scoped
from bot.sandbox.workspace.personas import BOT, BOT_ID, DOMAIN, TEAM, Persona
from bot.sandbox.workspace.workspace import Json, Post

_PAGE, _PAGES_MOST = 100, 999


def _account(place: Place, _said: Json) -> Json:
    return {
        "url": f"https://{DOMAIN}.slack.com/",
        "team": place.workspace.cast.practice,
        "user": "attune",
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def described(place: Place, person: Persona, *, locale: bool) -> Json:
    """Return a person as Slack tells of them; whoever left has no zone and no rights."""
    offset = place.workspace.clock.now().astimezone(ZoneInfo(person.zone)).utcoffset()
    first, _, last = person.name.partition(" ")
    gone = person.id in place.workspace.deactivated
    admin = person.role == "admin"
    profile = {"real_name": person.name, "display_name": first, "first_name": first,
               "last_name": last, "team": TEAM}  # fmt: skip
    zone = {} if gone else {"tz": person.zone, "tz_label": person.zone.partition("/")[2],
                            "tz_offset": int(offset.total_seconds()) if offset else 0}  # fmt: skip
    rights = dict.fromkeys(("is_admin", "is_owner", "is_primary_owner"), admin)
    return {
        "id": person.id,
        "team_id": TEAM,
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
        **({"locale": person.locale} if locale else {}),
    }


def _info(place: Place, said: Json) -> Json:
    if said["user"] == BOT:
        return {"user": {"id": BOT, "team_id": TEAM, "name": "attune", "is_bot": True,
                         "deleted": False, "profile": {"bot_id": BOT_ID}}}  # fmt: skip
    person = place.workspace.person(said["user"])
    if person is None:
        raise RefusedError("user_not_found")
    return {"user": described(place, person, locale=is_true(said.get("include_locale")))}


def _everyone(place: Place, said: Json) -> Json:
    people = list(place.workspace.people.values())
    first, most = int(said.get("cursor") or 0), int(said.get("limit") or len(people))
    locale = is_true(said.get("include_locale"))
    members = [described(place, one, locale=locale) for one in people[first : first + most]]
    further = str(first + most) if first + most < len(people) else ""
    now = int(place.workspace.clock.now().timestamp())
    return {"members": members, "cache_ts": now, "response_metadata": {"next_cursor": further}}


def _conversation(place: Place, said: Json) -> Json:
    room = room_of(place, said["channel"])
    chat = room.kind != "channel"
    told_of = {"id": room.id, "is_im": chat, "is_channel": not chat, "is_private": room.private,
               "is_archived": room.archived, "is_member": BOT in room.members}  # fmt: skip
    named = {"user": room.members[0]} if chat else {"name": room.name, "name_normalized": room.name}
    return {"channel": told_of | named}


def _open(place: Place, said: Json) -> Json:
    people = str(said.get("users") or "").split(",")
    if people == [""]:
        raise RefusedError("users_list_not_supplied")
    person = place.workspace.person(people[0])
    if person is None or len(people) > 1:
        raise RefusedError("user_not_found")
    if person.id in place.workspace.deactivated:
        raise RefusedError("user_disabled")
    return {"channel": {"id": place.workspace.chat(person.id).id}}


def _history(place: Place, said: Json) -> Json:
    room = room_of(place, said["channel"])
    if BOT not in room.members:
        raise RefusedError("not_in_channel")
    posts = [one for one in reversed(room.posts) if not one.only and _between(one, said)]
    first = int(said.get("cursor") or 0)
    most = min(int(said.get("limit") or _PAGE), _PAGES_MOST)
    page = [_remembered(one, said) for one in posts[first : first + most]]
    more = first + most < len(posts)
    further = {"response_metadata": {"next_cursor": str(first + most)}} if more else {}
    return {"messages": page, "has_more": more, **further}


def _between(post: Post, said: Json) -> bool:
    at, inclusive = float(post.ts), is_true(said.get("inclusive"))
    oldest, latest = float(said.get("oldest") or 0), float(said.get("latest") or "inf")
    return oldest <= at <= latest if inclusive else oldest < at < latest


def _remembered(post: Post, said: Json) -> Json:
    shown = is_true(said.get("include_all_metadata")) and post.metadata
    return told(post) | ({"metadata": post.metadata} if shown else {})


def _scope_of(right: str) -> Scope:
    """Scopes of conversations differ by what kind they are."""

    def needed(place: Place, said: Json) -> str:
        room = place.workspace.rooms.get(str(said.get("channel") or ""))
        kind = "im" if room is None or room.kind != "channel" else "channels"
        return f"{kind}:{right}"

    return needed


METHODS: Mapping[str, Method] = {
    "auth.test": Method(_account, frozenset()),
    "users.info": Method(_info, known("user include_locale"), ("user",), scoped("users:read")),
    "users.list": Method(
        _everyone, known("cursor limit include_locale team_id"), (), scoped("users:read")
    ),
    "conversations.info": Method(
        _conversation,
        known("channel include_locale include_num_members"),
        ("channel",),
        _scope_of("read"),
    ),
    "conversations.open": Method(_open, known("users return_im"), (), scoped("im:write")),
    "conversations.history": Method(
        _history,
        known("channel cursor inclusive include_all_metadata limit oldest latest"),
        ("channel",),
        _scope_of("history"),
    ),
}
