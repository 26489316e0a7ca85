"""Probes over 200 servers beside openssl s_client and sslyze, verdicts beside libraries: ratios of one run."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from OpenSSL import crypto

from core.app.verify_chain import given_clients, judge_given
from core.tls.certificate import forget_certificates
from tests.rigs.minting import NOW, mint, mint_ca

COUNT = 200
FIRST_PORT = 21_000
RIGS = Path(__file__).parents[1] / "rigs"
SSLYZE = Path(sys.prefix) / "sslyze/bin/python"
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve 200 chains, half P-256 and half RSA-2048, in a process of their own."""
    folder = tmp_path_factory.mktemp("servers")
    root = mint_ca()
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(4)]
    lines = []
    for number in range(COUNT):
        key = ec.generate_private_key(ec.SECP256R1()) if number % 2 else keys[number % 4]
        chain, private = mint("dev.local", root, names=("dev.local",), key=key).write(folder, str(number), root)
        lines.append(f"{FIRST_PORT + number} {chain} {private}\n")
    server = subprocess.Popen(
        [sys.executable, str(RIGS / "variant_server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("".join(lines).encode())
    server.stdin.close()
    assert server.stdout.readline() == b"{}\n"
    yield FIRST_PORT
    server.kill()
    server.wait()
    server.stdout.close()


def measured(*command: str) -> tuple[float, float, str]:
    """Return wall seconds, processor seconds with those of its children, and what it printed."""
    before, begun = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert done.returncode == 0, done.stderr[-2000:]
    return time.perf_counter() - begun, spent, done.stdout


def test_probes_beside_s_client_and_sslyze(servers: int) -> None:
    shell = (
        f"seq {servers} {servers + COUNT - 1} | xargs -P 50 -I@ sh -c "
        "'openssl s_client -connect 127.0.0.1:@ -servername dev.local -showcerts </dev/null 2>/dev/null"
        " | grep -c BEGIN' | grep -c 2"
    )
    runs = {
        "dotlocal": measured(sys.executable, "-m", "tests.bench.probing", str(servers), str(COUNT)),
        "openssl s_client": measured("sh", "-c", shell),
    }
    if SSLYZE.exists():
        runs["sslyze"] = measured(
            str(SSLYZE), str(Path(__file__).with_name("sslyze_scan.py")), str(servers), str(COUNT)
        )
    else:
        sys.stderr.write("\nsslyze is not here: its environment could not be made\n")
    wall, spent, _ = runs["dotlocal"]
    for name, (other_wall, other_spent, printed) in runs.items():
        assert int(printed.split()[-1]) == COUNT, (name, printed)
        sys.stderr.write(
            f"\n{name}: {COUNT / other_wall:.0f} probes/s, {1000 * other_spent / COUNT:.1f} ms of processor a probe; "
            f"{other_wall / wall:.1f} times our time, {other_spent / spent:.1f} times our processor"
        )
    sys.stderr.write("\n(each with its program's start)\n")


def test_verdicts_beside_the_libraries() -> None:
    root = mint_ca(path_length=1)
    issuing = mint_ca("Issuing", root, path_length=0)
    leaf = mint("dev01.local", issuing, names=("dev01.local",), ca=None)
    chain = [leaf.der, issuing.der]
    clients = given_clients(["chromium", "firefox", "openssl", "java", "webpki"], [root.der])
    store = verification.Store([root.certificate])
    subject = x509.DNSName("dev01.local")

    def ours() -> None:
        forget_certificates()
        judge_given(chain, "dev01.local", clients, NOW)

    def by_cryptography() -> None:
        certificates = [x509.load_der_x509_certificate(der) for der in chain]
        verifier = verification.PolicyBuilder().store(store).time(NOW).build_server_verifier(subject)
        verifier.verify(certificates[0], certificates[1:])

    def by_pyopenssl() -> None:
        trusted = crypto.X509Store()
        trusted.add_cert(crypto.X509.from_cryptography(root.certificate))
        trusted.set_time(NOW)
        loaded = [crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in chain]
        crypto.X509StoreContext(trusted, loaded[0], loaded[1:]).verify_certificate()

    rates = {
        "dotlocal, five clients with every reason": 5 * per_second(ours),
        "cryptography, one verdict, first reason": per_second(by_cryptography),
        "pyOpenSSL, the path alone": per_second(by_pyopenssl),
    }
    own = next(iter(rates.values()))
    for name, rate in rates.items():
        sys.stderr.write(f"\n{name}: {rate:.0f} verdicts/s of processor time on one core, {rate / own:.2f} of ours")
    sys.stderr.write("\n")


def per_second(call: Callable[[], None], rounds: int = 200) -> float:
    call()
    begun = time.process_time()
    for _ in range(rounds):
        call()
    return rounds / (time.process_time() - begun)
