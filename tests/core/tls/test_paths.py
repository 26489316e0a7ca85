"""Paths are found in time however many certificates stand in the way, and every anchored one counts."""

import time

from cryptography.hazmat.primitives.asymmetric import ec

from core.tls.certificate import ParsedCertificate, parse_certificate
from core.tls.paths import SIGNATURE_BUDGET, PathBuilder, first_path
from tests.rigs.minting import NOW, Minted, mint, mint_ca

ROOT = mint_ca()
LEAF = mint("dev01.local", ROOT, names=("dev01.local",))


def read(*minted: Minted) -> list[ParsedCertificate]:
    return [parse_certificate(m.der) for m in minted]


def test_a_root_is_found_among_a_thousand_of_its_name() -> None:
    namesakes = read(*(mint_ca(key=ec.generate_private_key(ec.SECP256R1())) for _ in range(300)))
    search = PathBuilder(*read(LEAF), namesakes, read(ROOT)).search()
    assert [[c.sha256 for c in path] for path in search.paths] == [[c.sha256 for c in read(LEAF, ROOT)]]


def test_a_mesh_of_cas_that_sign_one_another_ends_in_time_and_finds_the_root() -> None:
    selfs = [mint_ca(f"M{n}") for n in range(12)]
    mesh = [mint_ca(f"M{i}", one, key=other.key) for i, other in enumerate(selfs) for one in selfs if one is not other]
    leaf = mint("dev01.local", selfs[0], names=("dev01.local",))
    begun = time.process_time()
    found = PathBuilder(*read(leaf), read(*mesh), read(selfs[5])).search()
    lost = PathBuilder(*read(leaf), read(*mesh), read(ROOT)).search()
    assert time.process_time() - begun < 4
    assert found.paths[0][-1] == read(selfs[5])[0]
    assert len(found.paths[0]) == 3
    assert lost.too_complex
    assert SIGNATURE_BUDGET == 100


def test_openssl_takes_the_first_issuer_that_fits_and_never_goes_back() -> None:
    issuing = mint_ca("Issuing", ROOT)
    expired = mint_ca("Issuing", ROOT, key=issuing.key, days=1)
    foreign = mint_ca("Issuing", mint_ca("Foreign"), key=issuing.key)
    leaf = mint("dev01.local", issuing, names=("dev01.local",))
    [first, good, bad, stray, root] = read(leaf, issuing, expired, foreign, ROOT)
    assert first_path(first, [bad, good], [root], NOW) == [first, good, root]
    assert first_path(first, [stray, good], [root], NOW) == [first, stray]
    assert len(PathBuilder(first, [stray, good], [root]).search().paths) == 1
