"""What was seen on the network that somebody should know of: a code, who it is about, and the evidence."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class FindingCode(Enum):
    """Closed set of what the engine tells of the network; `core.model.network_words` has the words."""

    TWO_SENDERS = "two-senders"
    NAME_GIVEN_UP = "name-given-up"
    SERVICE_REDIRECTED = "service-redirected"
    FOREIGN_GOODBYE = "foreign-goodbye"
    FLAPPING = "flapping"
    ONE_ADDRESS_TWO_MACS = "one-address-two-macs"
    OFF_LINK_SENDER = "off-link-sender"
    UNASKED_ANSWER = "unasked-answer"
    MALFORMED = "malformed-packets"
    FORBIDDEN_ADDRESS = "forbidden-address"
    ODD_NAME = "odd-name"
    ODD_TTL = "odd-ttl"
    SENDER_FLOODS = "sender-floods"
    SENDER_OVER_QUOTA = "sender-over-quota"
    SPEAKS_FOR_MANY = "speaks-for-many"
    CANNOT_SEND = "cannot-send"
    CANNOT_SEND_AT_ALL = "cannot-send-at-all"
    PACKETS_DROPPED = "packets-dropped"
    PORT_TAKEN = "port-taken"
    NOT_HEARD = "own-query-not-heard"
    ONLY_UNICAST = "only-unicast-answers"
    ONLY_OTHERS = "only-others-heard"
    NOTHING_HEARD = "nothing-heard"
    STOPPED = "discovery-stopped"
    INTERFACE_GONE = "interface-gone"


class Weight(Enum):
    """How much a finding matters: a sign of harm, something to look at, something to know."""

    ALARM = "alarm"
    NOTICE = "notice"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sender's part: its address, its MAC address where the system knows it, what it said, and when last."""

    sender: str
    said: str
    at: datetime | None = None
    mac: str = ""


@dataclass(frozen=True, slots=True)
class NetworkFinding:
    """One finding. `subject` is a name, a sender or an interface; `facts` fill the sentence."""

    code: FindingCode
    weight: Weight
    subject: str
    interface: str
    at: datetime
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    over: bool = False
    """It was told before and does not hold any more."""


class Findings:
    """Findings that are not over, oldest first, up to a number: hints make room first, alarms last."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._held: dict[tuple[FindingCode, str, str], NetworkFinding] = {}

    def take(self, finding: NetworkFinding) -> None:
        """Take a finding in, or out where it is over."""
        self.drop(finding)
        if not finding.over:
            self._held[finding.code, finding.subject, finding.interface] = finding
            while len(self._held) > self._most:
                self.drop(min(self._held.values(), key=lambda held: _KEPT[held.weight]))

    def drop(self, finding: NetworkFinding) -> None:
        """Forget a finding of this code, subject and interface."""
        self._held.pop((finding.code, finding.subject, finding.interface), None)

    def all(self) -> tuple[NetworkFinding, ...]:
        """Return what is held."""
        return tuple(self._held.values())


_KEPT = {Weight.HINT: 0, Weight.NOTICE: 1, Weight.ALARM: 2}
