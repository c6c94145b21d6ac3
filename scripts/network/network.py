"""A permissioned network on one machine: its folder, its members, and who may seal.

    network.json   chain id, period, members
    genesis.json   block 0
    members/NAME/  keys, blocks and output of one member

A member seals when the others have voted for it (EIP-225): more than half of the signers, each in a block of its
own. That holds for admission and for removal.
"""

from __future__ import annotations

import json
import secrets
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from scripts.network import ipc
from scripts.network.genesis import genesis
from scripts.network.member import Identity, Member, make_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
NAMES = ("one", "two", "three")
_PATIENCE = 90.0
_PEER_PORT = 1_000
# So many blocks below the newest, a healthy network has settled which ones count.
SETTLED = 3


class NetworkError(Exception):
    """A sentence for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member runs: address, RPC port (0: free ports; peers call 1000 above), what starts its program."""

    host: str = HOST
    port: int = 0
    prefix: tuple[str, ...] = ()


class Network:
    """A network in `folder`; `create` makes one, `open` finds it again."""

    def __init__(self, folder: Path, chain_id: int, period: int, members: Sequence[Member]) -> None:
        self.folder = folder
        self.chain_id = chain_id
        self.period = period
        self.members = list(members)

    @classmethod
    def create(
        cls,
        folder: Path,
        funded: Sequence[str],
        period: int = 2,
        places: Sequence[Place] = (Place(),) * len(NAMES),
        chain_id: int | None = None,
    ) -> Self:
        """Keys, genesis and block 0 for a member at each of `places`; accounts `funded` can pay from the start."""
        _ensure_short(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Of one's own, so that no transaction for one network can be replayed in another.
        chain_id = chain_id or 10**6 + secrets.randbelow(10**9)
        network = cls(folder, chain_id, period, ())
        names = [*NAMES, *(f"member{number}" for number in range(len(NAMES) + 1, len(places) + 1))]
        for name, place in zip(names, places, strict=False):
            network._new_member(name, place)
        signers = [member.identity.signer for member in network.members]
        content = genesis(chain_id, period, signers, funded)
        network._genesis.write_text(json.dumps(content, indent=2) + "\n")
        for member in network.members:
            member.initialise(network._genesis)
        network._save()
        return network

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The network in a folder; NetworkError if there is none."""
        try:
            found = json.loads((folder / "network.json").read_text())
        except OSError as error:
            raise NetworkError(
                f"No network in {folder}. Make one: python -m scripts.network start"
            ) from error
        identities = [Identity.from_json(entry) for entry in found["members"]]
        members = [Member(folder / "members" / each.name, each, found["chainId"]) for each in identities]
        return cls(folder, found["chainId"], found["period"], members)

    @property
    def urls(self) -> list[str]:
        """JSON-RPC addresses in the members' order."""
        return [member.identity.url for member in self.members]

    def member(self, name: str) -> Member:
        """By name; NetworkError if there is no such member."""
        for member in self.members:
            if member.name == name:
                return member
        raise NetworkError(f"No member is called {name}: {', '.join(each.name for each in self.members)}")

    def start(self, *, settle: bool = True) -> None:
        """Start whoever does not run; wait until all have the same blocks and make new ones."""
        for member in self.members:
            member.know(self._identities)
            member.start()
        for member in self.members:
            member.await_ready()
        if settle:
            self.await_blocks()

    def stop(self) -> None:
        """Stop all, as their operators would."""
        for member in self.members:
            member.stop()

    def kill(self) -> None:
        """All at once, as a power cut."""
        for member in self.members:
            member.kill()

    def heights(self) -> dict[str, int | None]:
        """Each member's newest block; None where nobody answers."""
        found: dict[str, int | None] = {}
        for member in self.members:
            try:
                found[member.name] = member.height()
            except ipc.MemberAwayError:
                found[member.name] = None
        return found

    def await_blocks(self, more: int = 2) -> int:
        """Wait until all have the same block, `more` above the highest of now; its number."""
        wanted = max(SETTLED, more + max(height or 0 for height in self.heights().values()))
        self.wait(lambda: self.agree_on(wanted), f"no common block {wanted}")
        return wanted

    def agree_on(self, number: int) -> bool:
        """Whether all members show the same block of that number."""
        hashes = {(member.block(number) or {}).get("hash") for member in self.members}
        return len(hashes) == 1 and None not in hashes

    def signers(self) -> list[str]:
        """Who may seal, as the first member that answers sees it (lower case)."""
        for member in self.members:
            try:
                return sorted(str(signer).lower() for signer in member.ask("clique_getSigners"))
            except ipc.MemberAwayError:
                continue
        raise NetworkError("No member runs.")

    def admit(self, name: str, place: Place = Place()) -> Member:
        """Add a member: keys of its own, all blocks from the others, then the vote. May be repeated after a failure."""
        member = next((each for each in self.members if each.name == name), None)
        if member and member.identity.signer.lower() in self.signers():
            raise NetworkError(f"{name} seals already.")
        voters = [each for each in self.members if each is not member]
        member = member or self._join(name, place)
        self.wait(
            lambda: member.height() >= voters[0].height() - 1, f"{name} does not get the others' blocks"
        )
        self._vote(voters, member.identity.signer, authorize=True)
        return member

    def remove(self, name: str) -> None:
        """Take the right to seal from a member, by the others' votes; then it is stopped and its folder kept."""
        member = self.member(name)
        voters = [each for each in self.members if each.name != name]
        if len(voters) * 2 <= len(self.members):
            raise NetworkError(f"The others are not more than half: {name} cannot be removed.")
        self._vote(voters, member.identity.signer, authorize=False)
        member.stop()
        self.members.remove(member)
        self._save()
        for other in voters:
            other.ask("admin_removePeer", member.identity.enode)
            other.know(self._identities)

    def wait(self, condition: Callable[[], bool], otherwise: str, seconds: float = _PATIENCE) -> None:
        """Wait until something holds; NetworkError with the members' heights if it never does."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise NetworkError(f"{otherwise} after {seconds:.0f} s: {self.heights()}")
            time.sleep(0.1)

    @property
    def _genesis(self) -> Path:
        return self.folder / "genesis.json"

    @property
    def _identities(self) -> list[Identity]:
        return [member.identity for member in self.members]

    def _vote(self, voters: Sequence[Member], signer: str, *, authorize: bool) -> None:
        """Propose at each voter and wait for the result; then the proposals are withdrawn.

        A proposal that stays would be voted again as soon as somebody decides otherwise later.
        """
        for voter in voters:
            voter.ask("clique_propose", signer, authorize)
        word = "admitted" if authorize else "removed"
        try:
            self.wait(lambda: (signer.lower() in self.signers()) == authorize, f"{signer} is not {word}")
        finally:
            for voter in voters:
                voter.ask("clique_discard", signer)

    def _join(self, name: str, place: Place) -> Member:
        """A member that follows the others, and that they know; it does not seal yet."""
        _ensure_short(self.folder, name)
        others = list(self.members)
        member = self._new_member(name, place)
        member.initialise(self._genesis)
        self._save()
        member.know(self._identities)
        member.start()
        member.await_ready()
        for other in others:
            other.know(self._identities)
            other.ask("admin_addPeer", member.identity.enode)
        return member

    def _new_member(self, name: str, place: Place) -> Member:
        folder = self.folder / "members" / name
        signer, peer_key = make_keys(folder)
        rpc, peer = (place.port, place.port + _PEER_PORT) if place.port else free_ports(2)
        member = Member(
            folder,
            Identity(name, signer, peer_key, place.host, rpc, peer, place.prefix),
            self.chain_id,
        )
        self.members.append(member)
        return member

    def _save(self) -> None:
        content: dict[str, Any] = {
            "chainId": self.chain_id,
            "period": self.period,
            "members": [identity.to_json() for identity in self._identities],
        }
        draft = self.folder / "network.json.new"
        draft.write_text(json.dumps(content, indent=2) + "\n")
        draft.replace(self.folder / "network.json")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _ensure_short(folder: Path, name: str = "three") -> None:
    path = folder / "members" / name / "geth.ipc"
    if len(str(path)) > ipc.LONGEST_PATH:
        raise NetworkError(f"The folder's path is too long for a socket: {path}")
