"""Which value is in force and why: administrator, then person, then recommendation, then default."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import StateCorrupt
from core.settings.policy import ASK, Source, machine_sources, toml_source
from core.settings.reading import checked
from core.settings.tree import SECTIONS, Settings, Value

log = logging.getLogger(__name__)

FILE_NAME = "settings.toml"
_DEFAULT = Source("default", "", forced=False, tree=None)


@dataclass(frozen=True, slots=True)
class Layered:
    """The settings in force, and where they come from.

    `origins` has the source of each that is not a default, by "section.name"; `sources` all, the strongest first;
    `unknown` what an administrator's source says that this version does not know.
    """

    settings: Settings
    origins: Mapping[str, Source]
    sources: tuple[Source, ...]
    unknown: tuple[str, ...]

    def origin(self, name: str) -> Source:
        """Return where a setting's value comes from."""
        return self.origins.get(name, _DEFAULT)


def load(folder: Path) -> Settings:
    """Return the settings in force for the person whose state folder this is.

    Raises: StateCorrupt, naming the place and the field or line.
    """
    return load_layers(folder).settings


def load_layers(folder: Path, machine: tuple[tuple[Source, ...], tuple[Source, ...]] | None = None) -> Layered:
    """Read every source, and lay them over one another; `machine` replaces what this computer's administrator says.

    Raises: StateCorrupt, naming the place and the field or line.
    """
    above, below = machine_sources() if machine is None else machine
    sources = (*above, toml_source("user", folder / FILE_NAME, forced=False), *below)
    values: dict[str, Value] = {}
    origins: dict[str, Source] = {}
    unknown: list[str] = []
    for source in reversed(sources):
        try:
            given, strange = checked(source.place, source.tree or {}, strict=source.kind == "user")
        except StateCorrupt as problem:
            if source.kind != "user":  # not a file of this person's to restore or to move away
                problem.hint = ASK
            raise
        unknown += [f"{source.place}: {name}" for name in strange]
        values |= given
        origins |= dict.fromkeys(given, source)
    for line in unknown:
        log.warning("an administrator's source names no setting of this version: %s", line)
    managed = frozenset(name for name, source in origins.items() if source.forced)
    return Layered(_built(values, managed), origins, sources, tuple(unknown))


def _built(values: Mapping[str, Value], managed: frozenset[str]) -> Settings:
    settings = Settings(managed=managed)
    for section in SECTIONS:
        changes: dict[str, Any] = dict(_of_section(values, section))
        whole: dict[str, Any] = {section: replace(getattr(settings, section), **changes)}
        settings = replace(settings, **whole)
    return settings


def _of_section(values: Mapping[str, Value], section: str) -> Iterator[tuple[str, Value]]:
    for name, value in values.items():
        if name.startswith(f"{section}."):
            yield name.partition(".")[2], value
