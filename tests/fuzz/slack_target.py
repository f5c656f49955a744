"""Slack's guard and parsers, in the bot's own ASGI application with a store and real handlers."""

import asyncio
import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.chat.conftest import PERSON_NAMES, open_slack
from tests.chat.on_slack import SlackProduct
from tests.chat.route_walk import (
    BUTTON_CASES,
    FORM_CASES,
    SHORTCUT_CASES,
    Probe,
    list_typed_commands,
    load_team_id,
)
from tests.chat.slack import payloads
from tests.fuzz import hostile, mutations
from tests.fuzz.http_sample import HttpSample, classify_response, fill_placeholders, send_sample
from tests.fuzz.target import Execute

ENDPOINT_PATH = "/slack/events"
PEOPLE = tuple(f"U0{name.upper()}" for name in PERSON_NAMES)
SENDERS = (PEOPLE[0], PEOPLE[-2], PEOPLE[-1], "U9EXTERNAL")
"""A clinician, the supervisor, a member on no list, and a person of another organisation."""

CHANNEL = "C1TEAM"
PROBE_IDS = {"team": hostile.TEAM_ID, "person": PEOPLE[1], "channel": CHANNEL}
SENDER = "U1MARIE"
"""The user id of the builders of payloads, which is replaced by one of the senders."""

_EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("app_home_opened", {}),
    ("user_change", {"user": {"id": PEOPLE[0], "locale": "fr-CA", "tz": "America/Toronto"}}),
    ("user_change", {"user": {"id": PEOPLE[0], "enterprise_user": {"teams": ["T1CLINIC"]}}}),
    ("app_uninstalled", {}),
    ("tokens_revoked", {"tokens": {"oauth": ["U1"], "bot": ["U2"]}}),
    ("member_joined_channel", {"user": "U0BOT", "channel": CHANNEL}),
    ("message", {"text": hostile.CANARY}),
)

_STATES: tuple[dict[str, Any], ...] = (
    {"type": "radio_buttons", "selected_option": {"value": "away"}},
    {"type": "static_select", "selected_option": {"value": "touched"}},
    {"type": "checkboxes", "selected_options": [{"value": "yes"}]},
    {"type": "timepicker", "selected_time": "08:30"},
    {"type": "datepicker", "selected_date": "2026-07-20"},
    {"type": "users_select", "selected_user": PEOPLE[1]},
    {"type": "multi_users_select", "selected_users": [PEOPLE[1], PEOPLE[2]]},
    {"type": "conversations_select", "selected_conversation": CHANNEL},
    {"type": "plain_text_input", "value": f"{hostile.CANARY} team"},
)


def build_documents() -> list[dict[str, Any]]:
    """Return a valid payload of every kind and for every route, with placeholders."""
    commands = [name.partition(" ") for name in sorted(list_typed_commands())]
    documents = [payloads.build_command(f"/{name}", words) for name, _, words in commands]
    documents.append(payloads.build_command("/rupture", f"{hostile.CANARY} yesterday"))
    documents += [payloads.build_shortcut(name) for name in SHORTCUT_CASES]
    for name, (_, probes) in BUTTON_CASES.items():
        documents += [
            payloads.build_button_press(name, probe.data.format_map(PROBE_IDS)) for probe in probes
        ]
    for name, (_, probes) in FORM_CASES.items():
        documents += [_build_submission(name, probe) for probe in probes]
        documents.append(payloads.build_view_closed(name))
    documents += _build_view_actions()
    for event_type, parts in _EVENTS:
        event = payloads.build_event(event_type, **parts)
        event["authorizations"] = [{"team_id": "T1CLINIC", "is_bot": True, "user_id": "U0BOT"}]
        documents.append({**event, "event_id": hostile.UNIQUE_ID, "event_time": 1_782_734_400})
    documents += [{"type": "url_verification", "challenge": "c"}, {"type": "app_rate_limited"}]
    return [_insert_placeholders(document) for document in documents]


def encode_payload(payload: object) -> tuple[bytes, str]:
    """Return body and content type of any payload, in the encoding of the kind that it has."""
    fields = payload if isinstance(payload, dict) else {}
    if "command" in fields:
        return urlencode(fields, errors="surrogatepass").encode(), payloads.FORM_TYPE
    text = json.dumps(payload)
    for fragment, replacement in hostile.JSON_FRAGMENTS.items():
        text = text.replace(fragment, replacement)
    if str(fields.get("type")) in {"event_callback", "url_verification", "app_rate_limited"}:
        return text.encode(), payloads.JSON_TYPE
    return urlencode({"payload": text}).encode(), payloads.FORM_TYPE


class SlackTarget:
    """Signed payloads that are mutated, and requests without a valid signature."""

    private_words = (hostile.CANARY, *(person.lower() for person in (*PEOPLE, *SENDERS)))

    @cached_property
    def samples(self) -> SearchStrategy[HttpSample]:
        """Mutated payloads, mutated bodies with a valid signature, and unsigned requests."""
        documents = build_documents()
        words = mutations.collect_words(documents)
        mutated_documents = mutations.mutate_documents(documents, words)
        return mutations.choose_weighted(
            (
                (8, _draw_payload(mutated_documents)),
                (2, _draw_signed_bytes(documents)),
                (2, _draw_unsigned(documents)),
            )
        )

    @contextmanager
    def open(self) -> Iterator[Execute[HttpSample]]:
        """Run the bot with a team on a stand-in of Slack."""
        with TemporaryDirectory(prefix="attune-fuzz-") as folder, asyncio.Runner() as runner:
            stack = AsyncExitStack()
            product = runner.run(stack.enter_async_context(open_slack(Path(folder))))
            ids = {
                hostile.TEAM_ID: runner.run(load_team_id(product)),
                hostile.PRODUCT_URL: product.api.response_url,
            }
            numbers = count()

            def execute(sample: HttpSample) -> str:
                unique_id = {hostile.UNIQUE_ID: f"9{next(numbers)}.1"}
                return runner.run(_execute_sample(product, sample, ids | unique_id))

            try:
                yield execute
            finally:
                runner.run(stack.aclose())


