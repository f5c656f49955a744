import asyncio
import threading

import pytest

from bot.chat.msteams.adapter import Access, Account, account
from bot.chat.msteams.outbound.access_token import NoTokenError, Tokens
from bot.chat.msteams.outbound.error_codes import outcome
from bot.chat.msteams.sdk import ClientCredentials, ManagedIdentityCredentials
from bot.conversation import Fate
from tests.chat.msteams.microsoft import CLIENT, TENANT, Microsoft

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


def tokens(*answers: str | Exception) -> tuple[Tokens, _Asked]:
    """Return tokens that are given as a test says."""
    made = Tokens(ClientCredentials(client_id="x", client_secret="y"))
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

    with pytest.raises(NoTokenError) as refused:
        await given.get_app_token(SCOPE, None)

    assert outcome(refused.value).fate is Fate.WAIT
    assert await given.get_app_token(SCOPE, None) == "second"


@pytest.mark.parametrize("status", [200, 500])
async def test_an_operator_is_told_what_microsoft_gives(ms: Microsoft, status: int) -> None:
    """Before the first start it is known whether keys can be fetched and a token is given."""
    ms.keys_status = status
    access = Access(CLIENT, frozenset({TENANT}), metadata=ms.metadata)

    assert await account(access) == Account(keys=status == 200, token=True)


@pytest.mark.parametrize(
    ("secret", "kind"), [("s", ClientCredentials), ("", ManagedIdentityCredentials)]
)
def test_without_a_secret_the_machines_identity_speaks(secret: str, kind: type) -> None:
    """A registration's secret is used where there is one, and never shown."""
    access = Access(CLIENT, frozenset({TENANT}), tenant_id=TENANT, secret=secret)

    assert isinstance(access.credentials(), kind)
    assert isinstance(access.tokens(), Tokens)
    assert "planted" not in repr(access)
