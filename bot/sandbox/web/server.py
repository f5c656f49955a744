"""ASGI application of the sandbox: Slack's Web API for the bot, a JSON API for the browser."""

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
"""Days of the clock jumps with a fixed length, by the key in the request."""


def build_app(engine: SandboxEngine) -> Starlette:
    """Build the Starlette application of *engine*, whose lifespan handler it runs.

    A middleware rejects a request whose Host header is no loopback name with the status 400, which
    defends against DNS rebinding.
    """
    page_routes = _PageRoutes(engine)
    return Starlette(
        routes=[
            Route("/api/{method:path}", engine.web_api.handle_request, methods=["GET", "POST"]),
            Route(
                "/response/{kind}/{team}/{end:path}",
                page_routes.serve_response_url,
                methods=["POST"],
            ),
            Route("/", page_routes.serve_page),
            Route("/favicon.ico", page_routes.serve_icon),
            Mount("/page", StaticFiles(directory=PAGE_FOLDER, check_dir=False)),
            Route("/practice/words", page_routes.serve_words),
            Route("/practice/state", page_routes.serve_screen),
            Route("/practice/wait", page_routes.wait_for_change),
            Route("/practice/act", page_routes.perform_action, methods=["POST"]),
            Route("/practice/clock", page_routes.move_clock, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_ALLOWED_HOSTS)],
        lifespan=engine.run_lifespan,
    )


class _PageRoutes:
    """Request handlers of the web page, its JSON API and Slack's response URLs."""

    def __init__(self, engine: SandboxEngine) -> None:
        self._engine = engine

    async def serve_page(self, _request: Request) -> Response:
        """Return the HTML file of the page, with the header ``Content-Security-Policy``."""
        return FileResponse(
            PAGE_FOLDER / "index.html",
            headers={"Content-Security-Policy": _CONTENT_SECURITY_POLICY},
        )

    async def serve_icon(self, _request: Request) -> Response:
        """Return the icon for ``/favicon.ico``, which browsers request by default."""
        return FileResponse(PAGE_FOLDER / "icon.svg")

    async def serve_words(self, _request: Request) -> Response:
        """Return the page's sentences as a JSON object by key; ``Content-Language`` is set."""
        words = self._engine.config.words
        sentences = {
            key: sentence if isinstance(sentence, str) else dict(sentence)
            for key, sentence in words.sentences.items()
            if key.startswith("sandbox.")
        }
        return JSONResponse(sentences, headers={"Content-Language": words.language})

    async def serve_screen(self, request: Request) -> Response:
        """Return the JSON screen of the parameter ``persona``, by default the first persona."""
        person = self._engine.workspace.find_person(request.query_params.get("persona", ""))
        if person is None:
            person = self._engine.workspace.sample_practice.personas[0]
        return JSONResponse(self._engine.screen_view.render_screen(person))

    async def wait_for_change(self, request: Request) -> Response:
        """Long poll: respond when the workspace is newer than ``version``, or after a timeout.

        A missing or invalid parameter has the default -1, so that the response is immediate.
        """
        raw_version = request.query_params.get("version", "")
        version = int(raw_version) if raw_version.isdecimal() else -1
        newest = await self._engine.workspace.wait_for_change(version, _LONG_POLL_SECONDS)
        return JSONResponse({"version": newest})

    async def perform_action(self, request: Request) -> Response:
        """Dispatch the JSON body to the action ``act`` of ``persona``; on an error, status 400.

        The response's ``ok`` is false if a form was not submitted because required fields are
        empty. Notices about an earlier action are cleared, except by the actions that the page
        sends without a click.
        """
        arguments = await _read_json(request)
        person = self._engine.workspace.find_person(str(arguments.get("persona")))
        name = str(arguments.get("act"))
        action = PAGE_ACTIONS.get(name)
        if person is None or action is None:
            return _error_response("no_such_act")
        if name not in _AUTOMATIC_ACTIONS:
            self._engine.workspace.clear_notices(person.id)
        try:
            is_done = await action(self._engine, person, arguments)
        except ImpossibleActionError as impossible:
            return _error_response(str(impossible))
        except (KeyError, TypeError, AttributeError):
            return _error_response("malformed")
        return JSONResponse({"ok": is_done is not False})

    async def move_clock(self, request: Request) -> Response:
        """Move the simulated clock by the JSON body; on an invalid target, status 400."""
        arguments = await _read_json(request)
        engine = self._engine
        person = engine.workspace.find_person(str(arguments.get("persona", "")))
        try:
            await jump_clock(engine, arguments, person)
        except ClockError as clock_error:
            return _error_response(str(clock_error))
        except (KeyError, TypeError, ValueError):
            return _error_response("malformed")
        return JSONResponse({"ok": True, "now": engine.workspace.clock.now().isoformat()})

    async def serve_response_url(self, request: Request) -> Response:
        """Pass the JSON body to the response handler: ``ok``, or a JSON error with 404 or 400."""
        try:
            self._engine.response_handler.handle_response_url(
                request.path_params["end"], await _read_json(request)
            )
        except ApiError as api_error:
            is_invalid_url = api_error.error.endswith("_url")
            body = {"ok": False, "error": api_error.error}
            return JSONResponse(body, 404 if is_invalid_url else _BAD_REQUEST)
        return Response("ok")


