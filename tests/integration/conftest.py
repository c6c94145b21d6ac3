"""One chain for all integration tests, and a node on it; the chain's fixtures are in tests/support/chain.py."""

from __future__ import annotations

import json

import pytest

from tests.support.chain import deployed, own_chain, session_chain
from tests.support.node_process import NodeProcess

__all__ = ["deployed", "own_chain", "session_chain"]


@pytest.fixture
def node(tmp_path, deployed):
    """A node of its own for each test, with the trust file beside it; ended without warning."""
    process = NodeProcess(tmp_path, deployed)
    process.start()
    (tmp_path / "trust.json").write_text(json.dumps(deployed.deployment.trust()))
    yield process
    process.kill()
    process.client.close()
