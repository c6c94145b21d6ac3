"""What a bridge states about the chain that is left, read from that chain itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anchoring.deployment import CONTRACTS
from protocol.bridge import Bridge, LastHead, Place
from protocol.checks.view import Pinned
from protocol.errors import ChainError

if TYPE_CHECKING:
    from anchoring.client import ChainClient
    from anchoring.deployment import Deployment


def read_bridge(client: ChainClient, former: Deployment, following: Deployment) -> Bridge:
    """Return the bridge to sign: `client` asks the former chain, whose log has ended.

    ChainError BRIDGE_NOT_ENDED if its log has no head at all; else as ChainClient.
    """
    client.check_identity()
    with client.errors():
        head = client.contracts["anchors"].functions.headOf(former.log_id).call()
    head_hash, seq = head[1], head[4]
    if not seq:
        raise ChainError("BRIDGE_NOT_ENDED", origin=former.log.origin)
    last = LastHead(former.log.origin, bytes.fromhex(former.log.logKey), seq, bytes(head_hash))
    return Bridge(place_of(former), place_of(following), (last,))


def place_of(deployment: Deployment) -> Place:
    """The chain and contracts of a deployment, as a trust file pins them."""
    pinned = {
        name: Pinned(deployment.contract(name).address.lower(), deployment.contract(name).codeHash)
        for name in CONTRACTS
    }
    return Place(deployment.chain_id, deployment.genesis, pinned)
