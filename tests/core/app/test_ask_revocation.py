"""Lists and status services are asked over real http; what they say is believed only if the issuer signed it."""

import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from core.app import ask_revocation
from core.app.ask_revocation import ask
from core.model.verdict import PathLink
from core.tls import parse
from core.tls.certificate import parse_certificate
from core.tls.revocation import revocation_findings
from tests.core.tls.test_revocation import made_by
from tests.rigs.minting import NOW, Minted, mint, mint_ca

ROOT = mint_ca()
ISSUING = mint_ca("Issuing", ROOT)


class Service:
    """Answers GET with a list and POST with a status; counts what it was asked."""

    def __init__(self) -> None:
        self.list, self.status, self.asked = b"", b"", 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self, outer.list)

            def do_POST(self) -> None:
                ocsp.load_der_ocsp_request(self.rfile.read(int(self.headers["Content-Length"])))
                outer.answer(self, outer.status)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"http://127.0.0.1:{self.server.server_port}/x"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def answer(self, handler: http.server.BaseHTTPRequestHandler, octets: bytes) -> None:
        self.asked += 1
        handler.send_response(200 if octets else 503)
        handler.send_header("Content-Length", str(len(octets)))
        handler.end_headers()
        handler.wfile.write(octets)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


def device(service: Service, *, lists: bool) -> Minted:
    place = x509.UniformResourceIdentifier(service.place)
    if lists:
        points = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
        return mint("dev01.local", ISSUING, extra=((points, False),))
    access = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])
    return mint("dev01.local", ISSUING, extra=((access, False),))


def status(leaf: Minted, signer: Minted, kind: ocsp.OCSPCertStatus, *, delegate: bool = False) -> bytes:
    when = NOW - timedelta(hours=1)
    revoked = kind is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf.certificate, ISSUING.certificate, hashes.SHA1(), kind, when, when + timedelta(days=1),  # noqa: S303
        when if revoked else None, x509.ReasonFlags.superseded if revoked else None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, signer.certificate)
    if delegate:
        builder = builder.certificates([signer.certificate])
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


async def told(leaf: Minted) -> list[tuple[str, int | None]]:
    links = [PathLink(parse.certificate_facts(m.der), "x", sent=True) for m in (leaf, ISSUING, ROOT)]
    fetched = await ask(links)
    path = [parse_certificate(m.der) for m in (leaf, ISSUING, ROOT)]
    return [(f.reason.code, f.reason.link) for f in revocation_findings(path, fetched.lists, NOW, fetched.answers)]


async def test_a_list_is_fetched_and_believed(service: Service) -> None:
    leaf = device(service, lists=True)
    service.list = made_by(ISSUING, leaf)
    assert await told(leaf) == [("revoked", 0)]
    service.list = made_by(ISSUING)
    assert await told(leaf) == [("revocation-checked", 0)]


@pytest.mark.parametrize(
    ("kind", "code"), [(ocsp.OCSPCertStatus.GOOD, "revocation-checked"), (ocsp.OCSPCertStatus.REVOKED, "revoked")]
)
async def test_a_status_answer_of_the_issuer_is_believed(
    service: Service, kind: ocsp.OCSPCertStatus, code: str
) -> None:
    leaf = device(service, lists=False)
    service.status = status(leaf, ISSUING, kind)
    assert await told(leaf) == [(code, 0)]


async def test_an_answer_is_believed_from_a_delegate_and_from_no_other(service: Service) -> None:
    leaf = device(service, lists=False)
    delegate = mint("Responder", ISSUING, eku=(ExtendedKeyUsageOID.OCSP_SIGNING,))
    plain = mint("Plain", ISSUING)
    service.status = status(leaf, delegate, ocsp.OCSPCertStatus.GOOD, delegate=True)
    assert await told(leaf) == [("revocation-checked", 0)]
    service.status = status(leaf, plain, ocsp.OCSPCertStatus.GOOD, delegate=True)
    assert await told(leaf) == [("revocation-elsewhere", None)]
    service.status = status(leaf, ROOT, ocsp.OCSPCertStatus.GOOD)
    assert await told(leaf) == [("revocation-elsewhere", None)]


async def test_what_does_not_answer_is_said_to_be_unchecked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = device(service, lists=True)
    assert await told(leaf) == [("revocation-elsewhere", None)]
    monkeypatch.setattr(ask_revocation, "MOST_OCTETS", 10)
    service.list = made_by(ISSUING, leaf)
    assert await told(leaf) == [("revocation-elsewhere", None)]
    assert service.asked == 2
