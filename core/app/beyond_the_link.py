"""Open what is seen without multicast, as the settings have it."""

from core.discovery.beyond import BeyondTheLink
from core.model.by_hand import parse_by_hand
from core.settings import NetworkSettings


def open_beyond(settings: NetworkSettings) -> BeyondTheLink:
    """Return the sources beyond the link; without probing nothing is connected to."""
    by_hand = tuple(entry for text in settings.devices if (entry := parse_by_hand(text)) is not None)
    never = {host.lower().rstrip(".") for host in settings.never_probe}
    return BeyondTheLink(
        by_hand, settings.browse_domains, settings.dns_servers, search=settings.browse_search_domains,
        look=lambda host: settings.probe and host not in never,
    )  # fmt: skip
