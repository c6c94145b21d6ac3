"""One chain for all integration tests; the fixtures are in tests/support/chain.py."""

from __future__ import annotations

from tests.support.chain import deployed, own_chain, session_chain

__all__ = ["deployed", "own_chain", "session_chain"]
