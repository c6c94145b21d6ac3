"""`bundle.verify` says what the command says of the same file."""

from __future__ import annotations

import base64

from protocol.bundle import serialise
from tests.support.makers import lot
from tests.support.simulator import CHAIN, CODE, LOG_KEY, ORIGIN
from tests.verifier.test_verify import spun
from verifier.conformance import answer

TRUST = {
    "format": "filiera-trust/1",
    "chainId": CHAIN.chain_id,
    "genesis": CHAIN.genesis,
    **{
        name: {"address": getattr(CHAIN, name), "codeHash": CODE}
        for name in ("participants", "anchors", "passports")
    },
    "logs": [{"origin": ORIGIN, "logKey": LOG_KEY.public.raw.hex()}],
    "witnesses": [],
    "confirmations": 0,
}


def ask(data: bytes, trust: object = TRUST) -> dict[str, object]:
    question = {"op": "bundle.verify", "id": 1, "bundle_b64": base64.b64encode(data).decode(), "trust": trust}
    return answer(question)


def test_a_sound_bundle_lacks_only_the_chain() -> None:
    network, _, _ = spun()
    found = ask(serialise(network.bundle(lot("yarn"))))
    assert found["verdict"] == "not proven"
    assert "CHAIN_NOT_ASKED" in found["codes"]  # type: ignore[operator]
    assert found["figures"]["short-chain/companies"] == "2"  # type: ignore[index]


def test_without_trust_that_is_said() -> None:
    network, _, _ = spun()
    assert "TRUST_ABSENT" in ask(serialise(network.bundle(lot("yarn"))), None)["codes"]  # type: ignore[operator]


def test_other_bytes_are_refused_by_code() -> None:
    network, _, _ = spun()
    assert ask(serialise(network.bundle(lot("yarn"))) + b" ")["error"] == "BUNDLE_NOT_CANONICAL"
