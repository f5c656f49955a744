import asyncio
import threading

import pytest

from bot.chat.msteams.adapter import AccessSettings, AccountCheck, check_account
from bot.chat.msteams.outbound.access_token import AppTokenCache, TokenUnavailableError
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.sdk import ClientCredentials, ManagedIdentityCredentials
from bot.conversation import SendStatus
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID, FakeMicrosoft

SCOPE = "https://api.example/.default"


class _Asked:
    """Stands where Microsoft's library would ask the network."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.threads: list[threading.Thread] = []

    async def get_app_token(self, scope: str, tenant_id: str | None) -> str | None:
        self.threads.append(threading.current_thread())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer or None


def tokens(*answers: str | Exception) -> tuple[AppTokenCache, _Asked]:
    """Return tokens that are given as a test says."""
    made = AppTokenCache(ClientCredentials(client_id="x", client_secret="y"))
    asked = _Asked(*answers)
    made._manager = asked  # type: ignore[assignment]  # the network is outside
    return made, asked


async def test_a_token_is_asked_for_once_and_beside_everything_else() -> None:
    """Several messages at once share one token, which is asked for on another thread."""
    given, asked = tokens("first")

    found = await asyncio.gather(*(given.get_app_token(SCOPE, None) for _ in range(5)))

    assert found == ["first"] * 5
    assert [one is threading.main_thread() for one in asked.threads] == [False]


@pytest.mark.parametrize("answer", [ValueError("invalid_client"), ""])
async def test_without_a_token_nothing_was_sent(answer: str | Exception) -> None:
    """When Microsoft gives none, the message is owed still, and the next one asks again."""
    given, _ = tokens(answer, "second")

    with pytest.raises(TokenUnavailableError) as refused:
        await given.get_app_token(SCOPE, None)

    assert classify_error(refused.value).status is SendStatus.RETRY_LATER
    assert await given.get_app_token(SCOPE, None) == "second"


@pytest.mark.parametrize("status", [200, 500])
async def test_an_operator_is_told_what_microsoft_gives(ms: FakeMicrosoft, status: int) -> None:
    """Before the first start it is known whether keys can be fetched and a token is given."""
    ms.keys_status = status
    access = AccessSettings(CLIENT_ID, frozenset({TENANT_ID}), openid_metadata_url=ms.metadata_url)

    assert await check_account(access) == AccountCheck(
        has_signing_keys=status == 200, has_token=True
    )


@pytest.mark.parametrize(
    ("secret", "kind"), [("s", ClientCredentials), ("", ManagedIdentityCredentials)]
)
def test_without_a_secret_the_machines_identity_speaks(secret: str, kind: type) -> None:
    """A registration's secret is used where there is one, and never shown."""
    access = AccessSettings(
        CLIENT_ID, frozenset({TENANT_ID}), tenant_id=TENANT_ID, client_secret=secret
    )

    assert isinstance(access.build_credentials(), kind)
    assert isinstance(access.create_token_provider(), AppTokenCache)
    assert "planted" not in repr(access)
