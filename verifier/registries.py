"""The registries' whole state, folded from their events at every endpoint that is named, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.errors import ChainError
from protocol.registry_state import SPAN, RegistryState, topics_of
from protocol.roles import bits_of
from verifier.witness.chain import RpcSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from protocol.checks.view import Trust
    from protocol.registry_state import ChainSource, Question
    from verifier.chain import Transport

_CERTIFIERS = bits_of(("certifier", "authority"))


@dataclass(frozen=True)
class Registry:
    """The facts of a snapshot (README §16) at the end of `block`; `coordinators` are key ids of all there ever were."""

    block: int
    facts: Mapping[Question, list[Any]]
    coordinators: frozenset[bytes]

    def participants(self) -> set[bytes]:
        """All that were ever admitted."""
        return {bytes.fromhex(str(name[1])) for name in self.facts if name[0] == "roles"}

    def certifiers(self) -> set[bytes]:
        """Those that may attest, as of the block."""
        return {party for party in self.participants() if self.roles(party, self.block) & _CERTIFIERS}

    def roles(self, participant: bytes, block: int) -> int:
        """The roles of a participant at a block, as bits; 0 if it was not active then."""
        history = self.facts.get(("roles", participant.hex()), [[]])[0]
        return next((int(roles) for since, roles in reversed(history) if since <= block), 0)

    def may_sign(self, participant: bytes, key: bytes, block: int) -> bool:
        """Whether a key was the participant's at a block, and the participant active."""
        fact = self.facts.get(("key", participant.hex(), key.hex()))
        if fact is None or not self.roles(participant, block):
            return False
        _, start, end, _ = fact
        return bool(start <= block and (end is None or block < end))

    def heads(self, log: bytes) -> list[tuple[int, str, int, int]]:
        """(seq, root, size, block) of the log's heads, ascending."""
        found = [
            (int(name[2]), str(fact[1]), int(fact[2]), int(fact[4]))
            for name, fact in self.facts.items()
            if name[:2] == ("head", log.hex())
        ]
        return sorted(found)


def fold(source: ChainSource, block: int) -> Registry:
    """The registries as one endpoint shows them at the end of a block."""
    state = RegistryState()
    coordinators: set[bytes] = set()
    chosen = bytes.fromhex(topics_of("participants")["CoordinatorsChanged"])
    for first in range(0, block + 1, SPAN):
        for log in source.logs(first, min(first + SPAN - 1, block)):
            state.apply(log)
            if log.topics and log.topics[0] == chosen:
                coordinators |= {
                    bytes.fromhex(str(name[1])) for name in state.facts if name[0] == "coordinator"
                }
    return Registry(block, dict(state.facts), frozenset(coordinators))


def read_registries(
    urls: Sequence[str], trust: Trust, block: int, connect: Callable[[str], Transport]
) -> Registry:
    """The registries at a block, which all endpoints have to show alike; ChainError CHAIN_ENDPOINTS_DISAGREE."""
    found = {url: fold(RpcSource(connect(url), trust), block) for url in urls}
    first = next(iter(found.values()))
    others = [url for url, registry in found.items() if registry != first]
    if others:
        same = [url for url in urls if url not in others]
        raise ChainError(
            "CHAIN_ENDPOINTS_DISAGREE", block=block, majority=", ".join(same), others=", ".join(others)
        )
    return first
