"""One network of members for all system tests; the fixtures are in tests/support/network.py."""

from __future__ import annotations

from tests.support.network import cable, deployments, network, on_network, whole

__all__ = ["cable", "deployments", "network", "on_network", "whole"]
