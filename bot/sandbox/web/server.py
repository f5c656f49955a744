"""The workspace's one HTTP door: Slack's Web API for the bot, the page for the visitor."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.workspace.actions import Acts, CannotError
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.personas import Persona
from bot.sandbox.workspace.time_travel import ClockError
from bot.sandbox.workspace.workspace import Json

PAGE = Path(__file__).parents[1] / "page"
_WAIT = 25.0
_HERE = ["127.0.0.1", "localhost"]
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
_BAD = 400
_DAYS = {"day": 1, "week": 7}


def door(engine: Engine) -> Starlette:
    """Return the door of *engine*, an ASGI app; it answers on loopback names alone."""
    rooms = _Rooms(engine)
    return Starlette(
        routes=[
            Route("/api/{method:path}", engine.api.answer, methods=["GET", "POST"]),
            Route("/response/{kind}/{team}/{end:path}", rooms.private, methods=["POST"]),
            Route("/", rooms.page),
            Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
            Route("/practice/words", rooms.words),
            Route("/practice/state", rooms.state),
            Route("/practice/wait", rooms.wait),
            Route("/practice/act", rooms.act, methods=["POST"]),
            Route("/practice/clock", rooms.clock, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HERE)],
        lifespan=engine.running,
    )


class _Rooms:
    """Answers the page, and takes private answers from the bot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def page(self, _request: Request) -> Response:
        """Give the page."""
        return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": _POLICY})

    async def words(self, _request: Request) -> Response:
        """Give every sentence of the page."""
        words = self._engine.practice.words
        own = {key: one for key, one in words.sentences.items() if key.startswith("tryout.")}
        return JSONResponse(
            {k: one if isinstance(one, str) else dict(one) for k, one in own.items()},
            headers={"Content-Language": words.language},
        )

    async def state(self, request: Request) -> Response:
        """Give all that one person sees."""
        person = self._engine.workspace.person(request.query_params.get("persona", ""))
        if person is None:
            person = self._engine.workspace.cast.personas[0]
        return JSONResponse(self._engine.screen.drawn(person))

    async def wait(self, request: Request) -> Response:
        """Answer once there is something newer to see, or after a while."""
        known = request.query_params.get("version", "")
        version = int(known) if known.isdecimal() else -1
        newest = await self._engine.workspace.newer(version, _WAIT)
        return JSONResponse({"version": newest})

    async def act(self, request: Request) -> Response:
        """Do what a person does."""
        said = await _told(request)
        person = self._engine.workspace.person(str(said.get("persona")))
        act = ACTS.get(str(said.get("act")))
        if person is None or act is None:
            return _refused("no_such_act")
        try:
            done = await act(self._engine, person, said)
        except CannotError as cannot:
            return _refused(str(cannot))
        except (KeyError, TypeError, AttributeError):
            return _refused("malformed")
        return JSONResponse({"ok": done is not False})

    async def clock(self, request: Request) -> Response:
        """Jump through practice time."""
        said = await _told(request)
        engine, person = self._engine, self._engine.workspace.person(str(said.get("persona", "")))
        try:
            await jump(engine, said, person)
        except ClockError as stuck:
            return _refused(str(stuck))
        except (KeyError, TypeError, ValueError):
            return _refused("malformed")
        return JSONResponse({"ok": True, "now": engine.workspace.clock.now().isoformat()})

    async def private(self, request: Request) -> Response:
        """Take an answer at a response URL, as Slack does: ``ok``, or why not."""
        try:
            self._engine.replies.private(request.path_params["end"], await _told(request))
        except RefusedError as refused:
            gone = refused.error.endswith("_url")
            told = {"ok": False, "error": refused.error}
            return JSONResponse(told, 404 if gone else _BAD)
        return Response("ok")


async def jump(engine: Engine, said: Mapping[str, Any], person: Persona | None) -> None:
    """Move practice time: ``jump`` names how far, ``to`` an instant with its offset."""
    if "to" in said:
        await engine.jumps.to(datetime.fromisoformat(said["to"]))
    elif said["jump"] == "checkin":
        await engine.jumps.to_checkin(person)
    elif said["jump"] == "close":
        whose = [person] if person else list(engine.workspace.people.values())
        closes = [at for one in whose if (at := engine.jumps.next_close(one))]
        await engine.jumps.to(min(closes))
    else:
        ahead = timedelta(days=_DAYS[said["jump"]])
        await engine.jumps.to(engine.workspace.clock.now() + ahead)


async def _told(request: Request) -> Json:
    if "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        told = await request.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refused(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error}, _BAD)


async def _command(engine: Engine, person: Persona, said: Json) -> None:
    await engine.acts.command(person, said["channel"], said["command"], said.get("text", ""))


async def _press(engine: Engine, person: Persona, said: Json) -> None:
    await engine.acts.press(person, said, said)


async def _change(engine: Engine, person: Persona, said: Json) -> None:
    await engine.acts.change(person, said["view"], said, said.get("state") or {})


async def _submit(engine: Engine, person: Persona, said: Json) -> bool:
    return await engine.acts.submit(person, said["view"], said.get("state") or {})


async def _read(engine: Engine, person: Persona, said: Json) -> None:
    room = engine.acts.room(person, said["channel"])
    newest = room.posts[-1].ts if room.posts else ""
    engine.workspace.read.setdefault(person.id, {})[room.id] = newest
    engine.workspace.changed()


async def _dismiss(engine: Engine, person: Persona, said: Json) -> None:
    notices = engine.workspace.notices.get(person.id, [])
    engine.workspace.notices[person.id] = [one for one in notices if one.id != said["notice"]]
    engine.workspace.changed()


def _acts(do: Callable[[Acts, Persona, Json], Awaitable[None]]) -> "Act":
    return lambda engine, person, said: do(engine.acts, person, said)


Act = Callable[[Engine, Persona, Json], Awaitable[bool | None]]

ACTS: Mapping[str, Act] = {
    "say": _acts(lambda acts, person, said: acts.say(person, said["channel"], said["text"])),
    "command": _command,
    "press": _press,
    "change": _change,
    "submit": _submit,
    "close": _acts(lambda acts, person, said: acts.close(person, said["view"])),
    "home": _acts(lambda acts, person, said: acts.home(person, said.get("tab", "home"))),
    "shortcut": _acts(lambda acts, person, said: acts.shortcut(person, said["callback_id"])),
    "read": _read,
    "dismiss": _dismiss,
}
"""What a page may ask for, by name."""
