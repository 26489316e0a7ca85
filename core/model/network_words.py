"""The words of what was seen on the network: what happened, and what to do next; pure.

They say what was seen, not what somebody meant: everybody on a link can forge all that multicast DNS carries.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from core.model.network_finding import FindingCode, NetworkFinding
from core.model.reasons import LANGUAGES
from core.model.text import display
from core.paths import resources_folder


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with places for facts, and the next step."""

    sentence: str
    mend: str


_WORDS: dict[FindingCode, Words] = {
    FindingCode.TWO_SENDERS: Words(
        "Two senders claim the name {subject} ({record} record).",
        "Two devices may have the same name, one device may have two network interfaces, or somebody answers in its"
        " place. Compare the addresses below with the device itself, and its certificate with the one you know.",
    ),
    FindingCode.NAME_GIVEN_UP: Words(
        "Another sender claimed {subject}, and the device that had the name gave it up.",
        "The device goes on under another name. A newcomer should have chosen one (RFC 6762 section 9): find out what"
        " it is before you open anything by this name, and compare its certificate with the one you know.",
    ),
    FindingCode.SERVICE_REDIRECTED: Words(
        "A second sender says that {subject} is served elsewhere.",
        "Open the service only after its certificate is checked: a redirected service shows another key.",
    ),
    FindingCode.FOREIGN_GOODBYE: Words(
        "A sender said goodbye for {subject}, which still answers.",
        "The device stays in the list. Find out what the other sender is: a proxy that was misled, or somebody who"
        " wants it to disappear.",
    ),
    FindingCode.FLAPPING: Words(
        "{subject} changed back and forth {times} times within minutes.",
        "A device that restarts again and again, two devices with one name, or an address that two of them use."
        " Watch its power supply and look for the same name or address elsewhere.",
    ),
    FindingCode.ONE_ADDRESS_TWO_MACS: Words(
        "The address {subject} belongs to another network card than before.",
        "Two devices may use one address, or a device was exchanged. Compare the MAC addresses with their labels.",
    ),
    FindingCode.OFF_LINK_SENDER: Words(
        "{subject}, which is not on this network, sent an answer to this computer alone; it was not believed.",
        "Answers from other networks are no business of this one (RFC 6762 section 11). Find out who has this address.",
    ),
    FindingCode.UNASKED_ANSWER: Words(
        "{subject} sent an answer to this computer alone that nobody had asked for; it was not believed.",
        "A late answer or another program's. If it goes on, find out what the sender is.",
    ),
    FindingCode.MALFORMED: Words(
        "{subject} sends packets that break the rules: {why}.",
        "They were left out. Look for an update of the sender's software.",
    ),
    FindingCode.FORBIDDEN_ADDRESS: Words(
        "{subject} announces an address that no device can have.",
        "It was left out. The sender may announce before it has an address; look for an update of its software.",
    ),
    FindingCode.ODD_NAME: Words(
        "{subject}: a name that breaks the rules ({why}).",
        "Names are UTF-8 text of 1 to 63 octets without control characters, under .local (RFC 6763 section 4.1).",
    ),
    FindingCode.ODD_TTL: Words(
        "{subject} announces records for {seconds} seconds.",
        "120 seconds for addresses and services and 75 minutes for the rest are usual (RFC 6762 section 10); much less"
        " floods the network, much more keeps devices that are gone.",
    ),
    FindingCode.SENDER_FLOODS: Words(
        "{subject} sends more than 200 packets a second; one in ten is read.",
        "Other devices are not affected here. Find out what the sender is, or whether two reflectors feed each other.",
    ),
    FindingCode.SENDER_OVER_QUOTA: Words(
        "{subject} announces more than 2,000 names; the rest of them is not listed.",
        "A reflector for a large network may do that; a single device does not.",
    ),
    FindingCode.SPEAKS_FOR_MANY: Words(
        "{subject} speaks for {count} devices that have other addresses.",
        "A reflector, a sleep proxy or a border router: devices seen through it are marked. No harm by itself.",
    ),
    FindingCode.CANNOT_SEND: Words(
        "Nothing can be sent on {interface}: {error}.",
        "It is tried again by itself. Check the cable, the Wi-Fi and a VPN that takes all traffic.",
    ),
    FindingCode.CANNOT_SEND_AT_ALL: Words(
        "Nothing can be sent on any network: {error}.",
        "macOS: System Settings, Privacy & Security, Local Network: allow Dotlocal, then restart it. In a container:"
        " give it the host's network. Elsewhere: check cable, Wi-Fi and VPN.",
    ),
    FindingCode.PACKETS_DROPPED: Words(
        "This computer dropped {count} answers or more on {interface} for want of room; they are asked for again.",
        "On Linux the room can be made larger: sysctl net.core.rmem_max=4194304.",
    ),
    FindingCode.PORT_TAKEN: Words(
        "Another program keeps port 5353 for itself ({family} on {interface}); devices are asked in the old way.",
        "Announcements are not heard, so changes show within a minute. On Linux: disallow-other-stacks=no in"
        " avahi-daemon.conf.",
    ),
    FindingCode.NOT_HEARD: Words(
        "Our own question was not heard on {interface}.",
        "A firewall on this computer may stop multicast DNS. Windows: allow Dotlocal for private networks (UDP 5353"
        " in). firewalld: firewall-cmd --add-service=mdns.",
    ),
    FindingCode.ONLY_UNICAST: Words(
        "Answers to this computer alone arrive on {interface}, announcements do not.",
        "A firewall on this computer lets no multicast in. Windows: allow Dotlocal for private networks (UDP 5353 in).",
    ),
    FindingCode.ONLY_OTHERS: Words(
        "Others ask on {interface}, but nobody answers this computer.",
        "Outgoing multicast may be filtered, by a switch, an access point or a firewall.",
    ),
    FindingCode.NOTHING_HEARD: Words(
        "No device has answered on {interface}.",
        "There may be none. If there should be: an access point that isolates its clients, a switch that filters"
        " multicast (IGMP snooping without a querier), or a device on another network. Try its address directly.",
    ),
    FindingCode.STOPPED: Words(
        "Discovery stopped after repeated failures; what is listed is not followed any more.",
        "Restart Dotlocal, and please report this with the log.",
    ),
    FindingCode.INTERFACE_GONE: Words(
        "{interface} cannot be read any more: {error}.", "It is opened again once it is back."
    ),
}  # fmt: skip


