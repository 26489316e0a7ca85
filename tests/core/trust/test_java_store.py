"""Java key stores by each Java's own keytool, and its own trust manager as the judge: copies of a real JDK."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreUnavailable
from core.model.plan import Action
from core.trust.backends.java import jdks, jks, keystore
from core.trust.backends.java.store import JavaStore
from core.trust.store import Root, TrustStore
from tests.contracts.trust_store_contract import TrustStoreContract
from tests.rigs.minting import mint_ca


def real_java() -> Path:
    program = shutil.which("keytool")
    assert program, "a Java is installed by the set-up"
    return Path(os.path.realpath(program)).parent.parent


def fake_home(folder: Path, name: str, *, kind: str = "pkcs12") -> Path:
    """Make a Java of its own: the real one's programs, and a key store that is no link to the system's."""
    home = folder / name
    (home / "lib/security").mkdir(parents=True)
    (home / "bin").symlink_to(real_java() / "bin")
    (home / "release").write_text('IMPLEMENTOR="Test Maker"\nJAVA_VERSION="21.0.3"\n')
    other = mint_ca("Somebody Else's Root")
    chain, _ = other.write(folder, f"{name}-other")
    keytool(home, "-importcert", "-noprompt", "-alias", "somebody", "-file", str(chain), "-storetype", kind)
    return home


def keytool(home: Path, *arguments: str) -> str:
    store = home / "lib/security/cacerts"
    command = [str(home / "bin/keytool"), *arguments, "-keystore", str(store), "-storepass", "changeit"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def only(home: Path) -> jdks.Jdk:
    [found] = jdks.find(home.parent / "nobody", "", (home,))
    return found


class _JavaContract(TrustStoreContract):
    kind: str

    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], TrustStore]:
        home = fake_home(tmp_path, f"jdk-{self.kind}", kind=self.kind)
        return lambda: JavaStore(only(home))


class TestJavaWithPkcs12(_JavaContract):
    kind = "pkcs12"


class TestJavaWithJks(_JavaContract):
    kind = "jks"


def root() -> Root:
    return Root.from_bytes(mint_ca("For Java").der, "test")


def test_every_jdk_is_found_and_each_key_store_once(tmp_path: Path) -> None:
    one, other = fake_home(tmp_path, "jdk-17"), fake_home(tmp_path, "jdk-21")
    (tmp_path / "default-java").symlink_to(one)
    (tmp_path / "user/.sdkman/candidates/java").mkdir(parents=True)
    fake_home(tmp_path / "user/.sdkman/candidates/java", "25.0-tem")
    found = jdks.find(tmp_path / "user", str(other), (one, tmp_path / "default-java", other))
    assert [jdk.id for jdk in found[:2]] == ["java:jdk-17", "java:jdk-21"]
    assert found[2].id.startswith("java:25.0-tem@")
    assert len(found) == 3
    assert found[0].label == "Java 21 (Test Maker)"


def test_the_distributions_generated_store_is_shown_and_never_written(tmp_path: Path) -> None:
    generated = [jdk for jdk in jdks.machine_wide() if jdk.generated]
    assert generated, "Debian links every packaged Java to the store that its hook makes"
    store = JavaStore(generated[0])
    wanted = root()
    assert (store.id, store.follows) == ("java:system", "os")
    before = generated[0].key_store.stat().st_mtime_ns
    assert store.plan(Action.INSTALL, wanted).steps == ()
    store.install(wanted)
    assert generated[0].key_store.stat().st_mtime_ns == before
    assert store.probe(wanted).installed is False


def test_entries_of_others_keep_their_place_and_a_foreign_alias_is_found(tmp_path: Path) -> None:
    home = fake_home(tmp_path, "jdk")
    wanted = root()
    (tmp_path / "root.pem").write_bytes(wanted.pem)
    before = keytool(home, "-list")
    keytool(home, "-importcert", "-noprompt", "-alias", "mkcert (old)", "-file", str(tmp_path / "root.pem"))
    store = JavaStore(only(home))
    kept = store.snapshot(wanted)
    assert kept["aliases"] == ["mkcert (old)"]
    store.remove(wanted)
    assert keytool(home, "-list") == before
    store.restore(wanted, kept)
    assert store.snapshot(wanted) == kept


def test_owner_and_mode_stay_and_nothing_is_left_beside_the_store(tmp_path: Path) -> None:
    home = fake_home(tmp_path, "jdk")
    file = home / "lib/security/cacerts"
    file.chmod(0o640)
    (file.parent / ".dotlocal-cacerts-old").write_text("left by a change that was cut off")
    JavaStore(only(home)).install(root())
    assert file.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in file.parent.iterdir()] == ["cacerts"]


def test_a_store_with_a_password_of_its_own_is_said_so(tmp_path: Path) -> None:
    home = fake_home(tmp_path, "jdk", kind="jks")
    keytool(home, "-storepasswd", "-new", "another")
    state = JavaStore(only(home)).probe(root())
    assert (state.available, state.reason) == (False, "keystore-password")


def test_a_broken_store_is_a_reason_in_the_row_and_stays_as_it_is(tmp_path: Path) -> None:
    home = fake_home(tmp_path, "jdk")
    file = home / "lib/security/cacerts"
    file.write_bytes(b"not a key store" * 100)
    store = JavaStore(only(home))
    assert store.probe(root()).available is False
    with pytest.raises(StoreUnavailable):
        store.install(root())
    assert file.read_bytes() == b"not a key store" * 100


def test_the_compiled_class_is_what_its_source_says(tmp_path: Path) -> None:
    """Compiled anew, the program gives the same answers: the class beside the source is no stranger."""
    resources = Path(__file__).resolve().parents[3] / "resources/java"
    compiler = real_java() / "bin/javac"
    assert compiler.exists(), "the set-up installs a JDK, which has a compiler"
    subprocess.run([str(compiler), "--release", "8", "-g:none", "-Xlint:-options", "-d", str(tmp_path),
                    str(resources / "Verify.java")], check=True)  # fmt: skip
    names = [subprocess.run(["javap", "-p", "-c", "-cp", str(folder), "Verify"], check=True, capture_output=True,
                            text=True).stdout for folder in (resources, tmp_path)]  # fmt: skip
    assert names[0] == names[1]


def test_a_jks_store_reads_without_a_java_as_keytool_reads_it(tmp_path: Path) -> None:
    home = fake_home(tmp_path, "jdk", kind="jks")
    file = home / "lib/security/cacerts"
    for store in (file, *(jdk.key_store for jdk in jdks.machine_wide() if jdk.generated)):
        read = jks.trusted_certificates(store.read_bytes(), keystore.PASSWORD)
        assert read is not None
        assert sorted(read) == sorted(keystore._list(only(home), store))


@given(cut=st.integers(0, 60), garbage=st.binary(max_size=60))
def test_what_is_no_whole_jks_store_is_left_to_keytool(cut: int, garbage: bytes) -> None:
    body = b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\2\0\1a" + bytes(8) + b"\0\5X.509\0\0\0\3abc"
    content = body[:cut] if cut < len(body) else body + garbage  # cut and filled up it may be a whole store again
    sealed = hashlib.sha1("changeit".encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()  # noqa: S324
    read = jks.trusted_certificates(content + sealed, "changeit")
    assert read == (("a", b"abc"),) if content == body else read is None or read == ()
    assert jks.trusted_certificates(body + bytes(20), "changeit") is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_store_that_may_not_be_written_asks_for_an_administrator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fake_home(tmp_path, "jdk")
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr("core.trust.elevation.is_administrator", lambda: False)
    store = JavaStore(only(home))
    plan = store.plan(Action.INSTALL, root())
    assert (store.needs_elevation, plan.needs_elevation) == (True, True)
    assert "administrator" in plan.prompt
    assert keystore.alias_of("a" * 64) == "dotlocal-aaaaaaaaaaaaaaaa"
