"""The chain's events through the node's own client (`protocol.registry_state.ChainSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.errors import ChainError
from protocol.registry_state import CONTRACTS, RegistryLog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from anchoring.client import ChainClient
    from anchoring.confirmation import ConfirmationRule


def confirmed_block(client: ChainClient, rule: ConfirmationRule) -> int | None:
    """The newest block that a rule of confirmation trusts, None while there is none."""
    if rule.depth is None:
        finalized = client.finalized()
        return finalized.number if finalized else None
    number = client.latest().number - rule.depth
    return number if number >= 0 else None


class ClientSource:
    """Reads the three registries."""

    def __init__(self, client: ChainClient) -> None:
        self._client = client
        self._names = {client.contracts[name].address: name for name in CONTRACTS}

    def block_hash(self, number: int) -> str | None:
        """A block's hash, None while there is no such block."""
        try:
            return "0x" + self._client.block(number).hash.hex()
        except ChainError as error:
            if error.code == "CHAIN_BLOCK_UNKNOWN":
                return None
            raise

    def logs(self, first: int, last: int) -> Iterable[RegistryLog]:
        """The registries' events in these blocks, in the order of the chain."""
        with self._client.errors():
            found = self._client.web3.eth.get_logs(
                {"fromBlock": first, "toBlock": last, "address": list(self._names)}
            )
        return [
            RegistryLog(
                contract=self._names[entry["address"]],
                topics=tuple(bytes(topic) for topic in entry["topics"]),
                data=bytes(entry["data"]),
                block=int(entry["blockNumber"]),
                transaction="0x" + bytes(entry["transactionHash"]).hex(),
            )
            for entry in sorted(found, key=lambda entry: (entry["blockNumber"], entry["logIndex"]))
        ]
