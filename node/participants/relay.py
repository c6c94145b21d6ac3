"""Relays signed acts to the registries and pays for them (design §4.7).

The signature is checked here first, with keys that the chain has registered: a stranger must not make the
node spend even an estimate. Nonce, deadline and rights are then the contract's word, asked by estimating
before anything is paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anchoring.acts import ActSignature, act_digest_input, act_values
from protocol.errors import AuthorityError, ChainError
from protocol.keys import PublicKey
from protocol.signatures import normalise_low_s, verify

if TYPE_CHECKING:
    from anchoring.relay import Relayer
    from node.participants.schemas import ActRequest
    from node.participants.service import Participants

_P256 = 1


class Relay:
    """Sends acts; without a ledger, or without an account that pays, every act is refused."""

    def __init__(self, relayer: Relayer | None, participants: Participants) -> None:
        self._relayer = relayer
        self._participants = participants

    def relay(self, request: ActRequest) -> dict[str, object]:
        """Check and send an act; returns transaction and block once it is mined."""
        if self._relayer is None:
            raise ChainError("NO_LEDGER")
        values = act_values(request.contract, request.act, request.args)
        message = act_digest_input(
            self._relayer.target(request.contract),
            request.contract,
            request.act,
            values,
            request.nonce,
            request.deadline,
        )
        signatures = [
            self._checked(index, bytes.fromhex(entry.key_hash), bytes.fromhex(entry.r + entry.s), message)
            for index, entry in enumerate(request.signatures)
        ]
        result = self._relayer.relay_act(
            request.contract, request.act, request.args, request.nonce, request.deadline, signatures
        )
        # Whoever was admitted by it may send at once.
        self._participants.expire()
        return dict(result.to_json())

    def nonce(self, contract: str, participant: bytes | None) -> int:
        """The next nonce of a participant (None: the coordinator) in a contract."""
        if self._relayer is None:
            raise ChainError("NO_LEDGER")
        return self._relayer.nonce_of(contract, participant)

    def _checked(self, index: int, key_hash: bytes, signature: bytes, message: bytes) -> ActSignature:
        verify(PublicKey.from_uncompressed(self._public_key(index, key_hash)), message, signature)
        low = normalise_low_s(signature)
        return ActSignature(key_hash, low[:32], low[32:])

    def _public_key(self, index: int, key_hash: bytes) -> bytes:
        snapshot = self._participants.snapshot
        if key_hash in snapshot.coordinators:
            return snapshot.coordinators[key_hash]
        for key in snapshot.by_key.get(key_hash, ()):
            if key.alg == _P256:
                return key.public_key
        raise AuthorityError(
            "KEY_UNKNOWN", f"/signatures/{index}/keyHash", key=key_hash.hex(), kid=key_hash.hex()
        )
