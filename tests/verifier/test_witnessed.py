"""What a verifier makes of witnesses: when their word stands in for the chain, and when it does not."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.bundle import Bundle
from protocol.checkpoint import Checkpoint, sign_note
from protocol.checks.view import Trust
from protocol.cosignature import CHECKPOINT, SNAPSHOT
from protocol.keys import private_key_from_secret
from protocol.snapshot import Evidence
from tests.support.makers import lot, seeded
from tests.support.simulator import LOG_KEY, TRUST, judge, random_network
from tests.support.witnesses import (
    ToldChain,
    closed_key,
    cosigned,
    network_events,
    spun_network,
    witnessed,
)
from verifier import report
from verifier.trust import parse_trust
from verifier.verify import Result

KEYS = {f"witness.example/w{n}": private_key_from_secret("EdDSA", seeded("witness", n)) for n in (1, 2, 3)}
PINNED = {name: key.public.raw for name, key in KEYS.items()}
NOW = 1_800_000_000
NETWORK = spun_network()
TARGET = lot("yarn")


def chain() -> ToldChain:
    return ToldChain(network_events(NETWORK), latest=30)


def trusting(quorum: int, *names: str) -> Trust:
    pinned = {name: PINNED[name] for name in names or PINNED}
    return replace(TRUST, witnesses=pinned, witness_quorum=quorum)


def signed_by(*names: str, told: ToldChain | None = None, time: int = NOW) -> Bundle:
    signers = {name: KEYS[name] for name in names}
    return witnessed(NETWORK.bundle(TARGET), told or chain(), signers, time)


def codes(result: Result) -> set[str]:
    return {found.code for found in result.verdict.findings if found.severity != "notice"}


W1, W2, W3 = KEYS


def test_enough_witnesses_stand_in_for_the_chain() -> None:
    result = judge(signed_by(W1, W2), None, trusting(2))
    assert (result.verdict.exit_status, codes(result), result.chain_asked) == (0, set(), False)
    assert result.as_of is not None
    assert (result.as_of.block, result.as_of.instant) == (30, "2027-01-15T08:00:00Z")
    assert result.as_of.witnesses == (W1, W2)
    value = report.to_json(result, "it")
    assert value["asOf"] == {"block": 30, "time": "2027-01-15T08:00:00Z", "witnesses": [W1, W2]}
    text = report.to_text(result, "en")
    assert "As of block 30, confirmed by 2 witnesses" in text
    assert "CHAIN_AS_OF" in text
    assert {check["verdict"] for check in value["checks"] if check["check"] in {"checkpoint", "chain"}} == {
        "verified"
    }


@pytest.mark.parametrize(
    ("signers", "quorum", "status"),
    [((), 1, 2), ((W1,), 1, 0), ((W1,), 2, 2), ((W1, W3), 2, 0), ((W1, W2), 3, 2), ((W1, W2, W3), 3, 0)],
)
def test_fewer_than_the_trust_file_wants_are_not_enough(
    signers: tuple[str, ...], quorum: int, status: int
) -> None:
    result = judge(signed_by(*signers), None, trusting(quorum))
    assert result.verdict.exit_status == status
    assert ("WITNESS_QUORUM" in codes(result)) == (status == 2)


def test_strangers_do_not_count() -> None:
    result = judge(signed_by(W2, W3), None, trusting(1, W1))
    assert (result.verdict.exit_status, codes(result)) == (2, {"WITNESS_QUORUM", "CHAIN_NOT_ASKED"})


def test_the_quorum_is_wanted_online_too() -> None:
    bundle = signed_by(W1)
    result = judge(bundle, NETWORK.view(), trusting(2))
    assert (result.verdict.exit_status, codes(result)) == (2, {"WITNESS_QUORUM"})
    assert judge(bundle, NETWORK.view(), trusting(1)).verdict.exit_status == 0
    assert judge(bundle, NETWORK.view()).verdict.exit_status == 0


def test_without_witnesses_in_the_trust_file_nothing_changes() -> None:
    result = judge(signed_by(W1, W2, W3), None)
    assert (result.verdict.exit_status, codes(result)) == (2, {"CHAIN_NOT_ASKED"})
    assert result.as_of is None


def test_a_forged_cosignature_is_refused() -> None:
    forged = {W1: KEYS[W1], W2: KEYS[W2]}
    bundle = witnessed(NETWORK.bundle(TARGET), chain(), forged)
    assert bundle.snapshot is not None
    old = bundle.snapshot.note
    altered = old.replace("block 30 ", "block 31 ")
    resigned = cosigned(sign_again(altered), {}, NOW, SNAPSHOT) + old.split("\n\n")[1].split("\n", 1)[1]
    result = judge(replace(bundle, snapshot=replace(bundle.snapshot, note=resigned)), None, trusting(2))
    assert result.verdict.exit_status == 1
    assert "WITNESS_SIGNATURE" in codes(result)


def sign_again(text: str) -> str:
    """The log signs an altered snapshot, the witnesses did not."""
    body = text.split("\n\n", maxsplit=1)[0] + "\n"
    lines = body.split("\n")
    checkpoint = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2]))
    return sign_note(checkpoint, LOG_KEY, lines[3:-1])


def test_an_old_cosignature_under_a_newer_checkpoint_is_refused() -> None:
    first = cosigned(NETWORK.heads[0].checkpoint, {W1: KEYS[W1]}, NOW, CHECKPOINT)
    bundle = signed_by(W2)
    heads = [
        replace(head, checkpoint=head.checkpoint + first.split("\n\n")[1].split("\n", 1)[1])
        if head.checkpoint
        else head
        for head in bundle.heads
    ]
    result = judge(replace(bundle, heads=tuple(heads)), NETWORK.view(), trusting(1))
    assert (result.verdict.exit_status, codes(result)) == (1, {"WITNESS_SIGNATURE"})


def test_a_fact_that_is_left_out_of_the_file_is_missed() -> None:
    bundle = signed_by(W1, W2)
    assert bundle.snapshot is not None
    for gone in bundle.snapshot.entries:
        rest = tuple(each for each in bundle.snapshot.entries if each is not gone)
        left = replace(bundle, snapshot=Evidence(bundle.snapshot.note, rest))
        result = judge(left, None, trusting(2))
        assert (result.verdict.exit_status, codes(result)) == (
            2,
            {"SNAPSHOT_FACT_MISSING", "CHAIN_NOT_ASKED"},
        )


def test_a_fact_that_was_altered_is_refused() -> None:
    bundle = signed_by(W1, W2)
    assert bundle.snapshot is not None
    for number, each in enumerate(bundle.snapshot.entries):
        value = json.loads(each.entry)
        value[-1] = "0x" if isinstance(value[-1], str) else 7
        entries = list(bundle.snapshot.entries)
        entries[number] = replace(each, entry=json.dumps(value, separators=(",", ":")).encode())
        altered = replace(bundle, snapshot=Evidence(bundle.snapshot.note, tuple(entries)))
        result = judge(altered, None, trusting(2))
        assert result.verdict.exit_status == 1
        assert "PROOF_MISMATCH" in codes(result)


def test_a_key_that_the_witnessed_chain_closed_is_refused_though_the_file_says_open() -> None:
    told = chain()
    told.events.append(closed_key(NETWORK, 8))
    bundle = signed_by(W1, W2, told=told)
    assert all(key.to_block is None for key in bundle.keys)
    result = judge(bundle, None, trusting(2))
    assert result.verdict.exit_status == 1
    assert "BUNDLE_CHAIN_MISMATCH" in codes(result)


def test_a_head_that_the_witnessed_chain_does_not_hold_is_not_verified() -> None:
    told = chain()
    told.events = told.events[:-1]
    result = judge(signed_by(W1, W2, told=told), None, trusting(2))
    assert (result.verdict.exit_status, "HEAD_NOT_YET_ON_CHAIN" in codes(result)) == (2, True)


def test_the_witnessed_view_is_the_one_that_the_chain_gives() -> None:
    offline, online = judge(signed_by(W1, W2), None, trusting(2)), judge(signed_by(W1, W2), NETWORK.view())
    said = [found for found in offline.verdict.findings if found.code != "CHAIN_AS_OF"]
    assert said == list(online.verdict.findings)
    assert offline.criteria == online.criteria


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_any_network_is_judged_alike_with_witnesses_and_with_the_chain(seed: int) -> None:
    network, target = random_network(random.Random(seed))
    told = ToldChain(network_events(network), latest=max(head.block for head in network.heads) + 1)
    bundle = witnessed(network.bundle(target), told, {W1: KEYS[W1]})
    offline, online = judge(bundle, None, trusting(1)), judge(bundle, network.view(), trusting(1))
    assert [found for found in offline.verdict.findings if found.code != "CHAIN_AS_OF"] == list(
        online.verdict.findings
    )


# The trust file.


def trust_file(**changes: object) -> bytes:
    pinned = {"address": "0x" + "a" * 40, "codeHash": "0x" + "7" * 64}
    value = {
        "format": "filiera-trust/1", "chainId": 1, "genesis": "0x" + "9" * 64, "participants": pinned,
        "anchors": pinned, "passports": pinned, "logs": [], "witnesses": [], "confirmations": 0,
    } | changes  # fmt: skip
    return json.dumps(value).encode()


def entry(name: str) -> dict[str, str]:
    return {"name": name, "key": PINNED[name].hex()}


def test_all_pinned_witnesses_have_to_agree_unless_the_file_says_fewer() -> None:
    assert parse_trust(trust_file()).witness_quorum == 0
    assert parse_trust(trust_file(witnesses=[entry(W1), entry(W2)])).witness_quorum == 2
    fewer = parse_trust(trust_file(witnesses=[entry(W1), entry(W2)], witnessQuorum=1))
    assert (fewer.witness_quorum, fewer.witnesses) == (1, {W1: PINNED[W1], W2: PINNED[W2]})


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"witnesses": {}}, "/witnesses"),
        ({"witnesses": [entry(W1), entry(W1)]}, "/witnesses/1"),
        ({"witnesses": [entry(W1), {"name": "again", "key": PINNED[W1].hex()}]}, "/witnesses/1"),
        ({"witnesses": [{"name": "a b", "key": PINNED[W1].hex()}]}, "/witnesses/0/name"),
        ({"witnesses": [{"name": "a", "key": "01" + "00" * 31}]}, "/witnesses/0/key"),
        ({"witnesses": [entry(W1)], "witnessQuorum": 0}, "/witnessQuorum"),
        ({"witnesses": [entry(W1)], "witnessQuorum": 2}, "/witnessQuorum"),
        ({"witnessQuorum": 1}, "/witnessQuorum"),
    ],
)
def test_a_trust_file_that_counts_wrong_is_refused(changes: dict[str, object], place: str) -> None:
    with pytest.raises(Exception, match="TRUST_MALFORMED") as caught:
        parse_trust(trust_file(**changes))
    assert caught.value.place == place  # type: ignore[attr-defined]
