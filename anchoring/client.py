"""One connection to one chain, by one endpoint or several: time limit, no silent repetition, the pinned contracts.

Before anything is believed, the endpoint's chain id, genesis hash and the code at the pinned addresses are
compared with the deployment file: an endpoint of another chain (or of the right chain after somebody wiped
it) is refused.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address
from web3 import Web3
from web3.middleware import ExtraDataToPOAMiddleware

from anchoring.artifacts import CONTRACT_NAMES, artifact
from anchoring.endpoints import Endpoints, http_provider, split_urls
from anchoring.errors import RevertCodes, chain_errors
from anchoring.ports import Block
from protocol.errors import ChainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web3.contract import Contract

    from anchoring.deployment import Deployment

DEFAULT_TIMEOUT = 10.0


def connect(url: str, timeout: float = DEFAULT_TIMEOUT) -> Web3:
    """A Web3 over HTTP that asks once and gives up after `timeout` seconds; reads PoA headers too.

    `url` may be several addresses separated by commas (`endpoints.py`).
    """
    urls = split_urls(url)
    web3 = Web3(Endpoints(urls, timeout) if len(urls) > 1 else http_provider(url, timeout))
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return web3


def genesis_hash(web3: Web3) -> str:
    """Hash of block 0, 0x hex."""
    with chain_errors():
        return "0x" + bytes(web3.eth.get_block(0)["hash"]).hex()


class ChainClient:
    """The three pinned contracts behind the endpoint, or the endpoints, of `url`. Raises only ChainError."""

    def __init__(self, url: str, deployment: Deployment, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.deployment = deployment
        self.urls = split_urls(url)
        self.web3 = connect(url, timeout)
        if isinstance(self.web3.provider, Endpoints):
            self.web3.provider.guard = lambda each: ChainClient(each, deployment, timeout).check_identity()
        self.reverts = RevertCodes(*(artifact(name).abi for name in CONTRACT_NAMES))
        self.contracts: dict[str, Contract] = {
            name: self.web3.eth.contract(
                address=to_checksum_address(deployment.contract(name).address), abi=artifact(name).abi
            )
            for name in CONTRACT_NAMES
        }

    @contextmanager
    def errors(self) -> Iterator[None]:
        """What the libraries raise inside becomes ChainError, custom errors by their own codes."""
        with chain_errors(self.reverts):
            yield

    def check_identity(self) -> None:
        """Compare with the deployment: CHAIN_ID_MISMATCH, GENESIS_MISMATCH, CODE_MISMATCH."""
        with self.errors():
            chain_id = self.web3.eth.chain_id
        if chain_id != self.deployment.chain_id:
            raise ChainError("CHAIN_ID_MISMATCH", expected=self.deployment.chain_id, got=chain_id)
        genesis = genesis_hash(self.web3)
        if genesis != self.deployment.genesis:
            raise ChainError("GENESIS_MISMATCH", expected=self.deployment.genesis, got=genesis)
        for name in CONTRACT_NAMES:
            self._check_code(name)

    def latest(self) -> Block:
        """The newest block."""
        return self._block("latest")

    def block(self, number: int) -> Block:
        """The block at a height; CHAIN_BLOCK_UNKNOWN if the chain is not that high."""
        return self._block(number)

    def finalized(self) -> Block | None:
        """The newest finalized block, None where the chain has none."""
        try:
            return self._block("finalized")
        except ChainError as error:
            # geth with Clique: "finalized block not found"; others refuse the tag itself.
            if error.code in {"CHAIN_BLOCK_UNKNOWN", "CHAIN_CALL_REFUSED", "CHAIN_METHOD_UNAVAILABLE"}:
                return None
            raise

    def _block(self, which: Any) -> Block:
        with self.errors():
            block = self.web3.eth.get_block(which)
            return Block(int(block["number"]), bytes(block["hash"]))

    def _check_code(self, name: str) -> None:
        """The code apart from immutables, and that it knows the pinned registry of participants."""
        pinned, expected = self.deployment.contract(name), artifact(name)
        with self.errors():
            code = bytes(self.web3.eth.get_code(to_checksum_address(pinned.address)))
        if not code or expected.hash_of(code) != pinned.codeHash:
            raise ChainError("CODE_MISMATCH", name, address=pinned.address)
        if name != "participants":
            known = expected.immutable(code, "participants")
            if known is None or known[-20:] != self.deployment.participants.raw:
                raise ChainError("CODE_MISMATCH", name, address=pinned.address)
