"""Completions, asked for in the shells themselves."""

import shutil
import subprocess
from pathlib import Path

import pytest
from linux import completions

from core.model.authority import FORMATS
from core.model.reasons import REASONS


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    completions.write(folder)
    return folder


def bash(file: Path, line: str) -> set[str]:
    words = line.split(" ")
    script = (
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _dotlocal; printf "%s\\n" "${COMPREPLY[@]}"; '
        "complete -p dotlocal >&2"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", str(file), *words], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "complete -o default -F _dotlocal dotlocal"
    return set(done.stdout.split())


def zsh(file: Path, line: str) -> set[str]:
    """Run it as zsh does, as the body of a function; what it hands to zsh is printed in place of being shown."""
    script = (
        'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@"; (( $# )) }; _files() { : }; '
        'local file=$1; shift; words=("$@"); CURRENT=$#; _dotlocal() { source $file }; _dotlocal'
    )
    done = subprocess.run(
        ["zsh", "-f", "-c", script, "zsh", str(file), *line.split(" ")], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    last = line.rpartition(" ")[2]
    return {word for word in done.stdout.split() if word.startswith(last)}


def fish(file: Path, line: str) -> set[str]:
    done = subprocess.run(
        ["fish", "--no-config", "-c", f'source "{file}"; complete -C "{line}"'], capture_output=True, text=True,
        check=True, env={"HOME": str(file.parent), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stderr == ""
    return {line.partition("\t")[0] for line in done.stdout.splitlines()}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("dotlocal tr", {"trust"}),
        ("dotlocal trust in", {"install"}),
        ("dotlocal trust install --st", {"--store"}),
        ("dotlocal ca ", {"create", "show", "export"}),
        ("dotlocal issue --format ", set(FORMATS)),
        ("dotlocal issue --format esp", {"esp32"}),
        ("dotlocal explain name-", {code for code in REASONS if code.startswith("name-")}),
        ("dotlocal settings --unset network.probe", {
            "network.probe", "network.probe_services", "network.probe_timeout_s", "network.probes_per_second",
            "network.probes_per_subnet",
        }),
        ("dotlocal devices --no", {"--no-probe"}),
        ("dotlocal verify --cl", {"--client"}),
        ("dotlocal verify --client ja", {"java"}),
        ("dotlocal trust verify --cl", set()),
        ("dotlocal trust verify --br", {"--browser"}),
        ("dotlocal explain --language ", {"en", "de"}),
        ("dotlocal settings --set updates.", {"updates.check="}),
    ],
)  # fmt: skip
def test_each_shell_offers_what_fits(shell: str, line: str, offered: set[str], share: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"this system has no {shell}")
    assert SHELLS[shell](share / completions.PLACES[shell], line) == offered


def test_no_help_text_leaves_its_quotes(share: Path) -> None:
    for name in completions.PLACES.values():
        text = (share / name).read_text()
        assert "`" not in text
        assert text.isascii()
    for line in (share / completions.PLACES["fish"]).read_text().splitlines():
        assert line.replace("\\'", "").count("'") % 2 == 0, line


def test_files_are_offered_where_nothing_else_fits_and_only_there(share: Path) -> None:
    """By zsh itself, as far as it goes without a terminal: `compadd` says by its status whether it had anything."""
    script = (
        "compadd() { while [[ $1 != -- ]]; do shift; done; shift; (( ${#${(M)@:#$last*}} )) }; "
        '_files() { print files }; local file=$1; shift; words=("$@"); CURRENT=$#; last=$words[-1]; '
        "_dotlocal() { source $file }; _dotlocal"
    )
    for last, files in (("tr", ""), ("./so", "files")):
        command = ["zsh", "-f", "-c", script, "zsh", str(share / completions.PLACES["zsh"]), "dotlocal", last]
        assert subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == files


def test_a_value_follows_its_name_without_a_space(share: Path) -> None:
    script = (
        'compopt() { echo "compopt $*"; }; source "$1"; COMP_WORDS=(dotlocal settings --set updates.); COMP_CWORD=3; '
        "_dotlocal; COMP_WORDS=(dotlocal settings --unset updates.); _dotlocal"
    )
    command = ["bash", "--norc", "-c", script, "bash", str(share / completions.PLACES["bash"])]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "compopt -o nospace\n"


def test_what_has_words_of_its_own_is_there() -> None:
    for level in completions.levels():
        for option, words in level.values:
            assert words
            assert option in {"", *(name for name, _ in level.options)}, (level.path, option)
    assert sum(len(level.values) for level in completions.levels()) == 6
