"""Open what is seen without multicast, as the settings have it."""

from core.discovery.beyond import BeyondTheLink
from core.model.by_hand import parse_by_hand
from core.settings import NetworkSettings


def open_beyond(settings: NetworkSettings) -> BeyondTheLink:
    """Return the sources beyond the link; entries were read when the settings were."""
    by_hand = tuple(entry for text in settings.devices if (entry := parse_by_hand(text)) is not None)
    return BeyondTheLink(by_hand, settings.browse_domains, settings.dns_servers, search=settings.browse_search_domains)
