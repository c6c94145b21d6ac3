"""A cable between one member and the rest, to be cut: a network namespace where that is allowed, else peers dropped.

The namespace and its pair of virtual interfaces are made here, have addresses that lead nowhere else, and are taken
away again. A socket file is reached through it all the same, so a member that is cut off can be asked what it knows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from scripts.network.network import Place

if TYPE_CHECKING:
    from scripts.network.network import Network

OUTSIDE, INSIDE = "10.203.117.1", "10.203.117.2"


class Cable(Protocol):
    """What a test does with it. `how` is said in the test's output."""

    how: str

    def places(self) -> list[Place]: ...

    def cut(self, network: Network) -> None: ...

    def heal(self, network: Network) -> None: ...

    def close(self) -> None: ...


@dataclass
class NamespaceCable:
    """The last member lives in a namespace of its own; the cable is the pair of interfaces that leads into it."""

    name: str = field(default_factory=lambda: f"filiera{os.getpid()}")
    how: str = "network namespace"

    def lay(self) -> Self:
        ends = (f"fil{os.getpid()}a"[-15:], f"fil{os.getpid()}b"[-15:])
        self._outer = ends[0]
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1], "netns", self.name)
            _ip("address", "add", f"{OUTSIDE}/30", "dev", ends[0])
            _ip("link", "set", ends[0], "up")
            _ip("-n", self.name, "address", "add", f"{INSIDE}/30", "dev", ends[1])
            for inner in ("lo", ends[1]):
                _ip("-n", self.name, "link", "set", inner, "up")
        except subprocess.CalledProcessError:
            self.close()
            raise
        return self

    def places(self) -> list[Place]:
        inside = Place(INSIDE, prefix=("ip", "netns", "exec", self.name))
        return [Place(OUTSIDE), Place(OUTSIDE), inside]

    def cut(self, network: Network) -> None:
        _ip("link", "set", self._outer, "down")

    def heal(self, network: Network) -> None:
        _ip("link", "set", self._outer, "up")

    def close(self) -> None:
        _ip("netns", "delete", self.name)


@dataclass
class PeersCable:
    """Without the right to make namespaces: the last member and the others let go of each other."""

    how: str = "peers removed"

    def places(self) -> list[Place]:
        return [Place(), Place(), Place()]

    def cut(self, network: Network) -> None:
        self._both(network, "admin_removePeer")

    def heal(self, network: Network) -> None:
        self._both(network, "admin_addPeer")

    def close(self) -> None:
        pass

    def _both(self, network: Network, method: str) -> None:
        *others, last = network.members
        for other in others:
            other.ask(method, last.identity.enode)
            last.ask(method, other.identity.enode)


def lay_cable() -> Cable:
    """The best cable that this machine allows."""
    if os.geteuid() == 0 and shutil.which("ip"):
        try:
            return NamespaceCable().lay()
        except subprocess.CalledProcessError:
            pass
    return PeersCable()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