async def jump_clock(
    engine: SandboxEngine, arguments: Mapping[str, Any], person: Persona | None
) -> None:
    """Move the simulated clock by ``jump`` (a key) or to ``to`` (ISO 8601 with an offset).

    Valid keys of ``jump`` are ``checkin``, ``close``, ``day`` and ``week``. Raises KeyError,
    TypeError or ValueError for an invalid target, ClockError where the clock cannot move there.
    """
    if "to" in arguments:
        await engine.time_travel.jump_to(datetime.fromisoformat(arguments["to"]))
    elif arguments["jump"] == "checkin":
        await engine.time_travel.jump_to_checkin(person)
    elif arguments["jump"] == "close":
        people = [person] if person else list(engine.workspace.people.values())
        period_ends = map(engine.time_travel.next_period_end, people)
        await engine.time_travel.jump_to(min(end for end in period_ends if end))
    else:
        distance = timedelta(days=_JUMP_DAYS[arguments["jump"]])
        await engine.time_travel.jump_to(engine.workspace.clock.now() + distance)


async def _read_json(request: Request) -> Json:
    if "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


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
    """Return ``False``, without a request to the bot, while required fields are empty."""
    return await engine.persona_actions.submit_form(
        person, arguments["view"], arguments.get("state") or {}
    )


async def _mark_conversation_read(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    conversation = engine.persona_actions.resolve_conversation(person, arguments["channel"])
    newest = conversation.posts[-1].ts if conversation.posts else ""
    engine.workspace.read_markers.setdefault(person.id, {})[conversation.id] = newest
    engine.workspace.mark_changed()


async def _dismiss_notice(engine: SandboxEngine, person: Persona, arguments: Json) -> None:
    notices = engine.workspace.notices.get(person.id, [])
    engine.workspace.notices[person.id] = [
        notice for notice in notices if notice.id != arguments["notice"]
    ]
    engine.workspace.mark_changed()


def _adapt_persona_action(
    perform: Callable[[PersonaActions, Persona, Json], Awaitable[None]],
) -> "PageAction":
    """Adapt *perform* to the signature of a page action."""
    return lambda engine, person, arguments: perform(engine.persona_actions, person, arguments)


PageAction = Callable[[SandboxEngine, Persona, Json], Awaitable[bool | None]]

PAGE_ACTIONS: Mapping[str, PageAction] = {
    "say": _adapt_persona_action(
        lambda actions, person, arguments: actions.write_message(
            person, arguments["channel"], arguments["text"]
        )
    ),
    "command": _type_command,
    "press": _press_element,
    "change": _change_answer,
    "submit": _submit_form,
    "close": _adapt_persona_action(
        lambda actions, person, arguments: actions.close_form(person, arguments["view"])
    ),
    "home": _adapt_persona_action(
        lambda actions, person, arguments: actions.open_home(person, arguments.get("tab", "home"))
    ),
    "shortcut": _adapt_persona_action(
        lambda actions, person, arguments: actions.choose_shortcut(person, arguments["callback_id"])
    ),
    "read": _mark_conversation_read,
    "dismiss": _dismiss_notice,
}
"""Dispatch table of the page's actions, by the attribute ``act`` of the request body."""

_AUTOMATIC_ACTIONS = frozenset({"home", "read", "change", "dismiss"})
"""Names of actions that do not clear notices: the page sends them without a click, or for one."""
