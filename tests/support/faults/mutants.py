"""The product with one of its locks taken away, to see that the fault matrix notices."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import solcx

from anchoring.compiler import SETTINGS, _node_first, project_root, read_sources
from tests.support.faults.child import NO_CODE_CHECK, NO_FENCE, NO_OUTBOX_CHECK
from tests.support.faults.world import World

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE, _CONTRACT = "contracts/AnchorRegistry.sol", "AnchorRegistry"
_COMPARE_AND_SWAP = "if (prev != lastHash) revert StaleHead(logId, seq, lastHash);"


def without_outbox_check(seed: int, folder: Path) -> World:
    """Workers do not compare the chain's last head with their own."""
    return World(seed, folder, mutations=frozenset({NO_OUTBOX_CHECK}))


def without_fence(seed: int, folder: Path) -> World:
    """The store takes writes with whatever token."""
    return World(seed, folder, mutations=frozenset({NO_FENCE}))


def without_compare_and_swap(seed: int, folder: Path) -> World:
    """The registry takes a head on whatever predecessor it names; nobody compares the code with the pinned one."""
    world = World(seed, folder, mutations=frozenset({NO_CODE_CHECK}))
    code, places = _without_the_line()
    filled = bytearray(code)
    for start in places:
        filled[start : start + 32] = world.deployed.deployment.participants.raw.rjust(32, b"\0")
    world.chain.rpc("anvil_setCode", [world.deployed.deployment.anchors.address, "0x" + filled.hex()])
    return world


@cache
def _without_the_line() -> tuple[bytes, tuple[int, ...]]:
    """Deployed code of the registry without the line, and where its immutable stands."""
    sources = read_sources(project_root(), [_SOURCE])
    text = sources[_SOURCE]["content"]
    assert text.count(_COMPARE_AND_SWAP) == 1
    sources[_SOURCE] = {"content": text.replace(_COMPARE_AND_SWAP, "")}
    wanted = {"*": {"*": ["evm.deployedBytecode"]}}
    job = {"language": "Solidity", "sources": sources, "settings": {**SETTINGS, "outputSelection": wanted}}
    with _node_first():
        output = solcx.compile_standard(job, solc_binary=project_root() / "scripts" / "solc.cjs")
    deployed = output["contracts"][_SOURCE][_CONTRACT]["evm"]["deployedBytecode"]
    places = [place["start"] for found in deployed["immutableReferences"].values() for place in found]
    return bytes.fromhex(deployed["object"]), tuple(places)
