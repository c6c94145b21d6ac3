"""The members' network for tests: three real geth signers for a whole session, our contracts anew for each test.

A deployment takes ten blocks, whoever waits for it; so several are made at a time, each by an account of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from anchoring.client import connect
from anchoring.devchain import FUNDS
from anchoring.transactions import current_fees
from scripts.network import contracts
from scripts.network.network import Network
from tests.integration.test_anchoring_worker import Story
from tests.support.cable import lay_cable
from tests.support.chain import Deployed, chain_account, deploy_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.cable import Cable

PERIOD = 1
PAYERS = [f"operator {number}" for number in range(60)]
_AT_A_TIME = 10


@dataclass
class NetworkChain:
    """The network in the place of the embedded chain: an address, funds, plain JSON-RPC. Nothing can be forced."""

    network: Network
    url: str

    def rpc(self, method: str, params: list[Any] | None = None) -> Any:
        """A plain question; for `evm_mine`, which nobody can order here, the next block is waited for."""
        if method == "evm_mine":
            return self.network.await_blocks(1)
        assert method.startswith(("eth_", "net_", "web3_")), f"{method} is anvil's own"
        return connect(self.url).provider.make_request(method, params or [])["result"]

    def fund(self, address: str, wei: int = FUNDS) -> None:
        """Bring an account to at least that much, from the account that block 0 gave funds to."""
        web3, treasury = connect(self.url), chain_account("treasury")
        missing = wei - web3.eth.get_balance(address)
        if missing <= 0:
            return
        fees = current_fees(web3)
        signed = treasury.sign_transaction(
            {
                "chainId": web3.eth.chain_id,
                "nonce": web3.eth.get_transaction_count(treasury.address, "pending"),
                "to": address,
                "value": missing,
                "gas": 21_000,
                "maxFeePerGas": 2 * fees.base + fees.priority,
                "maxPriorityFeePerGas": fees.priority,
            }
        )
        web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(signed.raw_transaction), 60)


class NetworkStory(Story):
    """A worker's story that takes place at the pace of real blocks."""

    def until(self, condition: Callable[[], bool]) -> None:
        self.deployed.chain.network.wait(condition, "never settles")

    def confirmed(self, count: int) -> None:
        """Wait until so many heads are confirmed."""

        def done() -> bool:
            self.worker.step()
            states = [row.state.value for row in self.store.rows]
            return states.count("confirmed") >= count

        self.until(done)


class Deployments:
    """Our contracts on the network, each time others, with another operator."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._payers = iter(PAYERS)
        self._ready: list[Deployed] = []

    def take(self) -> Deployed:
        """One that nobody used."""
        if not self._ready:
            payers = list(islice(self._payers, _AT_A_TIME))
            chain: Any = NetworkChain(self._network, ",".join(self._network.urls))
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                self._ready = list(pool.map(lambda payer: deploy_on(chain, payer=payer), payers))
        return self._ready.pop()


@pytest.fixture(scope="session")
def cable() -> Iterator[Cable]:
    """How the third member is connected, and cut off."""
    laid = lay_cable()
    yield laid
    laid.close()


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory, cable: Cable) -> Iterator[Network]:
    """Three signers that agree on their first blocks; test accounts have funds."""
    folder = tmp_path_factory.mktemp("net")
    funded = [chain_account(name).address for name in (*PAYERS, "treasury")]
    made = Network.create(folder, [*funded, contracts.make_keys(folder)], PERIOD, cable.places())
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def whole(network: Network, cable: Cable) -> Iterator[Network]:
    """The network with all members there and connected, before the test and after it."""
    yield network
    cable.heal(network)
    network.start(settle=any(member.pid is None for member in network.members))


@pytest.fixture(scope="session")
def deployments(network: Network) -> Deployments:
    """Where tests take their contracts from."""
    return Deployments(network)


@pytest.fixture
def on_network(whole: Network, deployments: Deployments) -> Deployed:
    """Our contracts on the network, for this test alone; every member's endpoint, in order."""
    return deployments.take()
