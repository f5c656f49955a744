import asyncio
import json
import threading

import pytest

from bot.chat.msteams.adapter import AccessSettings, AccountCheck, check_account
from bot.chat.msteams.outbound.access_token import AppTokenCache, TokenUnavailableError
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.sdk import ClientCredentials, ManagedIdentityCredentials
from bot.conversation import SendStatus
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft

SCOPE = "https://api.example/.default"


class _FakeTokenManager:
    """Replaces Microsoft's token manager, which would use the network."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.threads: list[threading.Thread] = []

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str | None:
        self.threads.append(threading.current_thread())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer or None


def build_token_cache(*answers: str | Exception) -> tuple[AppTokenCache, _FakeTokenManager]:
    """Return a token cache, and its fake manager with planned answers."""
    token_cache = AppTokenCache(ClientCredentials(client_id="x", client_secret="y"))
    manager = _FakeTokenManager(*answers)
    token_cache._manager = manager  # type: ignore[assignment]  # the network is outside
    return token_cache, manager


async def test_concurrent_calls_share_one_token_request() -> None:
    """Concurrent calls share one token, which is requested in another thread."""
    token_cache, manager = build_token_cache("first")

    tokens = await asyncio.gather(*(token_cache.get_app_token(SCOPE, None) for _ in range(5)))

    assert tokens == ["first"] * 5
    assert [thread is threading.main_thread() for thread in manager.threads] == [False]


@pytest.mark.parametrize("answer", [ValueError("invalid_client"), ""])
async def test_a_missing_token_is_retried_later(answer: str | Exception) -> None:
    """Without a token the message is retried later, and the next call requests a token again."""
    token_cache, _ = build_token_cache(answer, "second")

    with pytest.raises(TokenUnavailableError) as error:
        await token_cache.get_app_token(SCOPE, None)

    assert classify_error(error.value).status is SendStatus.RETRY_LATER
    assert await token_cache.get_app_token(SCOPE, None) == "second"


@pytest.mark.parametrize(
    ("answer", "is_refusal"),
    [
        (ValueError("invalid_client"), True),
        ("", True),
        (ValueError("temporarily_unavailable"), False),
        (ConnectionError(), False),
        (TimeoutError(), False),
        (json.JSONDecodeError("no JSON", "<html>", 0), False),
        (RuntimeError("discovery failed"), False),
    ],
)
async def test_a_refused_token_is_told_from_no_answer(
    answer: str | Exception, *, is_refusal: bool
) -> None:
    """Only Microsoft's own refusal is one, and no error of the network or of a proxy."""
    token_cache, _ = build_token_cache(answer)

    with pytest.raises(TokenUnavailableError) as error:
        await token_cache.get_app_token(SCOPE, None)

    assert error.value.is_refusal is is_refusal


@pytest.mark.parametrize("status", [200, 500])
async def test_the_account_check_reports_keys_and_token(ms: FakeMicrosoft, status: int) -> None:
    """The check before the first start reports whether keys and a token are available."""
    ms.keys_status = status
    access = AccessSettings(CLIENT_ID, frozenset({TENANT_ID}), openid_metadata_url=ms.metadata_url)

    assert await check_account(access) == AccountCheck(
        has_signing_keys=status == 200, has_token=True
    )


@pytest.mark.parametrize(
    ("secret", "kind"), [("s", ClientCredentials), ("", ManagedIdentityCredentials)]
)
def test_credentials_default_to_the_managed_identity(secret: str, kind: type) -> None:
    """Without a client secret the managed identity is used; a secret appears in no repr."""
    access = AccessSettings(
        CLIENT_ID, frozenset({TENANT_ID}), tenant_id=TENANT_ID, client_secret=secret
    )

    assert isinstance(access.build_credentials(), kind)
    assert isinstance(access.create_token_provider(), AppTokenCache)
    assert "planted" not in repr(access)
