"""The child process that is the sample floor: an authority of its own, real TLS servers, real mDNS responders.

It reads one JSON line (`folder`, `passphrase`) on stdin, prints one when it is up, and ends when stdin closes.
"""

import asyncio
import json
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from core.app.sample import servers
from core.app.sample.certificates import SampleMint
from core.app.sample.devices import DEVICES, SITE_NAME, SampleDevice
from core.authority import authority, keys, profiles
from core.clock import utc_now
from core.secrets import SessionPassphrase

LOOPBACK = "127.0.0.1"
RESTLESS_S = 12.0


async def run(folder: Path, passphrase: str) -> None:
    """Serve and announce until stdin closes."""
    secret = SessionPassphrase(passphrase)
    made = authority.create(folder / "authority", SITE_NAME, profiles.Limits(), secret, utc_now())
    issuing = keys.unseal(made.folder / "issuing.p12", passphrase)
    mint = SampleMint(issuing, utc_now())
    network = AsyncZeroconf(interfaces=[LOOPBACK], ip_version=IPVersion.V4Only)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(network.async_close)
        for number, device in enumerate(DEVICES):
            address = _own_address(number)
            server, port = await servers.serve(device.shows, mint.credentials(device, address), address)
            stack.callback(server.close)
            infos = _announcements(device, address, port)
            await _register(network, infos)
            if device.restless:
                restless = asyncio.ensure_future(_come_and_go(network, infos))
                stack.callback(restless.cancel)
        sys.stdout.write(json.dumps({"ready": len(DEVICES)}) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


def _own_address(number: int) -> str:
    """Return an address of its own for each device where the system has all of 127/8 (Linux), else 127.0.0.1."""
    return f"127.0.20.{10 + number}" if sys.platform.startswith("linux") else LOOPBACK


def _announcements(device: SampleDevice, address: str, port: int) -> list[ServiceInfo]:
    plain_ports = {"_rtsp._tcp": 554, "_ssh._tcp": 22, "_smb._tcp": 445, "_mqtt._tcp": 1883, "_ipp._tcp": 631}
    kinds = {device.type: port, **{kind: plain_ports.get(kind, 5000) for kind in device.more_types}}
    return [
        ServiceInfo(
            f"{kind}.local.",
            f"{device.name}.{kind}.local.",
            addresses=[socket.inet_aton(address)],
            port=number,
            properties=dict(device.txt),
            server=f"{device.label}.local.",
        )
        for kind, number in kinds.items()
    ]


async def _register(network: AsyncZeroconf, infos: list[ServiceInfo]) -> None:
    for info in infos:
        await network.async_register_service(info, cooperating_responders=True)


async def _come_and_go(network: AsyncZeroconf, infos: list[ServiceInfo]) -> None:
    while True:
        await asyncio.sleep(RESTLESS_S)
        for info in infos:
            await network.async_unregister_service(info)
        await asyncio.sleep(RESTLESS_S / 2)
        await _register(network, infos)


def main() -> int:
    """Read the order from stdin and serve."""
    order = json.loads(sys.stdin.buffer.readline())
    asyncio.run(run(Path(order["folder"]), order["passphrase"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
