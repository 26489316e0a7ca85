"""Choose what may be forgotten when a table is full: never what is here and complete; pure."""

from collections.abc import Iterable

from core.discovery.owners import Host, Instance
from core.discovery.quotas import NameQuota


def loose_instances(instances: Iterable[Instance], names: NameQuota, now: float) -> list[Instance]:
    """Return instances that ran out or were never located, those of the senders with most names first."""
    loose = [i for i in instances if not i.locations or not i.pointers.is_live(now)]
    return sorted(loose, key=lambda i: -names.held(i.sender))


def silent_hosts(hosts: Iterable[Host], names: NameQuota, now: float) -> list[Host]:
    """Return hosts without a live address or without a service, those of busy senders and long silent ones first."""
    silent = [h for h in hosts if not h.instances or not any(held.is_live(now) for held in h.sets())]
    return sorted(silent, key=lambda h: (-names.held(h.sender), h.last_seen))
