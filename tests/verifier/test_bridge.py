"""The ledger moved: evidence from before is judged by whoever pins the new chain, as far as the coordinators signed it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.bridge import Bridge, LastHead, Place, check_bridged, former_trust, parse_bridge, sign_bridge
from protocol.checks.log import hash_of
from protocol.checks.view import Pinned, Trust
from protocol.compact import sign_compact
from protocol.errors import FilieraError
from protocol.keys import private_key_from_secret
from tests.support.makers import seeded
from tests.support.simulator import TRUST, judge
from tests.verifier.test_witnessed import W1, W2, signed_by, trusting

COORDINATORS = [private_key_from_secret("ES256", seeded("bridge coordinator", number)) for number in range(3)]
STRANGER = private_key_from_secret("ES256", seeded("bridge stranger"))
NEW = {
    name: Pinned("0x" + digit * 40, "0x" + digit * 64)
    for name, digit in zip(TRUST.contracts, "123", strict=True)
}
FOLLOWING = Place(4242, "0x" + "9" * 64, NEW)
BUNDLE = signed_by(W1, W2)
CONTRACT = bytes.fromhex(TRUST.contracts["anchors"].address[2:])
END = max(BUNDLE.heads, key=lambda head: head.seq)
LAST = LastHead(END.origin, TRUST.log_keys[END.origin], END.seq, hash_of(END, TRUST.chain_id, CONTRACT))
BRIDGE = Bridge(Place(TRUST.chain_id, TRUST.genesis, TRUST.contracts), FOLLOWING, (LAST,))


def pinned(quorum: int = 2) -> Trust:
    """The trust file of the new chain: the same witnesses, and the coordinators."""
    return replace(
        trusting(2, W1, W2), chain_id=FOLLOWING.chain_id, genesis=FOLLOWING.genesis, contracts=NEW, log_keys={},
        coordinators=frozenset(key.public.did for key in COORDINATORS), coordinator_quorum=quorum,
    )  # fmt: skip


def crossed(bridge: Bridge, signers=COORDINATORS[:2], trust: Trust | None = None):
    """What `filiera verify --bridge` does."""
    found = parse_bridge(sign_bridge(bridge, signers))
    former = former_trust(found, trust or pinned())
    result = judge(BUNDLE, None, former)
    return result, {each.code for each in [*result.verdict.findings, *check_bridged(BUNDLE, found)]}


def test_old_evidence_stands_without_the_old_chain() -> None:
    result, codes = crossed(BRIDGE)
    assert result.verdict.exit_status == 0
    assert "CHAIN_BRIDGED" in codes


def test_without_the_bridge_it_is_of_a_chain_that_nobody_knows() -> None:
    assert judge(BUNDLE, None, pinned()).verdict.exit_status != 0


@pytest.mark.parametrize("signers", [COORDINATORS[:1], [STRANGER, COORDINATORS[0]], [COORDINATORS[0]] * 2])
def test_too_few_coordinators_move_nothing(signers) -> None:
    with pytest.raises(FilieraError, match="BRIDGE_NOT_BY_COORDINATORS"):
        crossed(BRIDGE, signers)


def test_a_trust_file_without_coordinators_believes_no_bridge() -> None:
    nobody = replace(pinned(), coordinators=frozenset(), coordinator_quorum=0)
    with pytest.raises(FilieraError, match="BRIDGE_NOT_BY_COORDINATORS"):
        crossed(BRIDGE, trust=nobody)


def test_a_bridge_to_somewhere_else() -> None:
    with pytest.raises(FilieraError, match="BRIDGE_OTHER_CHAIN"):
        crossed(replace(BRIDGE, following=replace(FOLLOWING, genesis="0x" + "8" * 64)))


def test_a_head_after_the_end_is_refused() -> None:
    early = replace(BRIDGE, last=(replace(LAST, seq=LAST.seq - 1),)) if LAST.seq > 1 else None
    other = replace(BRIDGE, last=(replace(LAST, origin="another.example/log"),))
    for bridge in filter(None, (early, other)):
        assert "HEAD_AFTER_BRIDGE" in {each.code for each in check_bridged(BUNDLE, bridge)}


def test_another_last_head_under_the_same_number_is_refused() -> None:
    forged = replace(BRIDGE, last=(replace(LAST, head_hash=b"\7" * 32),))
    assert "HEAD_NOT_ON_CHAIN" in {each.code for each in check_bridged(BUNDLE, forged)}


def test_two_bridges_in_one_file_contradict() -> None:
    other = replace(BRIDGE, last=(replace(LAST, seq=LAST.seq + 7),))
    both = sign_bridge(BRIDGE, COORDINATORS[:1]) + sign_bridge(other, COORDINATORS[1:2])
    with pytest.raises(FilieraError, match="BRIDGE_DIFFERS"):
        parse_bridge(both)


def test_another_signed_thing_is_no_bridge() -> None:
    with pytest.raises(FilieraError, match="BRIDGE_MALFORMED"):
        parse_bridge(sign_compact(BRIDGE.claims(), COORDINATORS[0], "filiera-audit+jwt"))


def test_what_is_written_is_read_again() -> None:
    read = parse_bridge(sign_bridge(BRIDGE, COORDINATORS))
    assert read.claims() == BRIDGE.claims()
    assert read.signers == {key.public.did for key in COORDINATORS}


@given(st.data())
def test_a_member_that_is_changed_is_refused(data: st.DataObject) -> None:
    claims = json.loads(json.dumps(BRIDGE.claims()))
    path = data.draw(st.sampled_from([("format",), ("from", "chainId"), ("from", "genesis"), ("last", 0, "seq"),
                                      ("last", 0, "headHash"), ("last", 0, "logKey"), ("to", "anchors", "address")]))  # fmt: skip
    value = data.draw(st.sampled_from([None, "", "x", -1, 0, True, [], {}, "0x", "f" * 63]))
    inner = claims
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(FilieraError, match="BRIDGE_MALFORMED"):
        parse_bridge(sign_compact(claims, COORDINATORS[0], "filiera-bridge+jwt"))
