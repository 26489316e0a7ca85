"""Find the address of one .local host by multicast DNS, where the system's resolver cannot."""

from zeroconf import AddressResolver, IPVersion
from zeroconf.asyncio import AsyncZeroconf

from core.discovery.interfaces import choose
from core.errors import NetworkUnavailable


async def resolve(host: str, interfaces: tuple[str, ...] = (), timeout_s: float = 3.0) -> tuple[str, ...]:
    """Return the addresses that a host announces, IPv4 first; empty if nobody answers in time.

    Raises: NetworkUnavailable, UnknownInterface.
    """
    listening = choose(interfaces)
    addresses = [str(n.ip) for i in listening for n in i.networks if n.version == 4]
    if not addresses:
        raise NetworkUnavailable("No interface has an IPv4 address.")
    try:
        network = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
    except OSError as error:
        raise NetworkUnavailable(f"Multicast DNS cannot be opened: {error.strerror or error}.") from error
    try:
        resolver = AddressResolver(host.rstrip(".") + ".")
        await resolver.async_request(network.zeroconf, timeout_s * 1000)
        return tuple(resolver.parsed_scoped_addresses())
    finally:
        await network.async_close()
