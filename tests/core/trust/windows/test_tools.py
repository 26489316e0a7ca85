"""Which distributions WSL has, from the registry: its program would ask whether to install it."""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    import winreg

    from core.trust import tools

KEY = r"Software\Dotlocal tests\Lxss"


def test_the_distributions_of_this_user_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "WSL", KEY)
    assert list(tools._wsl(Path("root.pem"))) == []
    identities = {"{0}": "", "{1}": "Ubuntu-24.04", "{2}": "Debian", "{3}": "odd & calc"}
    try:
        for identity, name in identities.items():
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{KEY}\{identity}") as key:
                if name:  # one without a name is being removed
                    winreg.SetValueEx(key, "DistributionName", 0, winreg.REG_SZ, name)
        sights = list(tools._wsl(Path("root.pem")))
        assert [sight.label for sight in sights] == ["WSL, Debian", "WSL, Ubuntu-24.04"]
        assert "wsl -d Ubuntu-24.04 -- sudo update-ca-certificates" in sights[1].command
    finally:
        for identity in identities:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, rf"{KEY}\{identity}")
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, KEY)
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, r"Software\Dotlocal tests")
