"""Teams' guard and parsers, in the bot's own ASGI application with a store and real handlers."""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.chat.msteams.action_data import Action, CardContext, CardSurface, pack_action_data
from bot.conversation import RequestStep
from tests.chat.conftest import PERSON_NAMES, open_teams
from tests.chat.msteams import activities, microsoft
from tests.chat.on_teams import TeamsProduct
from tests.chat.route_walk import (
    BUTTON_CASES,
    FORM_CASES,
    Probe,
    list_typed_commands,
    load_team_id,
)
from tests.fuzz import hostile, mutations
from tests.fuzz.http_sample import HttpSample, classify_response, fill_placeholders, send_sample
from tests.fuzz.target import Execute

ENDPOINT_PATH = "/api/messages"
PEOPLE = tuple(str(uuid5(NAMESPACE_OID, name)) for name in PERSON_NAMES)
SENDERS = (PEOPLE[0], PEOPLE[-2], PEOPLE[-1], str(uuid5(NAMESPACE_OID, "external")))
CHANNEL = "19:northteam@thread.tacv2"
PROBE_IDS = {"team": hostile.TEAM_ID, "person": PEOPLE[1], "channel": CHANNEL}
FAR_FUTURE = 4_102_444_800
LOCAL_URLS = ("http://[", "https://[::1", "http://127.0.0.1:9", "//127.0.0.1", "http://127.0.0.1:x")
"""Service URLs that are malformed, or on this machine: none of them is looked up by name."""

Document = dict[str, Any]


def build_documents() -> list[Document]:
    """Return a valid activity of every kind and for every route, with placeholders."""
    url = hostile.PRODUCT_URL
    documents = [activities.build_message(url, name) for name in sorted(list_typed_commands())]
    documents += [
        activities.build_message(url, f"{hostile.CANARY} <at>Attune</at> hello"),
        activities.build_targeted_command(url, "rupture"),
        activities.build_mention(url, f"tip {hostile.CANARY}"),
        *(
            activities.build_installation_update(url, action, **parts)
            for action in ("add", "add-upgrade", "remove")
            for parts in ({}, activities.channel_parts(thread_id="1"))
        ),
        *_build_conversation_updates(url),
    ]
    for table, cases in (("buttons", BUTTON_CASES), ("forms", FORM_CASES)):
        for name, (_, probes) in cases.items():
            for probe in probes:
                documents += _build_invokes(url, table, name, probe)
    return [{**document, "id": f"f:{hostile.UNIQUE_ID}"} for document in documents]


class TeamsTarget:
    """Activities that are mutated, with a valid token, and requests with hostile tokens."""

    private_words = (hostile.CANARY, *PEOPLE, *SENDERS)

    @cached_property
    def samples(self) -> SearchStrategy[HttpSample]:
        """Mutated activities, mutated bodies, hostile tokens and requests without a valid one."""
        documents = build_documents()
        words = mutations.collect_words(documents)
        mutated_documents = mutations.mutate_documents(documents, words)
        return mutations.choose_weighted(
            (
                (8, _draw_activity(mutated_documents)),
                (2, _draw_proven_bytes(documents)),
                (2, _draw_hostile_token(documents)),
                (2, _draw_unproven(documents)),
            )
        )

    @contextmanager
    def open(self) -> Iterator[Execute[HttpSample]]:
        """Run the bot with a team on a stand-in of Microsoft's services."""
        with TemporaryDirectory(prefix="attune-fuzz-") as folder, asyncio.Runner() as runner:
            stack = AsyncExitStack()
            product = runner.run(stack.enter_async_context(open_teams(Path(folder))))
            ids = {
                hostile.TEAM_ID: runner.run(load_team_id(product)),
                hostile.PRODUCT_URL: product.ms.service_url,
            }
            numbers, token = count(), product.ms.sign_token()

            def execute(sample: HttpSample) -> str:
                values = ids | {hostile.UNIQUE_ID: str(next(numbers))}
                headers = dict(sample.headers)
                if sample.token:
                    headers["authorization"] = f"Bearer {_sign_parts(sample.token, values)}"
                elif sample.is_proven:
                    headers["authorization"] = f"Bearer {token}"
                return runner.run(_execute_sample(product, sample, values, headers))

            try:
                yield execute
            finally:
                runner.run(stack.aclose())


async def _execute_sample(
    product: TeamsProduct, sample: HttpSample, values: Mapping[str, str], headers: Mapping[str, str]
) -> str:
    """Send one request, wait for all that follows, and describe the response and the API calls."""
    product.ms.calls.clear()
    product.ms.event_order.clear()
    body = fill_placeholders(sample.body, values)
    response = await send_sample(product.bot.asgi, ENDPOINT_PATH, sample, body, headers)
    await product.bot.chat_adapters["msteams"].wait_for_background_tasks()
    await product.bot.request_middleware.wait_for_profile_lookups()
    methods = ",".join(
        dict.fromkeys(f"{call.method} {call.path.count('/')}" for call in product.ms.calls)
    )
    return f"{classify_response(response)} {methods}"


