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

from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.workspace.actions import ImpossibleActionError, PersonaActions
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.personas import Persona
from bot.sandbox.workspace.time_travel import ClockError
from bot.sandbox.workspace.workspace import Json

PAGE_FOLDER = Path(__file__).parents[1] / "page"
_LONG_POLL_SECONDS = 25.0
_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
_BAD_REQUEST = 400
_JUMP_DAYS = {"day": 1, "week": 7}


def build_app(engine: SandboxEngine) -> Starlette:
    """Return the door of *engine*, an ASGI app; it answers on loopback names alone."""
    rooms = _PageRoutes(engine)
    return Starlette(
        routes=[
            Route("/api/{method:path}", engine.web_api.handle_request, methods=["GET", "POST"]),
            Route("/response/{kind}/{team}/{end:path}", rooms.receive_response, methods=["POST"]),
            Route("/", rooms.serve_page),
            Mount("/page", StaticFiles(directory=PAGE_FOLDER, check_dir=False)),
            Route("/practice/words", rooms.serve_words),
            Route("/practice/state", rooms.serve_state),
            Route("/practice/wait", rooms.wait_for_change),
            Route("/practice/act", rooms.perform_action, methods=["POST"]),
            Route("/practice/clock", rooms.move_clock, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_ALLOWED_HOSTS)],
        lifespan=engine.run_lifespan,
    )


class _PageRoutes:
    """Answers the page, and takes private answers from the bot."""

    def __init__(self, engine: SandboxEngine) -> None:
        self._engine = engine

    async def serve_page(self, _request: Request) -> Response:
        """Give the page."""
        return FileResponse(
            PAGE_FOLDER / "index.html",
            headers={"Content-Security-Policy": _CONTENT_SECURITY_POLICY},
        )

    async def serve_words(self, _request: Request) -> Response:
        """Give every sentence of the page."""
        words = self._engine.config.words
        own = {key: one for key, one in words.sentences.items() if key.startswith("tryout.")}
        return JSONResponse(
            {k: one if isinstance(one, str) else dict(one) for k, one in own.items()},
            headers={"Content-Language": words.language},
        )

    async def serve_state(self, request: Request) -> Response:
        """Give all that one person sees."""
        person = self._engine.workspace.find_person(request.query_params.get("persona", ""))
        if person is None:
            person = self._engine.workspace.sample_practice.personas[0]
        return JSONResponse(self._engine.screen_view.render_screen(person))

    async def wait_for_change(self, request: Request) -> Response:
        """Answer once there is something newer to see, or after a while."""
        known = request.query_params.get("version", "")
        version = int(known) if known.isdecimal() else -1
        newest = await self._engine.workspace.wait_for_change(version, _LONG_POLL_SECONDS)
        return JSONResponse({"version": newest})

    async def perform_action(self, request: Request) -> Response:
        """Do what a person does."""
        said = await _read_json(request)
        person = self._engine.workspace.find_person(str(said.get("persona")))
        act = PAGE_ACTIONS.get(str(said.get("act")))
        if person is None or act is None:
            return _error_response("no_such_act")
        try:
            done = await act(self._engine, person, said)
        except ImpossibleActionError as cannot:
            return _error_response(str(cannot))
        except (KeyError, TypeError, AttributeError):
            return _error_response("malformed")
        return JSONResponse({"ok": done is not False})

    async def move_clock(self, request: Request) -> Response:
        """Jump through practice time."""
        said = await _read_json(request)
        engine, person = (
            self._engine,
            self._engine.workspace.find_person(str(said.get("persona", ""))),
        )
        try:
            await jump_clock(engine, said, person)
        except ClockError as stuck:
            return _error_response(str(stuck))
        except (KeyError, TypeError, ValueError):
            return _error_response("malformed")
        return JSONResponse({"ok": True, "now": engine.workspace.clock.now().isoformat()})

    async def receive_response(self, request: Request) -> Response:
        """Take an answer at a response URL, as Slack does: ``ok``, or why not."""
        try:
            self._engine.response_handler.handle_response_url(
                request.path_params["end"], await _read_json(request)
            )
        except ApiError as refused:
            gone = refused.error.endswith("_url")
            told = {"ok": False, "error": refused.error}
            return JSONResponse(told, 404 if gone else _BAD_REQUEST)
        return Response("ok")


async def jump_clock(
    engine: SandboxEngine, arguments: Mapping[str, Any], person: Persona | None
) -> None:
    """Move practice time: ``jump`` names how far, ``to`` an instant with its offset."""
    if "to" in arguments:
        await engine.time_travel.jump_to(datetime.fromisoformat(arguments["to"]))
    elif arguments["jump"] == "checkin":
        await engine.time_travel.jump_to_checkin(person)
    elif arguments["jump"] == "close":
        whose = [person] if person else list(engine.workspace.people.values())
        closes = [at for one in whose if (at := engine.time_travel.next_period_end(one))]
        await engine.time_travel.jump_to(min(closes))
    else:
        ahead = timedelta(days=_JUMP_DAYS[arguments["jump"]])
        await engine.time_travel.jump_to(engine.workspace.clock.now() + ahead)


async def _read_json(request: Request) -> Json:
    if "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        told = await request.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _error_response(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error}, _BAD_REQUEST)


async def _type_command(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    await engine.persona_actions.type_command(
        person, arguments["channel"], arguments["command"], arguments.get("text", "")
    )


async def _press_element(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    await engine.persona_actions.press_element(person, arguments, arguments)


async def _change_answer(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    await engine.persona_actions.change_answer(
        person, arguments["view"], arguments, arguments.get("state") or {}
    )


async def _submit_form(engine: SandboxEngine, person: Persona, arguments: Json) -> bool:
    return await engine.persona_actions.submit_form(
        person, arguments["view"], arguments.get("state") or {}
    )


async def _mark_conversation_read(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    room = engine.persona_actions.resolve_conversation(person, arguments["channel"])
    newest = room.posts[-1].ts if room.posts else ""
    engine.workspace.read_markers.setdefault(person.id, {})[room.id] = newest
    engine.workspace.mark_changed()


async def _dismiss_notice(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    notices = engine.workspace.notices.get(person.id, [])
    engine.workspace.notices[person.id] = [one for one in notices if one.id != arguments["notice"]]
    engine.workspace.mark_changed()


def _wrap_action(
    perform: Callable[[PersonaActions, Persona, Json], Awaitable[None]],
) -> "PageAction":
    return lambda engine, person, said: perform(engine.persona_actions, person, said)


PageAction = Callable[[SandboxEngine, Persona, Json], Awaitable[bool | None]]

PAGE_ACTIONS: Mapping[str, PageAction] = {
    "say": _wrap_action(
        lambda acts, person, said: acts.write_message(person, said["channel"], said["text"])
    ),
    "command": _type_command,
    "press": _press_element,
    "change": _change_answer,
    "submit": _submit_form,
    "close": _wrap_action(lambda acts, person, said: acts.close_form(person, said["view"])),
    "home": _wrap_action(
        lambda acts, person, said: acts.open_home(person, said.get("tab", "home"))
    ),
    "shortcut": _wrap_action(
        lambda acts, person, said: acts.choose_shortcut(person, said["callback_id"])
    ),
    "read": _mark_conversation_read,
    "dismiss": _dismiss_notice,
}
"""What a page may ask for, by name."""
