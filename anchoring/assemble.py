"""Build a worker from settings: for `filiera anchor run` and for a node that anchors in its own process."""

from __future__ import annotations

import importlib
import os
import secrets
import socket
from typing import TYPE_CHECKING

from anchoring.accounts import load_account
from anchoring.client import DEFAULT_TIMEOUT, ChainClient
from anchoring.registry import Web3Registry
from anchoring.worker import AnchoringWorker, WorkerSettings
from protocol.errors import ChainError

if TYPE_CHECKING:
    from pathlib import Path

    from anchoring.deployment import Deployment
    from anchoring.ports import HeadStore, Registry


def open_registry(
    deployment: Deployment, chain_url: str, operator_key_file: Path, timeout: float = DEFAULT_TIMEOUT
) -> Web3Registry:
    """The registry of a deployment; nothing is asked of the endpoint yet."""
    return Web3Registry(ChainClient(chain_url, deployment, timeout), load_account(operator_key_file))


def build_worker(
    store: HeadStore, registry: Registry, settings: WorkerSettings | None = None
) -> AnchoringWorker:
    """A worker with a holder name of its own. Call `run(stop)` in a thread, or `step()` by yourself."""
    return AnchoringWorker(store, registry, settings, holder=new_holder())


def new_holder() -> str:
    """A name that no other worker has: where it runs, for people, and random bits, for uniqueness."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(6)}"[-120:]


def load_store(factory: str) -> HeadStore:
    """Call the head store's factory, named `module:function`, without arguments; it reads its own settings.

    The name comes from the operator's setting FILIERA_HEAD_STORE: anchoring imports no node, it is handed
    one.
    """
    module, _, name = factory.partition(":")
    try:
        opened: HeadStore = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as error:
        raise ChainError("HEAD_STORE_ABSENT", factory, reason=str(error)[:200]) from error
    return opened
