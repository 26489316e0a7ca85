"""A sweep finds TLS ports on real sockets, and refuses networks that are not one's own."""

from pathlib import Path

import pytest

from core.app.core import Core, CoreConfig
from core.app.sweep_subnet import swept_network
from core.errors import BadAddress
from core.secrets import SessionPassphrase
from core.settings import NetworkSettings, Settings
from core.trust.registry import Machine
from tests.rigs import odd_servers as odd
from tests.rigs.minting import mint


async def test_a_device_that_never_announces_itself_is_found_and_judged(tmp_path: Path) -> None:
    leaf = mint("quiet.local", names=("quiet.local",))
    settings = Settings(network=NetworkSettings(interfaces=("127.0.0.1",), browse_search_domains=False))
    machine = Machine.private(tmp_path / "home", "Test computer")
    async with (
        odd.serving(odd.stay, odd.tls_context(tmp_path, leaf)) as port, odd.serving(odd.silent) as mute,
        Core(CoreConfig(tmp_path / "state", settings, machine, SessionPassphrase("test"))) as core,
    ):  # fmt: skip
        found = await core.sweep("127.0.0.0/30", (port, mute), 200)
    # the whole of 127/8 is this computer, so 127.0.0.1 and 127.0.0.2 may both answer
    named = {f.judged.host for f in found if f.port == port}
    assert named == {"quiet.local"}
    assert {v.client for f in found if f.port == port for v in f.judged.verdicts} >= {"os"}
    assert all(not v.trusted for f in found for v in f.judged.verdicts)


@pytest.mark.parametrize("text", ["8.8.8.0/24", "10.0.0.0/8", "nonsense", "fe80::/64", "0.0.0.0/0"])
def test_only_small_private_networks_are_swept(text: str) -> None:
    with pytest.raises(BadAddress) as refused:
        swept_network(text)
    assert refused.value.hint
