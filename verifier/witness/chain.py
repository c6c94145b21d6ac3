"""The witness's own way to the chain: the pinned registries' events, and that it is the pinned chain at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.errors import ChainError, LogError
from protocol.registry_state import CONTRACTS, RegistryLog
from verifier.chain import code_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.checks.view import Trust
    from verifier.chain import Transport


class RpcSource:
    """`ChainSource` over JSON-RPC; `ask` sends one batch of calls."""

    def __init__(self, ask: Transport, trust: Trust) -> None:
        self._ask = ask
        self._trust = trust
        self._names = {pinned.address: name for name, pinned in trust.contracts.items()}

    def ensure_pinned(self) -> None:
        """LogError WITNESS_CHAIN_OTHER unless it is the chain, and the contracts, of the trust file."""
        addresses = [self._trust.contracts[name].address for name in CONTRACTS]
        chain_id, genesis, *codes = self._ask(
            [
                ("eth_chainId", []),
                ("eth_getBlockByNumber", ["0x0", False]),
                *(("eth_getCode", [address, "latest"]) for address in addresses),
            ]
        )
        if _number(chain_id) != self._trust.chain_id:
            raise LogError("WITNESS_CHAIN_OTHER", what="chain id")
        if _text(genesis, "hash") != self._trust.genesis:
            raise LogError("WITNESS_CHAIN_OTHER", what="genesis")
        for name, code in zip(CONTRACTS, codes, strict=True):
            if code_hash(name, str(code)) != self._trust.contracts[name].code_hash:
                raise LogError("WITNESS_CHAIN_OTHER", what=name)

    def block_hash(self, number: int) -> str | None:
        """A block's hash, None while there is no such block."""
        (found,) = self._ask([("eth_getBlockByNumber", [hex(number), False])])
        return None if found is None else _text(found, "hash")

    def logs(self, first: int, last: int) -> Iterable[RegistryLog]:
        """The registries' events in these blocks, in the order of the chain."""
        query = {"fromBlock": hex(first), "toBlock": hex(last), "address": sorted(self._names)}
        (found,) = self._ask([("eth_getLogs", [query])])
        if not isinstance(found, list):
            raise ChainError("CHAIN_ANSWER_MALFORMED", reason="logs")
        return [self._log(entry) for entry in sorted(found, key=_order)]

    def _log(self, entry: Any) -> RegistryLog:
        try:
            return RegistryLog(
                contract=self._names[entry["address"].lower()],
                topics=tuple(_bytes(topic) for topic in entry["topics"]),
                data=_bytes(entry["data"]),
                block=_number(entry["blockNumber"]),
                transaction=entry["transactionHash"],
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ChainError("CHAIN_ANSWER_MALFORMED", reason="logs") from error


def _order(entry: Any) -> tuple[int, int]:
    if not isinstance(entry, dict):
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason="logs")
    return _number(entry.get("blockNumber")), _number(entry.get("logIndex"))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _number(value: Any) -> int:
    try:
        return int(str(value), 16)
    except ValueError as error:
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason="number") from error


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason=name)
    return found