def _build_invokes(url: str, table: str, name: str, probe: Probe) -> list[Document]:
    """Return the invokes of a card in a chat and of a dialog that send *probe*."""
    is_form = table == "forms"
    step = RequestStep.SUBMITTED if is_form else RequestStep.REQUESTED
    action = Action(
        "forms" if is_form else "buttons", name, probe.data.format_map(PROBE_IDS), step=step
    )
    inputs = {
        field: ",".join(codes).format_map(PROBE_IDS) for field, codes in probe.answers.items()
    }
    documents = []
    for surface, build_activity in (
        (CardSurface.FORM if is_form else CardSurface.MESSAGE, activities.build_card_action),
        (CardSurface.DIALOG, activities.build_dialog_submission),
    ):
        context = CardContext(surface, f"k{hostile.UNIQUE_ID}", reopen_action=action)
        documents.append(build_activity(url, {**pack_action_data(action, context), **inputs}))
    context = CardContext(CardSurface.MESSAGE, f"k{hostile.UNIQUE_ID}")
    fetch_data = pack_action_data(Action("buttons", name, action.data), context)
    return [*documents, activities.build_dialog_fetch(url, fetch_data)]


def _build_conversation_updates(url: str) -> list[Document]:
    parts = activities.channel_parts(thread_id="1")
    bot = [{"id": f"28:{microsoft.CLIENT_ID}"}]
    return [
        {
            **activities.build_installation_update(url, **parts),
            "type": "conversationUpdate",
            "channelData": {**parts["channelData"], "eventType": event_type, "team": {"name": "N"}},
            "membersAdded": bot,
        }
        for event_type in ("channelDeleted", "channelRestored", "teamMemberAdded", "")
    ]


def _encode_document(document: object, sender: str) -> bytes:
    text = json.dumps(document)
    for fragment, replacement in hostile.JSON_FRAGMENTS.items():
        text = text.replace(fragment, replacement)
    return text.replace(activities.MARIE, sender).encode()


@st.composite
def _draw_activity(draw: DrawFn, documents: SearchStrategy[Any]) -> HttpSample:
    return HttpSample(_encode_document(draw(documents), draw(st.sampled_from(SENDERS))))


@st.composite
def _draw_proven_bytes(draw: DrawFn, documents: list[Document]) -> HttpSample:
    body = _encode_document(draw(st.sampled_from(documents)), SENDERS[0])
    return HttpSample(draw(mutations.mutate_bytes(body)))


_TOKEN_HEADER = {"alg": "RS256", "typ": "JWT", "kid": microsoft.KEY_ID}
_CLAIMS = {
    "iss": microsoft.ISSUER,
    "aud": microsoft.CLIENT_ID,
    "nbf": 0,
    "exp": FAR_FUTURE,
    "serviceurl": hostile.PRODUCT_URL,
}
_TOKEN_WORDS = (*_TOKEN_HEADER, *_CLAIMS, *LOCAL_URLS, "none", "HS256", "crit", "b64", "jku", "x5c")


@st.composite
def _draw_token(draw: DrawFn) -> tuple[str, str]:
    """Draw the JSON of a token's header and claims, of which one at least may be mutated."""
    header = draw(mutations.mutate_documents([_TOKEN_HEADER], _TOKEN_WORDS))
    claims = draw(mutations.mutate_documents([_CLAIMS], _TOKEN_WORDS))
    return json.dumps(header), json.dumps(claims)


@st.composite
def _draw_hostile_token(draw: DrawFn, documents: list[Document]) -> HttpSample:
    document = draw(st.sampled_from(documents))
    if draw(st.booleans()):
        document = {**document, "serviceUrl": draw(st.sampled_from(LOCAL_URLS))}
    return HttpSample(_encode_document(document, SENDERS[0]), token=draw(_draw_token()))


@st.composite
def _draw_unproven(draw: DrawFn, documents: list[Document]) -> HttpSample:
    """Draw a request whose token is absent, damaged, or signed with no key."""
    body = _encode_document(draw(st.sampled_from(documents)), SENDERS[0])
    header, claims = draw(_draw_token())
    token = f"{_encode_part(header)}.{_encode_part(claims)}.".encode()
    signature = draw(st.sampled_from((b"", b"c2lnbmF0dXJl", b"=", hostile.CANARY.encode())))
    damaged_token = draw(mutations.mutate_bytes(token + signature)).decode("latin-1")
    texts = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=30)
    scheme = draw(st.sampled_from(("Bearer ", "bearer ", "Basic ", "", "Bearer  ", "Bearer\t")))
    authorization = scheme + draw(st.one_of(st.just(damaged_token), texts))
    headers: dict[str, str] = {"authorization": authorization}
    if draw(st.booleans()):
        headers["content-length"] = draw(st.sampled_from(("", "-1", "9" * 400, "\xb2", "1")))
    if draw(st.booleans()):
        body = draw(mutations.mutate_bytes(body))
    method = draw(st.sampled_from(("POST", "POST", "POST", "GET", hostile.CANARY)))
    return HttpSample(body, tuple(headers.items()), method, is_proven=False)


def _sign_parts(parts: tuple[str, str], values: Mapping[str, str]) -> str:
    header, claims = (
        _encode_part(fill_placeholders(part.encode(), values).decode()) for part in parts
    )
    signature = _sign_text(f"{header}.{claims}")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@cache
def _sign_text(text: str) -> bytes:
    return microsoft.get_private_key().sign(text.encode(), PKCS1v15(), SHA256())


def _encode_part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
