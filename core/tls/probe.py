"""Take the chain that a port presents, whatever is wrong with it, by a ladder of ever smaller hellos; judge nothing."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from core.clock import Clock, utc_now
from core.model.certificate import Certificate, Presented
from core.tls import parse
from core.tls.answer import AnswerReader, HelloRefused, NotTls
from core.tls.connect import connect
from core.tls.handshake import shake_hands
from core.tls.hello import ClientHello, Offer
from core.tls.hostnames import as_written
from core.tls.rung import HUNG_UP, MAX_BYTES, TOO_MUCH, OutOfTime, Rung, not_tls, read_until
from core.tls.starttls import PREFACES, NoStartTls

TOTAL_S = 6.0
HANDSHAKE_S = 3.0
UNHEARD_S = 2.0
MIN_RUNG_S = 0.3
AFTER_DEADLINE_S = 0.1
READ_FOR_SHOWING = 64
READ_AT_ONCE = 64 * 1024
Attempt = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes | None, float], Awaitable[Rung]]


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    attempt: Attempt
    named: bool = True


async def say_hello(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: bytes | None, deadline: float, *, offer: Offer
) -> Rung:
    """Say hello, read the answer up to the Certificate message and hang up: nothing is judged before it is kept.

    Raises: OutOfTime.
    """
    hello = ClientHello.of(offer, name)
    writer.write(hello.record())
    answer = AnswerReader(hello)
    total, first = 0, b""
    while not answer.finished:
        received = await read_until(reader, deadline, heard=bool(first))
        total += len(received)
        first = (first + received)[:64] if len(first) < 64 else first
        if not received or total > MAX_BYTES:
            return Rung(failure="handshake-refused", detail=TOO_MUCH if received else HUNG_UP)
        try:
            answer.feed(received)
        except NotTls:
            return await not_tls(reader, first)
        except HelloRefused as refused:
            return Rung(failure="handshake-refused", detail=str(refused))
        if answer.to_send:
            writer.write(answer.to_send)
            answer.to_send = b""
    seen = {"protocol": answer.protocol, "suite": answer.suite, "client_certificate": answer.client_certificate}
    if answer.chain:
        return Rung(answer.chain, **seen)  # type: ignore[arg-type]
    if answer.chain is None and not answer.without_certificate:
        return Rung(failure="handshake-refused", detail="what it encrypts cannot be read")
    return Rung(failure="no-certificate", detail=answer.without_certificate, final=True, **seen)  # type: ignore[arg-type]


def _hello(offer: Offer) -> Attempt:
    return partial(say_hello, offer=offer)


_LADDER = (
    _Step("handshake", shake_hands),
    _Step("hello 1.3", _hello(Offer.TLS13)),
    _Step("hello 1.2", _hello(Offer.TLS12)),
    _Step("hello 1.2 without name", _hello(Offer.TLS12), named=False),
    _Step("bare hello", _hello(Offer.BARE), named=False),
)
_WITHOUT_CERTIFICATES = _Step("hello without certificates", _hello(Offer.ANONYMOUS))


async def capture(
    host: str,
    address: str | Sequence[str],
    port: int,
    *,
    timeout_s: float = TOTAL_S,
    clock: Clock = utc_now,
    starttls: str = "",
) -> Presented:
    """Return what a port presents when asked for `host`; never raises for what the device does.

    Of several addresses the first that answers is used. `starttls` names the protocol that goes before TLS.
    """
    climb = _Climb(host, (address,) if isinstance(address, str) else tuple(address), port, timeout_s, starttls)
    rung = await climb.up()
    return Presented(
        host=host, address=climb.addresses[0], port=port, seen_at=clock(), chain=await _facts(rung.chain),
        protocol=rung.protocol, key_proved=rung.key_proved, failure=rung.failure, detail=rung.detail,
        tried=tuple(climb.tried), client_certificate=rung.client_certificate, suite=_suite(rung.suite),
        starttls=starttls,
    )  # fmt: skip


class _Climb:
    """One capture: the rungs one after the other, each on a connection of its own, within one deadline."""

    def __init__(self, host: str, addresses: tuple[str, ...], port: int, timeout_s: float, starttls: str) -> None:
        self._host, self.addresses, self._port = host, addresses, port
        self._name = server_name_for(host)
        self._timeout_s, self._starttls = timeout_s, starttls
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self.tried: list[str] = []
        self._may_want_no_certificate = False

    async def up(self) -> Rung:
        """Return the first rung that gives a chain or a final answer, else the last that says something."""
        last = Rung(failure="no-answer")
        heard = True
        for step in _LADDER:
            if step.label == "hello 1.3" and not heard:
                continue  # it said nothing at all: spend the time on a smaller hello
            if not step.named and self._name is None and step.label != "bare hello":
                continue
            rung = await self._try(step, HANDSHAKE_S if step.label == "handshake" else None, heard=heard)
            if rung is None:
                break
            heard = heard and rung.heard
            last = rung if rung.failure != "no-answer" or last.failure == "no-answer" else last
            if rung.chain or rung.final:
                return rung
        if last.failure == "handshake-refused" and self._may_want_no_certificate:
            rung = await self._try(_WITHOUT_CERTIFICATES, None, heard=True)
            if rung is not None and rung.failure == "no-certificate":
                return rung
        return replace(last, detail=f"{self._timeout_s:g}") if last.failure == "no-answer" else last

    async def _try(self, step: _Step, longest: float | None, *, heard: bool) -> Rung | None:
        """Return what a step gives, or None where too little time is left for it."""
        left = self._deadline - asyncio.get_running_loop().time()
        if left < MIN_RUNG_S:
            return None
        allowed = min(left, longest or left, left if heard else UNHEARD_S)
        rung = await self._attempt(step, self._name if step.named else None, allowed)
        self._may_want_no_certificate |= rung.detail in {"handshake_failure", HUNG_UP}
        outcome = rung.failure or f"{len(rung.chain)} certificates"
        self.tried.append(f"{step.label}: {outcome}{', ' + rung.detail if rung.detail else ''}")
        return rung

    async def _attempt(self, step: _Step, name: bytes | None, allowed: float) -> Rung:
        writer: asyncio.StreamWriter | None = None
        deadline = asyncio.get_running_loop().time() + allowed
        try:
            async with asyncio.timeout_at(deadline + AFTER_DEADLINE_S):
                opened = await connect(self.addresses, self._port)
                writer, self.addresses = opened.writer, (opened.address,)
                if self._starttls:
                    await PREFACES[self._starttls](opened.reader, opened.writer, self._host)
                return await step.attempt(opened.reader, opened.writer, name, deadline)
        except OutOfTime as late:
            return Rung(failure="no-answer", heard=late.heard)
        except TimeoutError:
            return Rung(failure="no-answer", heard=False)
        except ConnectionRefusedError:
            return Rung(failure="refused", final=True)
        except NoStartTls as refused:
            return Rung(failure="not-tls", detail=f"{self._starttls} without STARTTLS ({refused})", final=True)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return Rung(failure="handshake-refused", detail=HUNG_UP)
        except (OSError, UnicodeError, ValueError) as error:
            return Rung(failure="unreachable", detail=getattr(error, "strerror", None) or str(error), final=True)
        finally:
            if writer is not None:
                writer.transport.abort()


async def _facts(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """Read the certificates; a large chain off the loop, which has other devices to serve."""
    if len(chain) <= READ_FOR_SHOWING and sum(map(len, chain)) < READ_AT_ONCE:
        return tuple(map(parse.certificate_facts, chain))
    return await asyncio.to_thread(lambda: _read_first(chain))


def _read_first(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    rest = chain[READ_FOR_SHOWING:]
    return (*map(parse.certificate_facts, chain[:READ_FOR_SHOWING]), *map(parse.unread, rest))


def _suite(number: int | None) -> str:
    return "" if number is None else f"0x{number:04X}"


def server_name_for(host: str) -> bytes | None:
    """Return the name to send as SNI, or None for an address and for a name that SNI cannot carry."""
    name = host.rstrip(".")
    if _is_address(host) or not name or not name.isprintable():
        return None
    try:
        return as_written(name).encode("ascii")
    except UnicodeError:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
