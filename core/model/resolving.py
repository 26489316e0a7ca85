"""What this computer's own resolver makes of a .local name: what browsers and other programs will get."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ResolverSight:
    """`addresses` is what the system's resolver returned, empty where it knows nothing.

    `way` says by what it resolves .local names, as far as that can be read; `sentence` and `mend` are for people,
    `mend` "" where nothing is wrong. `agrees` is None until it was compared with what the network says.
    """

    name: str
    addresses: tuple[str, ...]
    way: str
    sentence: str
    mend: str
    agrees: bool | None = None

    def compared(self, announced: tuple[str, ...]) -> "ResolverSight":
        """Return the sight with a word on whether it agrees with the addresses that the network announces."""
        if not self.addresses or not announced:
            return self
        plain = {a.partition("%")[0] for a in self.addresses}
        if plain & set(announced):
            return replace(self, agrees=True)
        sentence = (
            f"This computer resolves {self.name} to {', '.join(sorted(plain))}, the network announces"
            f" {', '.join(announced)}."
        )
        mend = (
            "Something else answers for the name: a line in the hosts file, a DNS server that knows .local, or an old"
            " answer that is still kept. Remove it, or browsers will open the wrong device."
        )
        return replace(self, agrees=False, sentence=sentence, mend=mend)
