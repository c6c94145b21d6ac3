"""The witness and those who rely on it: what it signs, what it refuses, and what its word is worth to a verifier."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from protocol import merkle
from protocol.checkpoint import Checkpoint, format_vkey, sign_note
from protocol.checks.view import Trust
from protocol.cosignature import CHECKPOINT, SNAPSHOT, cosigners
from protocol.errors import FormatError, LogError
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret
from tests.support.makers import seeded
from tests.support.simulator import LOG_KEY, ORIGIN, TRUST
from tests.support.witnesses import ToldChain, closed_key, network_events, snapshot_at, spun_network
from verifier.witness.cosigner import Cosigner
from verifier.witness.keyfile import load_key, make_key, state_path
from verifier.witness.server import new_server
from verifier.witness.state import Memory, StateFile

NAME = "witness.example/w1"
KEYS = {f"witness.example/w{n}": private_key_from_secret("EdDSA", seeded("witness", n)) for n in (1, 2, 3)}
PINNED = {name: key.public.raw for name, key in KEYS.items()}
NOW = 1_800_000_000
VKEY = format_vkey(ORIGIN, LOG_KEY.public)
LEAVES = [sha256(bytes([n])) for n in range(40)]


def note(size: int, leaves: list[bytes] = LEAVES, origin: str = ORIGIN, key=LOG_KEY) -> str:
    return sign_note(Checkpoint(origin, size, merkle.root(leaves[:size])), key)


def request(old: int, size: int, leaves: list[bytes] = LEAVES, signed: str = "") -> str:
    proof = merkle.consistency_proof(leaves[:size], old) if 0 < old < size else []
    lines = "".join(base64.b64encode(each).decode() + "\n" for each in proof)
    return f"old {old}\n{lines}\n{signed or note(size, leaves)}"


@pytest.fixture
def state(tmp_path: Path) -> StateFile:
    return StateFile.create(tmp_path / "state", NAME, KEYS[NAME].public.raw.hex())


def witness_on(state: StateFile, chain: ToldChain, trust: Trust = TRUST) -> Cosigner:
    return Cosigner(KEYS[NAME], trust, state, chain, lambda: NOW)


@pytest.fixture
def witness(state: StateFile) -> Cosigner:
    return witness_on(state, ToldChain())


def test_a_growing_log_is_cosigned_at_every_step(witness: Cosigner) -> None:
    old = 0
    for size in (3, 4, 4, 11, 40):
        line = witness.add_checkpoint(request(old, size))
        assert cosigners(note(size) + line, PINNED, CHECKPOINT) == {NAME: NOW}
        old = size


def refused(witness: Cosigner, body: str, code: str) -> None:
    before = witness._state.load()
    with pytest.raises(LogError, match=code):
        witness.add_checkpoint(body)
    assert witness._state.load() == before


def test_a_forked_log_is_refused(witness: Cosigner) -> None:
    witness.add_checkpoint(request(0, 10))
    other = [*LEAVES[:9], sha256(b"another"), *LEAVES[10:]]
    refused(witness, request(10, 10, other), "WITNESS_FORK")
    refused(witness, request(10, 20, other), "WITNESS_INCONSISTENT")
    witness.add_checkpoint(request(10, 20))


def test_a_shrunk_log_is_refused(witness: Cosigner) -> None:
    witness.add_checkpoint(request(0, 10))
    refused(witness, request(0, 9), "WITNESS_SIZE")
    refused(witness, request(9, 9), "WITNESS_SIZE")
    refused(witness, request(10, 9), "WITNESS_REQUEST_MALFORMED")


def test_a_proof_from_another_size_is_refused_with_the_right_one(witness: Cosigner) -> None:
    witness.add_checkpoint(request(0, 10))
    with pytest.raises(LogError, match="WITNESS_SIZE") as caught:
        witness.add_checkpoint(request(5, 12))
    assert caught.value.values["size"] == 10


def test_a_proof_where_none_belongs_is_refused(witness: Cosigner) -> None:
    extra = base64.b64encode(LEAVES[0]).decode()
    refused(witness, f"old 0\n{extra}\n\n{note(5)}", "WITNESS_INCONSISTENT")


def test_who_is_not_known_and_who_did_not_sign_is_told_apart(witness: Cosigner) -> None:
    refused(witness, request(0, 5, signed=note(5, origin="other.example/log")), "WITNESS_LOG_UNKNOWN")
    refused(witness, request(0, 5, signed=note(5, key=KEYS[NAME])), "WITNESS_LOG_SIGNATURE")
    refused(witness, request(0, 5).replace("\n5\n", "\n6\n"), "WITNESS_LOG_SIGNATURE")


@pytest.mark.parametrize(
    "body",
    [
        "",
        note(5),
        f"old 05\n\n{note(5)}",
        f"new 0\n\n{note(5)}",
        f"old 0\nAAAA\n\n{note(5)}",
        "old 0\n" + (base64.b64encode(LEAVES[0]).decode() + "\n") * 64 + f"\n{note(5)}",
        f"old 0\n\n{note(5)[:-1]}",
        f"old {10**20}\n\n{note(5)}",
    ],
)
def test_a_request_of_another_form_is_refused(witness: Cosigner, body: str) -> None:
    with pytest.raises(LogError, match="WITNESS_REQUEST_MALFORMED"):
        witness.add_checkpoint(body)


def test_what_was_signed_is_known_after_a_restart(state: StateFile) -> None:
    witness_on(state, ToldChain()).add_checkpoint(request(0, 10))
    again = witness_on(state, ToldChain())
    other = [*LEAVES[:9], sha256(b"another")]
    refused(again, request(0, 10, other), "WITNESS_SIZE")
    refused(again, request(10, 10, other), "WITNESS_FORK")


class Full(StateFile):
    """A disk that takes nothing more."""

    def store(self, memory: Memory) -> None:
        raise OSError("no space left")


def test_nothing_is_signed_that_could_not_be_written_down(state: StateFile) -> None:
    witness = witness_on(Full(state._path), ToldChain())
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            witness.add_checkpoint(request(0, 10))
    assert witness_on(state, ToldChain()).add_checkpoint(request(0, 10))


def test_two_requests_at_once_never_roll_the_log_back(witness: Cosigner) -> None:
    witness.add_checkpoint(request(0, 10))
    signed: list[int] = []

    def ask(size: int) -> None:
        try:
            witness.add_checkpoint(request(10, size))
            signed.append(size)
        except LogError:
            return

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(11, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signed) == 1
    assert witness._state.load().trees[ORIGIN].size == signed[0]


# The state of the chain.


NETWORK = spun_network()


def chain() -> ToldChain:
    return ToldChain(network_events(NETWORK), latest=30)


def presented(chain: ToldChain, block: int = 30) -> str:
    return snapshot_at(chain, block)[0].sign(LOG_KEY)


def test_a_state_that_the_witness_sees_too_is_cosigned(state: StateFile) -> None:
    signed = presented(chain())
    line = witness_on(state, chain()).add_snapshot(signed)
    assert cosigners(signed + line, PINNED, SNAPSHOT) == {NAME: NOW}
    assert cosigners(signed + line, PINNED, CHECKPOINT) == {}


@pytest.mark.parametrize("lie", ["left out", "added", "closed key shown open", "other block"])
def test_a_state_that_the_witness_does_not_see_is_refused(state: StateFile, lie: str) -> None:
    own, told = chain(), chain()
    if lie == "left out":
        told.events.pop()
    elif lie == "added":
        told.events.append(closed_key(NETWORK, 8))
    elif lie == "closed key shown open":
        own.events.append(closed_key(NETWORK, 8))
    else:
        told.fork = "fork"
    with pytest.raises(LogError, match="WITNESS_SNAPSHOT_DIFFERS"):
        witness_on(state, own).add_snapshot(presented(told))
    assert state.load().snapshots == {}


def test_a_block_that_the_witness_does_not_see_yet_waits(state: StateFile) -> None:
    own = chain()
    deep = witness_on(state, own, replace(TRUST, confirmations=3))
    with pytest.raises(LogError, match="WITNESS_BEHIND"):
        deep.add_snapshot(presented(chain(), 30))
    own.latest = 33
    assert deep.add_snapshot(presented(chain(), 30))


def test_the_state_never_goes_back(state: StateFile) -> None:
    witness = witness_on(state, chain())
    witness.add_snapshot(presented(chain(), 30))
    witness.add_snapshot(presented(chain(), 30))
    with pytest.raises(LogError, match="WITNESS_SNAPSHOT_OLD"):
        witness.add_snapshot(presented(chain(), 29))
    with pytest.raises(LogError, match="WITNESS_SNAPSHOT_OLD"):
        witness_on(state, chain()).add_snapshot(presented(chain(), 29))


def test_two_states_of_one_block_are_never_signed(state: StateFile) -> None:
    own = chain()
    witness = witness_on(state, own)
    witness.add_snapshot(presented(own))
    own.fork, own.events = "fork", own.events[:-1]
    with pytest.raises(LogError, match="WITNESS_SNAPSHOT_DIFFERS"):
        witness.add_snapshot(presented(own))


def test_a_state_of_another_chain_or_of_other_contracts_is_refused(state: StateFile) -> None:
    snapshot, _ = snapshot_at(chain(), 30)
    pinned = dict(snapshot.contracts)
    pinned["anchors"] = replace(pinned["anchors"], address="0x" + "e" * 40)
    for other in (replace(snapshot, chain_id=1), replace(snapshot, contracts=pinned)):
        with pytest.raises(LogError, match="WITNESS_CHAIN_OTHER"):
            witness_on(state, chain()).add_snapshot(other.sign(LOG_KEY))


def test_a_log_that_showed_the_witness_another_tree_than_the_chain_is_found_out(state: StateFile) -> None:
    # A liar shows one of two witnesses a tree of its own. At first sight nothing is wrong with it; the chain's state
    # cannot be lied about, and holds another root for that size.
    size = NETWORK.heads[0].size
    forked = [sha256(b"forked"), *LEAVES[1:]]
    witness = witness_on(state, chain())
    witness.add_checkpoint(request(0, size, forked))
    with pytest.raises(LogError, match="WITNESS_LOG_OFF_CHAIN"):
        witness.add_snapshot(presented(chain()))


def test_a_log_that_is_ahead_of_the_chain_is_no_liar(state: StateFile) -> None:
    witness = witness_on(state, chain())
    witness.add_checkpoint(request(0, 40))
    assert witness.add_snapshot(presented(chain()))


def test_a_checkpoint_is_not_taken_for_a_state(state: StateFile) -> None:
    with pytest.raises(LogError, match="SNAPSHOT_MALFORMED"):
        witness_on(state, chain()).add_snapshot(note(5))
    with pytest.raises(LogError, match="WITNESS_LOG_UNKNOWN"):
        witness_on(state, chain()).add_checkpoint(f"old 0\n\n{presented(chain())}")


# Key and state on disk.


def test_key_and_state_are_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "w.jwk"
    key = make_key(path, NAME)
    assert load_key(path).public == key.public
    assert path.stat().st_mode & 0o077 == 0
    assert state_path(path).stat().st_mode & 0o077 == 0
    with pytest.raises(LogError, match="WITNESS_KEY_FILE"):
        make_key(path, NAME)
    path.chmod(0o644)
    with pytest.raises(LogError, match="WITNESS_KEY_FILE"):
        load_key(path)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_that_no_note_can_carry_makes_no_key(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match="WITNESS_NAME"):
        make_key(tmp_path / "w.jwk", name)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_said(witness: Cosigner) -> None:
    with (
        new_server(witness, "127.0.0.1", 0, "") as first,
        pytest.raises(FormatError, match="WITNESS_ADDRESS"),
    ):
        new_server(witness, "127.0.0.1", int(first.server_address[1]), "")


def test_a_witness_without_its_memory_does_not_begin_anew(tmp_path: Path) -> None:
    path = tmp_path / "w.jwk"
    key = make_key(path, NAME)
    state = StateFile(state_path(path))
    for damage in (
        b"",
        b"{}",
        state_path(path).read_bytes()[:-9],
        state_path(path).read_bytes().replace(b"/1", b"/2"),
    ):
        state_path(path).write_bytes(damage)
        with pytest.raises(LogError, match="WITNESS_STATE_MALFORMED"):
            Cosigner(key, TRUST, state, ToldChain(), lambda: NOW)
    state_path(path).unlink()
    with pytest.raises(LogError, match="WITNESS_STATE_MALFORMED"):
        Cosigner(key, TRUST, state, ToldChain(), lambda: NOW)


def test_a_state_of_another_key_is_refused(state: StateFile) -> None:
    with pytest.raises(LogError, match="WITNESS_STATE_MALFORMED"):
        Cosigner(KEYS["witness.example/w2"], TRUST, state, ToldChain(), lambda: NOW)


def test_two_processes_do_not_share_a_state(state: StateFile) -> None:
    with state, pytest.raises(LogError, match="WITNESS_STATE_TAKEN"), StateFile(state._path):
        pass


# Over HTTP, as C2SP tlog-witness has it.


@pytest.fixture
def url(state: StateFile) -> Iterator[str]:
    with new_server(witness_on(state, chain()), "127.0.0.1", 0, '{"name": "w"}\n') as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_statuses_are_those_of_the_specification(url: str) -> None:
    def post(body: str, path: str = "/add-checkpoint") -> httpx.Response:
        return httpx.post(url + path, content=body.encode())

    answer = post(request(0, 10))
    assert (answer.status_code, cosigners(note(10) + answer.text, PINNED)) == (200, {NAME: NOW})
    stale = post(request(5, 12))
    assert (stale.status_code, stale.text, stale.headers["content-type"]) == (409, "10\n", "text/x.tlog.size")
    forked = post(request(10, 10, [sha256(b"x"), *LEAVES]))
    assert (forked.status_code, forked.headers["content-type"]) == (409, "text/plain; charset=utf-8")
    assert post(request(10, 20, [sha256(b"x"), *LEAVES])).status_code == 422
    assert post(request(12, 11)).status_code == 400
    assert post("old 0\n\nhello").status_code == 404
    assert post(request(10, 12, signed=note(12, key=KEYS[NAME]))).status_code == 403
    assert post(presented(chain()), "/add-snapshot").status_code == 200
    assert post(presented(ToldChain([], latest=31), 31), "/add-snapshot").status_code == 503
    assert httpx.get(url).json() == {"name": "w"}
    assert httpx.get(url + "/other").status_code == 404
    assert post("", "/other").status_code == 404
    assert httpx.post(url + "/add-checkpoint", content=b"\xff").status_code == 400
    assert httpx.post(url + "/add-checkpoint", content=b"x" * 300_000).status_code == 413