async def _execute_sample(product: SlackProduct, sample: HttpSample, ids: Mapping[str, str]) -> str:
    """Send one request, wait for all that follows, and describe the response and the API calls."""
    product.api.calls.clear()
    product.api.event_order.clear()
    body = fill_placeholders(sample.body, ids)
    headers = payloads.sign_headers(body) if sample.is_proven else {}
    response = await send_sample(
        product.bot.asgi, ENDPOINT_PATH, sample, body, headers | dict(sample.headers)
    )
    await product.bot.chat_adapters["slack"].wait_for_background_tasks()
    await product.bot.request_middleware.wait_for_profile_lookups()
    methods = ",".join(dict.fromkeys(product.api.called_methods()))
    return f"{classify_response(response)} {methods}"


def _build_submission(name: str, probe: Probe) -> dict[str, Any]:
    states = {
        field: {
            field: {"type": "checkboxes", "selected_options": [{"value": code} for code in codes]}
        }
        for field, codes in (
            (field, tuple(code.format_map(PROBE_IDS) for code in codes))
            for field, codes in probe.answers.items()
        )
    }
    return payloads.build_submission(
        name,
        private_metadata=probe.data.format_map(PROBE_IDS),
        state={"values": states},
        blocks=[{"type": "input", "block_id": field} for field in states],
    )


def _build_view_actions() -> list[dict[str, Any]]:
    """Return changed fields of a form, a fold that is opened, and buttons in views."""
    values = {f"f{number}": {f"f{number}": state} for number, state in enumerate(_STATES)}
    view = payloads.build_view("setup", state={"values": values}, private_metadata="new")
    home = payloads.build_home_tab()
    return [
        *(payloads.build_field_change(view, "practice", state) for state in _STATES),
        payloads.build_view_press(view, "unfold", "0"),
        payloads.build_view_press(home, "home.language", "fr"),
        payloads.build_view_press({**home, "app_installed_team_id": "T1CLINIC"}, "tip.next", "1"),
        payloads.build_submission("setup", state={"values": values}, private_metadata="new"),
    ]


def _insert_placeholders(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy whose ids differ for each execution, and whose replies reach the stand-in."""
    document = copy.deepcopy(document)
    if "response_url" in document:
        document["response_url"] = hostile.PRODUCT_URL
    if "trigger_id" in document:
        document["trigger_id"] = hostile.UNIQUE_ID
    if isinstance(document.get("view"), dict):
        document["view"]["id"] = f"V{hostile.UNIQUE_ID}"
    for action in document.get("actions", ()):
        action["action_ts"] = hostile.UNIQUE_ID
    return document


def _replace_sender(body: bytes, sender: str) -> bytes:
    return body.replace(SENDER.encode(), sender.encode())


@st.composite
def _draw_payload(draw: DrawFn, documents: SearchStrategy[Any]) -> HttpSample:
    body, content_type = encode_payload(draw(documents))
    body = _replace_sender(body, draw(st.sampled_from(SENDERS)))
    return HttpSample(body, (("content-type", content_type),))


@st.composite
def _draw_signed_bytes(draw: DrawFn, documents: list[dict[str, Any]]) -> HttpSample:
    """Draw a signed body with mutated bytes, none of which is part of a URL."""
    document = draw(st.sampled_from(documents))
    parts = {"response_url": ""} if "response_url" in document else {}
    body, content_type = encode_payload({**document, **parts})
    content_types = (content_type, payloads.JSON_TYPE, payloads.FORM_TYPE, "", "text/plain")
    headers = (("content-type", draw(st.sampled_from(content_types))),)
    return HttpSample(draw(mutations.mutate_bytes(_replace_sender(body, SENDERS[0]))), headers)


_HEADER_TEXTS = st.one_of(
    st.sampled_from(
        ("", "0", "-1", "nan", "1e400", "9" * 400, "9" * 5_000, "v0=", "v0=\xe9", hostile.CANARY)
    ),
    st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=30),
)
_HEADER_NAMES = (
    "x-slack-request-timestamp",
    "x-slack-signature",
    "content-type",
    "content-length",
    "x-slack-retry-num",
    "transfer-encoding",
)


@st.composite
def _draw_unsigned(draw: DrawFn, documents: list[dict[str, Any]]) -> HttpSample:
    """Draw a request with a wrong signature, or with hostile headers and any body."""
    body, content_type = encode_payload(draw(st.sampled_from(documents)))
    body = draw(st.one_of(st.binary(max_size=60), mutations.mutate_bytes(body)))
    headers = {"content-type": content_type}
    if draw(st.booleans()):
        headers |= payloads.sign_headers(b"another body", content_type)
    headers |= draw(st.dictionaries(st.sampled_from(_HEADER_NAMES), _HEADER_TEXTS))
    method = draw(st.sampled_from(("POST", "POST", "POST", "GET", "PUT", hostile.CANARY)))
    return HttpSample(body, tuple(headers.items()), method, is_proven=False)
