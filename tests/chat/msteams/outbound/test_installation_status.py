"""Microsoft does not report whether a tenant has the app."""

from bot.outlet import InstallationStatus
from tests.chat.msteams.testbed import MARIE_PERSON, AdapterBench


async def test_no_tenant_is_ever_proved_to_be_removed(bench: AdapterBench) -> None:
    """So no tenant is purged but by the operator's command, and nothing is requested."""
    status = await bench.adapter.outlet.check_installation(MARIE_PERSON.workspace)

    assert status is InstallationStatus.UNKNOWN
