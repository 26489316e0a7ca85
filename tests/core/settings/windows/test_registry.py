"""Policy out of a real registry, below a key of this test's own; runs on Windows and under Wine alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    import winreg

    from core import policy_places
    from core.errors import StateCorrupt
    from core.settings import load_layers, policy

KEY = r"Software\Dotlocal tests"


def put(below: str, name: str, kind: int, value: object) -> None:
    with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, f"{KEY}\\{below}", 0, winreg.KEY_WRITE) as key:
        winreg.SetValueEx(key, name, 0, kind, value)  # type: ignore[arg-type]


def forget(key: str) -> None:
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_READ) as opened:
        inner = [winreg.EnumKey(opened, number) for number in range(winreg.QueryInfoKey(opened)[0])]
    for name in inner:
        forget(f"{key}\\{name}")
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All three places below one key, and this user's in place of the machine's."""
    for module in (policy, policy_places):
        monkeypatch.setattr(module, "POLICIES", rf"{KEY}\Policies")
        monkeypatch.setattr(module, "RECOMMENDED", rf"{KEY}\Policies\Recommended")
        monkeypatch.setattr(module, "INSTALLER", rf"{KEY}\Installer")
    monkeypatch.setitem(policy_places.ROOTS, "HKLM", winreg.HKEY_CURRENT_USER)
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY)
    yield
    forget(KEY)


def test_nothing_there_is_nothing_in_force(tmp_path: Path) -> None:
    layers = load_layers(tmp_path)
    assert layers.settings.managed == frozenset()
    assert {source.kind for source in layers.sources if source.tree is not None} == set()


def test_values_of_every_kind_are_read(tmp_path: Path) -> None:
    put(r"Policies\network", "probe", winreg.REG_DWORD, 0)
    put(r"Policies\network", "probe_timeout_s", winreg.REG_SZ, "2.5")
    put(r"Policies\network", "probes_per_second", winreg.REG_DWORD, 7)
    put(r"Policies\network", "dns_servers", winreg.REG_MULTI_SZ, ["10.0.0.1", "10.0.0.2#5300"])
    put(r"Policies\network\never_probe", "1", winreg.REG_SZ, "plc01.local")
    put(r"Policies\network\never_probe", "2", winreg.REG_SZ, "plc02.local")
    put(r"Policies\Alerts", "Desktop", winreg.REG_DWORD, 0)
    put(r"Policies\Recommended\appearance", "theme", winreg.REG_SZ, "dark")
    layers = load_layers(tmp_path)
    network = layers.settings.network
    assert (network.probe, network.probe_timeout_s, network.probes_per_second) == (False, 2.5, 7.0)
    assert network.dns_servers == ("10.0.0.1", "10.0.0.2#5300")
    assert network.never_probe == ("plc01.local", "plc02.local")
    assert layers.settings.appearance.theme == "dark"
    assert layers.settings.alerts.desktop is False
    assert "appearance.theme" not in layers.settings.managed
    assert layers.unknown == ()


def test_the_installers_word_counts_until_a_policy_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[updates]\ncheck = true\n", encoding="utf-8")
    put(r"Installer\updates", "check", winreg.REG_DWORD, 0)
    assert load_layers(tmp_path).settings.updates.check is False
    put(r"Policies\updates", "check", winreg.REG_DWORD, 1)
    layers = load_layers(tmp_path)
    assert layers.settings.updates.check is True
    assert layers.origin("updates.check").kind == "policy"


def test_a_wrong_value_is_named_with_its_key(tmp_path: Path) -> None:
    put(r"Policies\network", "probe", winreg.REG_SZ, "no")
    with pytest.raises(StateCorrupt, match=r"Policies: network\.probe is not true or false"):
        load_layers(tmp_path)


def test_the_stamp_tells_that_something_was_written() -> None:
    before = policy_places.stamp()
    put(r"Policies\network", "probe", winreg.REG_DWORD, 0)
    after = policy_places.stamp()
    assert after != before
    put(r"Policies\network\never_probe", "1", winreg.REG_SZ, "plc01.local")
    assert policy_places.stamp() != after


def test_a_policy_that_is_written_anew_meanwhile_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(r"Policies\network", "probe", winreg.REG_DWORD, 0)
    read, codes = policy._values, [259, 1018, 2]

    def interrupted(opened: object, below: str, left_out: str) -> object:
        if codes and below:
            raise OSError(0, "gone", None, codes.pop())
        return read(opened, below, left_out)  # type: ignore[arg-type]

    monkeypatch.setattr(policy, "_values", interrupted)
    monkeypatch.setattr(policy, "PAUSE_S", 0)
    assert load_layers(tmp_path).settings.network.probe is False
    codes[:] = [259] * policy.TRIES
    with pytest.raises(StateCorrupt, match="Policies"):
        load_layers(tmp_path)
    codes[:] = [5]
    with pytest.raises(StateCorrupt):
        load_layers(tmp_path)
    assert codes == [], "what is denied is not asked for again"
