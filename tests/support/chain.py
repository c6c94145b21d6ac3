"""Fixtures for tests on a real chain: one anvil process a session, our contracts on it, a clean state for each test.

Import what a test module needs, for example `from tests.support.chain import chain, deployed  # noqa: F401`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from eth_account import Account

from anchoring.client import ChainClient
from anchoring.deploy import DeployPlan, deploy
from anchoring.devchain import DevChain, DevChainSettings
from anchoring.registry import Web3Registry
from anchoring.relay import Relayer
from protocol.keys import PrivateKey, private_key_from_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from eth_account.signers.local import LocalAccount

    from anchoring.deployment import Deployment

ORIGIN = "log.example/filiera-test"


def test_secret(name: str) -> bytes:
    """32 bytes for a key that only tests use; the same name gives the same key."""
    return hashlib.sha256(f"filiera test key/{name}".encode()).digest()


test_secret.__test__ = False  # type: ignore[attr-defined]


def p256(name: str) -> PrivateKey:
    """A P-256 test key."""
    return private_key_from_secret("ES256", test_secret(name))


def ed25519(name: str) -> PrivateKey:
    """An Ed25519 test key."""
    return private_key_from_secret("EdDSA", test_secret(name))


def chain_account(name: str = "operator") -> LocalAccount:
    """A chain account of a test."""
    account: LocalAccount = Account.from_key(test_secret(name))
    return account


@dataclass(frozen=True)
class Deployed:
    """A chain with our contracts, and who may do what on it."""

    chain: DevChain
    deployment: Deployment
    account: LocalAccount
    coordinator: PrivateKey
    log_key: PrivateKey

    def client(self, timeout: float = 5.0) -> ChainClient:
        return ChainClient(self.chain.url, self.deployment, timeout)

    def registry(self, timeout: float = 5.0) -> Web3Registry:
        return Web3Registry(self.client(timeout), self.account)

    def relayer(self) -> Relayer:
        return Relayer(self.client(), self.account)


def deploy_on(chain: DevChain, key_delay: int = 60, payer: str = "operator") -> Deployed:
    """Fund a test account and deploy with it."""
    account, coordinator, log_key = chain_account(payer), p256("coordinator"), ed25519("log")
    chain.fund(str(account.address))
    plan = DeployPlan(
        coordinators=[coordinator],
        log_origin=ORIGIN,
        log_key=log_key.public,
        key_delay=key_delay,
        participant=test_secret("operator participant"),
    )
    return Deployed(chain, deploy(chain.url, account, plan), account, coordinator, log_key)


@pytest.fixture(scope="session")
def session_chain() -> Iterator[Deployed]:
    """One chain for the whole session; tests take `deployed`, which puts it back afterwards."""
    with DevChain() as chain:
        yield deploy_on(chain)


@pytest.fixture
def deployed(session_chain: Deployed) -> Iterator[Deployed]:
    """The session's chain, put back as it was after the test."""
    snapshot = session_chain.chain.rpc("evm_snapshot")
    yield session_chain
    session_chain.chain.rpc("evm_setAutomine", [True])
    session_chain.chain.rpc("anvil_dropAllTransactions")
    session_chain.chain.rpc("evm_revert", [snapshot])
    session_chain.chain.rpc("anvil_setNextBlockBaseFeePerGas", [hex(10**9)])  # a revert keeps this one
    session_chain.chain.fund(str(session_chain.account.address))


@pytest.fixture
def own_chain(tmp_path: Path) -> Iterator[Deployed]:
    """A chain of the test's own with its state on disk, to be killed and started again."""
    with DevChain(DevChainSettings(state=tmp_path / "chain" / "state.json")) as chain:
        yield deploy_on(chain)
