"""Cosignatures of witnesses: what counts, what is read over, and what makes a whole note refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.checkpoint import Checkpoint, sign_note, split_note
from protocol.cosignature import (
    CHECKPOINT,
    MAX_TIME,
    SNAPSHOT,
    add_lines,
    cosign,
    cosigners,
    format_cosigner,
    lines_of,
    quorum_time,
)
from protocol.errors import LogError
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret

LOG_KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
KEYS = {f"witness.example/w{n}": private_key_from_secret("EdDSA", bytes([n]) * 32) for n in (1, 2, 3)}
PINNED = {name: key.public.raw for name, key in KEYS.items()}
W1, W2, W3 = KEYS
NOTE = sign_note(Checkpoint("log.example/filiera", 12, sha256(b"root")), LOG_KEY)
BODY, _ = split_note(NOTE)
TIME = 1_679_315_147


def line(name: str, time: int = TIME, body: str = BODY, statement=CHECKPOINT) -> str:
    return cosign(body, time, name, KEYS[name], statement)


def test_cosigners_are_named_with_their_times() -> None:
    note = NOTE + line(W1) + line(W2, TIME + 5)
    assert cosigners(note, PINNED) == {W1: TIME, W2: TIME + 5}


def test_the_signed_message_is_that_of_the_specification() -> None:
    value = base64.b64decode(line(W1).split(" ")[2])
    assert value[:4] == sha256(W1.encode() + b"\n\x04" + KEYS[W1].public.raw)[:4]
    assert int.from_bytes(value[4:12], "big") == TIME
    message = f"cosignature/v1\ntime {TIME}\n{BODY}".encode()
    assert KEYS[W1].sign(message) == value[12:]


def test_whoever_signs_twice_counts_once_with_the_newest_time() -> None:
    note = NOTE + line(W1, TIME + 9) + line(W1)
    assert cosigners(note, PINNED) == {W1: TIME + 9}


def test_lines_of_strangers_are_read_over() -> None:
    assert cosigners(NOTE + line(W1) + line(W3), {W1: PINNED[W1]}) == {W1: TIME}


def test_a_key_under_a_strangers_name_is_nobody() -> None:
    assert cosigners(NOTE + cosign(BODY, TIME, W1, KEYS[W2]), PINNED) == {}


def test_a_cosignature_of_another_log_is_refused() -> None:
    other = sign_note(Checkpoint("other.example/log", 12, sha256(b"root")), LOG_KEY)
    moved = line(W1, body=split_note(other)[0])
    with pytest.raises(LogError, match="WITNESS_SIGNATURE"):
        cosigners(NOTE + moved, PINNED)


def test_an_old_cosignature_does_not_serve_a_newer_tree() -> None:
    newer = sign_note(Checkpoint("log.example/filiera", 13, sha256(b"newer")), LOG_KEY)
    with pytest.raises(LogError, match="WITNESS_SIGNATURE"):
        cosigners(newer + line(W1), PINNED)


def test_a_statement_never_passes_for_the_other() -> None:
    # Their key ids differ, so the line is a stranger's; and moved under the other key id, its signature fails.
    said = line(W1, statement=SNAPSHOT)
    assert cosigners(NOTE + said, PINNED, CHECKPOINT) == {}
    assert cosigners(NOTE + said, PINNED, SNAPSHOT) == {W1: TIME}
    value = base64.b64decode(line(W1).split(" ")[2])[:4] + base64.b64decode(said.split(" ")[2])[4:]
    with pytest.raises(LogError, match="WITNESS_SIGNATURE"):
        cosigners(NOTE + f"— {W1} {base64.b64encode(value).decode()}\n", PINNED, CHECKPOINT)


def test_a_plain_signature_under_a_witnesses_key_id_is_refused() -> None:
    value = base64.b64decode(line(W1).split(" ")[2])
    plain = value[:4] + KEYS[W1].sign(BODY.encode())
    with pytest.raises(LogError, match="WITNESS_SIGNATURE"):
        cosigners(NOTE + f"— {W1} {base64.b64encode(plain).decode()}\n", PINNED)


@given(st.integers(0, 8 * 72 - 1))
def test_any_altered_bit_of_a_cosignature_is_refused(bit: int) -> None:
    value = bytearray(base64.b64decode(line(W1).split(" ")[2]))
    value[4 + bit // 8] ^= 1 << bit % 8
    with pytest.raises(LogError, match="WITNESS_SIGNATURE"):
        cosigners(NOTE + f"— {W1} {base64.b64encode(bytes(value)).decode()}\n", PINNED)


@given(st.integers(0, MAX_TIME))
def test_every_time_that_the_specification_admits_reads_back(time: int) -> None:
    assert cosigners(NOTE + line(W2, time), PINNED) == {W2: time}


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1])
def test_no_other_time_is_signed(time: int) -> None:
    with pytest.raises(LogError, match="COSIGNATURE_TIME"):
        line(W1, time)


def test_a_witness_signs_with_ed25519_only() -> None:
    with pytest.raises(LogError, match="COSIGNATURE_KEY"):
        cosign(BODY, TIME, W1, private_key_from_secret("ES256", b"\x01" * 32))


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_witness_has_a_name_that_a_note_can_carry(name: str) -> None:
    with pytest.raises(LogError, match="CHECKPOINT_MALFORMED"):
        cosign(BODY, TIME, name, KEYS[W1])


def test_the_quorum_is_as_fresh_as_its_slowest_member() -> None:
    assert [quorum_time([30, 10, 20], k) for k in (1, 2, 3)] == [30, 20, 10]


def test_lines_are_added_once_and_only_if_they_are_lines() -> None:
    once = add_lines(NOTE, line(W1) + line(W2))
    assert add_lines(once, line(W1)) == once == NOTE + line(W1) + line(W2)
    assert add_lines(NOTE, "") == NOTE
    for wrong in (line(W1)[:-1], "hello\n", "\n", line(W1) + "\n"):
        with pytest.raises(LogError, match="CHECKPOINT_MALFORMED"):
            add_lines(NOTE, wrong)


def test_of_an_answer_only_the_lines_of_the_asked_are_kept() -> None:
    # A line under another's name would make every verifier that pins that other refuse the whole note.
    value = base64.b64decode(line(W2).split(" ")[2])[:4] + bytes(72)
    forged = f"— {W2} {base64.b64encode(value).decode()}\n"
    assert lines_of(forged + line(W1), {W1: PINNED[W1]}) == line(W1)
    assert lines_of(forged, {W1: PINNED[W1]}) == ""


def test_the_verifier_key_is_the_one_of_the_specification() -> None:
    name, hashed, material = format_cosigner(W1, KEYS[W1].public).split("+", 2)
    assert (name, base64.b64decode(material)) == (W1, b"\x04" + KEYS[W1].public.raw)
    assert hashed == sha256(W1.encode() + b"\n\x04" + KEYS[W1].public.raw)[:4].hex()
