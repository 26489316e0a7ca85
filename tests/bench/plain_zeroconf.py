"""A plain python-zeroconf program, as its examples have it: a browser for each type, a request for each instance.

It learns its types from the enumeration. With `--one-browser` it is given the list of common types that Dotlocal asks
for and puts them all into one browser, which is the kindest case.
"""

import asyncio
import json
import sys

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from core.discovery.service_types import COMMON_TYPES

ENUMERATION = "_services._dns-sd._udp.local."


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def main(seconds: float, *, one_browser: bool) -> None:
    """Print a line for "listening" and for each service that was resolved."""
    network = AsyncZeroconf(ip_version=IPVersion.V4Only)
    await network.zeroconf.async_wait_for_start()
    known = set(COMMON_TYPES) if one_browser else set()
    browsers = []
    say(event="listening")
    async with asyncio.TaskGroup() as tasks:

        async def resolve(kind: str, name: str) -> None:
            info = AsyncServiceInfo(kind, name)
            while not await info.async_request(network.zeroconf, 3000):
                pass
            say(service=name)

        def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
            if state_change is not ServiceStateChange.Added:
                return
            if service_type == ENUMERATION:
                if name not in known:
                    known.add(name)
                    browsers.append(AsyncServiceBrowser(zeroconf, [name], handlers=[changed]))
                return
            tasks.create_task(resolve(service_type, name))

        browsers.append(AsyncServiceBrowser(network.zeroconf, [ENUMERATION, *sorted(known)], handlers=[changed]))
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), one_browser="--one-browser" in sys.argv))