EVIDENCE = {
    (True, True): "%1 said %2 at %3 UTC", (True, False): "%1 said %2, not heard again",
    (False, True): "%1 at %3 UTC", (False, False): "%1, not heard again",
}  # fmt: skip
"""What one sender did, by whether it said something and whether it is known when."""
_PLACE = re.compile("%[123]")


def sentence(finding: NetworkFinding, language: str = "en") -> str:
    """Return what happened, every name made visible; an unknown language gives English."""
    return _filled(_words(finding.code, language).sentence, finding)


def mend(finding: NetworkFinding, language: str = "en") -> str:
    """Return the next step."""
    return _filled(_words(finding.code, language).mend, finding)


def _words(code: FindingCode, language: str) -> Words:
    return translations(language).get(code.value) or _WORDS[code]


@lru_cache(maxsize=4)
def translations(language: str) -> dict[str, Words]:
    """Return the words of a language by code; none for English and for languages that there are none of."""
    file = resources_folder() / "i18n" / f"network.{language}.toml"
    if language not in LANGUAGES or language == "en":
        return {}
    held = tomllib.loads(file.read_text(encoding="utf-8"))
    return {code: Words(words["sentence"], words["mend"]) for code, words in held.items()}


def evidence_lines(finding: NetworkFinding, told: Callable[[str], str] = str) -> tuple[str, ...]:
    """Return one line a sender: its address, its MAC address where known, what it said, and when.

    `told` may translate the words between them; it never gets what a sender said.
    """
    lines = []
    for one in finding.evidence:
        mac = f" ({display(one.mac, 40)})" if one.mac else ""
        when = f"{one.at:%H:%M:%S}" if one.at is not None else ""
        places = {"%1": f"{display(one.sender)}{mac}", "%2": display(one.said), "%3": when}
        words = told(EVIDENCE[bool(one.said), one.at is not None])
        lines.append(_PLACE.sub(lambda match, places=places: places[match[0]], words))  # type: ignore[misc]
    return tuple(lines)


def _filled(template: str, finding: NetworkFinding) -> str:
    facts = {"subject": finding.subject, "interface": finding.interface, **dict(finding.facts)}
    text = template
    for key, value in facts.items():
        text = text.replace("{" + key + "}", display(value))
    return text
