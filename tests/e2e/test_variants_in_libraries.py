"""Java's own trust manager and the `openssl` command judge every generated variant; our predictions against theirs."""

import base64
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.app.verify_chain import given_clients, judge_given
from core.model.certificate import pem_of
from core.tls.hostnames import as_written
from tests.rigs.variants import Variant, variants

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
JUDGE = Path(__file__).parents[1] / "rigs/JavaJudge.java"
INSIDE = "--add-exports=java.base/sun.security.util=ALL-UNNAMED"
LAX = "Java reads past what DER forbids; we refuse a certificate that we cannot read"
EXPLAINED = {
    ("java", f"{target}-{fault}"): LAX for target in ("leaf", "inter", "root")
    for fault in ("serial-not-shortest", "trailing-in-tbs")
}  # fmt: skip


def by_java(made: list[Variant]) -> list[str]:
    lines = []
    for variant in made:
        octets = (variant.root, *variant.presented)
        lines.append(" ".join([host_of(variant), *(base64.b64encode(o).decode() for o in octets)]))
    text = "\n".join(lines) + "\n"
    done = subprocess.run(["java", INSIDE, str(JUDGE)], input=text, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def by_openssl(made: list[Variant], folder: Path) -> list[str]:
    return [_one_by_openssl(variant, folder) for variant in made]


def _one_by_openssl(variant: Variant, folder: Path) -> str:
    root, leaf, others = (folder / name for name in ("root", "leaf", "others"))
    root.write_text(pem_of(variant.root))
    leaf.write_text(pem_of(variant.presented[0]))
    others.write_text("".join(map(pem_of, variant.presented[1:])))
    host = host_of(variant)
    command = [
        "openssl", "verify", "-purpose", "sslserver", "-auth_level", "2", "-no-CApath", "-no-CAstore",
        "-verify_ip" if ":" in host or host[0].isdigit() else "-verify_hostname", host, "-CAfile", str(root),
    ]  # fmt: skip
    untrusted = ["-untrusted", str(others)] if variant.presented[1:] else []
    done = subprocess.run([*command, *untrusted, str(leaf)], capture_output=True, text=True, check=False)
    return "trusted" if done.returncode == 0 else done.stderr.replace("\n", " ")


def host_of(variant: Variant) -> str:
    return as_written(variant.name.strip("[]")) + ("." if variant.name.endswith(".") else "")


def test_java_and_openssl_judge_generated_variants_as_predicted(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    made = list(variants(now))
    unexplained = []
    for client, answers in (("java", by_java(made)), ("openssl", by_openssl(made, tmp_path))):
        agreed = 0
        for variant, answer in zip(made, answers, strict=True):
            (verdict,) = judge_given(
                variant.presented, host_of(variant), given_clients([client], [variant.root]), now
            ).verdicts
            agreed += verdict.trusted == (answer == "trusted")
            if verdict.trusted != (answer == "trusted"):
                why = EXPLAINED.get((client, variant.id), "NOT EXPLAINED")
                sys.stderr.write(f"\n  {client} {variant.id}: {answer[:120]}; predicted {verdict.trusted}; {why}")
                if (client, variant.id) not in EXPLAINED:
                    unexplained.append((client, variant.id, answer, [r.code for r in verdict.reasons]))
        sys.stderr.write(f"\n{client}: {agreed} of {len(made)} variants as predicted\n")
        assert answers.count("trusted") >= 100
    assert unexplained == []
