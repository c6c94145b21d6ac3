"""Participants from the chain, as far as the node shows and uses them; acts that are relayed."""

from __future__ import annotations

import pytest

from anchoring.acts import ActTarget, sign_act
from anchoring.participants import (
    CoordinatorSet,
    KeyState,
    ParticipantsSnapshot,
    ParticipantState,
    StatusChange,
)
from anchoring.ports import Block
from anchoring.relay import RelayResult
from node.participants.chain import snapshot_of as converted
from node.participants.relay import Relay
from node.participants.service import Participants
from protocol.errors import ChainError
from tests.support.makers import Maker, snapshot_of
from tests.support.nodes import running

pytestmark = pytest.mark.anyio
TARGET = ActTarget(31337, b"\x0a" * 20)


class FakeRelayer:
    """Stands for `anchoring.relay.Relayer`: remembers what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[tuple] = []

    def target(self, _contract: str) -> ActTarget:
        return TARGET

    def nonce_of(self, _contract: str, _participant: bytes | None) -> int:
        return len(self.sent)

    def relay_act(self, *act) -> RelayResult:
        self.sent.append(act)
        return RelayResult(b"\x01" * 32, 12, b"\x02" * 32, 100_000)


def request_of(maker: Maker, key=None, **changes):
    args = {"id": maker.id.hex(), "keyHash": maker.key.public.key_id.hex(), "toBlock": 0, "reason": 0}
    nonce, deadline = 0, 2_000_000_000
    (signature,) = sign_act(TARGET, "participants", "closeKey", args, nonce, deadline, [key or maker.key])
    body = {
        "contract": "participants", "act": "closeKey", "args": args, "nonce": nonce, "deadline": deadline,
        "signatures": [
            {"keyHash": signature.key_hash.hex(), "r": signature.r.hex(), "s": signature.s.hex()}
        ],
    }  # fmt: skip
    return body | changes


async def act(tmp_path, body, *makers, relayer=None):
    relayer = relayer or FakeRelayer()
    async with running(tmp_path, *makers) as node:
        node.node.relay._relayer = relayer
        answer = await node.client.post("/participants/acts", json=body)
    return answer, relayer


async def test_relay_sends_what_a_registered_key_signed(tmp_path):
    anna = Maker("anna")
    body = request_of(anna)
    answer, relayer = await act(tmp_path, body, anna)
    assert answer.status_code == 200, answer.text
    assert answer.json()["transaction"] == "0x" + "01" * 32
    ((contract, name, args, nonce, deadline, signatures),) = relayer.sent
    assert (contract, name, args, nonce, deadline) == (
        "participants",
        "closeKey",
        body["args"],
        0,
        2_000_000_000,
    )
    assert signatures[0].key_hash == anna.key.public.key_id


async def test_relay_makes_high_s_low_without_a_key(tmp_path):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    anna = Maker("anna")
    body = request_of(anna)
    low = int(body["signatures"][0]["s"], 16)
    body["signatures"][0]["s"] = f"{order - low:064x}"
    answer, relayer = await act(tmp_path, body, anna)
    assert answer.status_code == 200
    assert int.from_bytes(relayer.sent[0][5][0].s, "big") == low


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nonce": 1}, "SIGNATURE_INVALID"),
        ({"deadline": 2_000_000_001}, "SIGNATURE_INVALID"),
        ({"args": {}}, "CHAIN_ACT_ARGUMENT"),
        ({"act": "selfdestruct"}, "CHAIN_ACT_UNKNOWN"),
        ({"signatures": []}, "REQUEST_INVALID"),
        ({"contract": "tokens"}, "REQUEST_INVALID"),
        ({"surplus": 1}, "REQUEST_INVALID"),
    ],
)
async def test_relay_pays_for_nothing_that_was_not_signed(tmp_path, change, code):
    anna = Maker("anna")
    answer, relayer = await act(tmp_path, request_of(anna) | change, anna)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert relayer.sent == []


async def test_relay_strangers_cost_nothing(tmp_path):
    anna, stranger = Maker("anna"), Maker("stranger")
    answer, relayer = await act(tmp_path, request_of(anna, stranger.key), anna)
    assert answer.json()["code"] == "KEY_UNKNOWN"
    assert relayer.sent == []


async def test_relay_without_a_ledger_says_so(tmp_path):
    anna = Maker("anna")
    async with running(tmp_path, anna) as node:
        answer = await node.client.post("/participants/acts", json=request_of(anna))
        nonce = await node.client.get("/participants/nonce")
    assert (answer.status_code, answer.json()["code"]) == (503, "NO_LEDGER")
    assert nonce.status_code == 503
    assert isinstance(node.node.relay, Relay)


async def test_participants_are_shown_with_roles_and_keys(tmp_path):
    anna, bice = Maker("anna", ("supplier", "repairer")), Maker("bice", alg="EdDSA")
    async with running(tmp_path, anna, bice) as node:
        everyone = (await node.client.get("/participants")).json()
        one = (await node.client.get(f"/participants/{anna.id.hex()}")).json()
        nobody = await node.client.get(f"/participants/{'0' * 64}")
    assert {entry["id"] for entry in everyone} == {anna.id.hex(), bice.id.hex()}
    assert one["roles"] == ["supplier", "repairer"]
    assert one["keys"][0]["publicKey"] == anna.key.public.uncompressed.hex()
    assert one["keys"][0]["toBlock"] is None
    assert (nobody.status_code, nobody.json()["code"]) == (404, "PARTICIPANT_UNKNOWN")


async def test_participants_chain_that_fails_leaves_the_last_snapshot_and_shows(tmp_path, monkeypatch):
    anna = Maker("anna")
    monkeypatch.setattr("node.participants.service.SHORTEST_PAUSE", 0.0)

    class Broken:
        def load(self):
            raise ChainError("CHAIN_UNREACHABLE")

    async with running(tmp_path, anna) as node:
        service: Participants = node.node.participants
        service._source = Broken()
        await service.refresh()
        assert (await node.post(anna.declare("wool"))).status_code == 201
        ready = await node.client.get("/ready")
        assert (ready.status_code, ready.json()["participants"]) == (503, "CHAIN_UNREACHABLE")
        service._source = node.people
        await service.refresh()
        assert (await node.client.get("/ready")).status_code == 200


def test_participants_of_the_chain_keep_every_field():
    anna = Maker("anna")
    expected = snapshot_of(anna).participants[anna.id]
    (key,) = expected.keys
    state = ParticipantState(
        anna.id, 1, b"", (StatusChange(1, expected.roles, active=True),),
        (KeyState(key.key_id, key.alg, key.use, key.capabilities, 0, 1, key.public_key),),
    )  # fmt: skip
    coordinators = (CoordinatorSet(1, 1, 1, {b"k" * 32: b"p" * 64}),)
    found = converted(ParticipantsSnapshot(Block(10, b"h" * 32), {anna.id: state}, coordinators))
    assert found.participants[anna.id] == expected
    assert found.coordinators == {b"k" * 32: b"p" * 64}
    assert found.block == 10
