"""Hold the names of one link within their bounds: who brought in what, what is new, what had to make room; pure."""

from core.discovery.eviction import loose_instances, silent_hosts
from core.discovery.expiry import ExpiryWheel
from core.discovery.owners import Host, Instance, Key, Owner
from core.discovery.quotas import NameQuota

MAX_INSTANCES, MAX_HOSTS = 50_000, 25_000
NO_ROOM_S = 1.0
"""After a vain search for room none is made for so long: the search goes over the whole table."""


class Directory:
    """Hosts and instances by name, and what falls due of them."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self.instances: dict[Key, Instance] = {}
        self.by_type: dict[str, set[Key]] = {}
        self.names = NameQuota()
        self.wheel: ExpiryWheel[Owner] = ExpiryWheel()
        self.new_names: list[Owner] = []
        self.evicted: set[str] = set()
        self.txt_octets = 0
        self._full_until = {"instances": 0.0, "hosts": 0.0}

    def make_instance(self, key: Key, label: str, sender: str, now: float) -> Instance | None:
        """Take a new instance in; None where its sender had its share, or there is no room."""
        if len(self.instances) >= MAX_INSTANCES and not self._make_room(now):
            return None
        if not self.names.take(sender):
            return None
        instance = self.instances[key] = Instance(key, label, sender)
        self.new_names.append(key)
        self.by_type.setdefault(key[0], set()).add(key)
        return instance

    def make_host(self, name: str, sender: str, now: float) -> Host | None:
        """Take a new host in; None where its sender had its share, or there is no room."""
        if len(self.hosts) >= MAX_HOSTS and not self._make_room_for_hosts(now):
            return None
        if not self.names.take(sender):
            return None
        host = self.hosts[name] = Host(name, sender, now, now)
        self.new_names.append(name)
        return host

    def forget_instance(self, instance: Instance) -> None:
        """Drop an instance."""
        for name in instance.hosts():
            if name in self.hosts:
                self.hosts[name].instances.discard(instance.key)
                self.evicted.add(name)
        self.instances.pop(instance.key, None)
        self.wheel.forget(instance.key)
        self.txt_octets -= instance.txt_octets()
        self.names.give_back(instance.sender)
        siblings = self.by_type.get(instance.key[0])
        if siblings is not None:
            siblings.discard(instance.key)
            if not siblings:
                del self.by_type[instance.key[0]]

    def forget_host(self, name: str) -> None:
        """Drop a host, with its instances that nothing points to."""
        host = self.hosts.pop(name, None)
        if host is None:
            return
        self.evicted.add(name)
        self.names.give_back(host.sender)
        self.wheel.forget(name)
        for key in tuple(host.instances):
            instance = self.instances.get(key)
            if instance is not None and not instance.pointers:
                self.forget_instance(instance)

    def _make_room(self, now: float) -> bool:
        if now < self._full_until["instances"]:
            return False
        for instance in loose_instances(self.instances.values(), self.names, now)[: MAX_INSTANCES // 100]:
            self.forget_instance(instance)
        if len(self.instances) >= MAX_INSTANCES:
            self._full_until["instances"] = now + NO_ROOM_S
        return len(self.instances) < MAX_INSTANCES

    def _make_room_for_hosts(self, now: float) -> bool:
        if now < self._full_until["hosts"]:
            return False
        for host in silent_hosts(self.hosts.values(), self.names, now)[: MAX_HOSTS // 100]:
            self.forget_host(host.name)
        if len(self.hosts) >= MAX_HOSTS:
            self._full_until["hosts"] = now + NO_ROOM_S
        return len(self.hosts) < MAX_HOSTS
