"""Checkpoints as others publish them, and every way in which one can be wrong."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.checkpoint import Checkpoint, format_vkey, parse_checkpoint, parse_vkey, sign_note
from protocol.errors import LogError
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret

KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
OTHER = private_key_from_secret("EdDSA", b"\x08" * 32)
ORIGIN = "log.example/filiera"
CHECKPOINT = Checkpoint(ORIGIN, 12, sha256(b"root"))
VKEY = format_vkey(ORIGIN, KEY.public)
NOTE = sign_note(CHECKPOINT, KEY)

# From the Go documentation of golang.org/x/mod/sumdb/note: a key and a note that it signed.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_signed_checkpoint_reads_back() -> None:
    assert parse_checkpoint(NOTE, VKEY) == CHECKPOINT


def test_signing_again_gives_the_same_bytes() -> None:
    assert sign_note(CHECKPOINT, KEY) == NOTE


def test_a_note_signed_by_the_authors_of_the_format_verifies() -> None:
    # Its text is no checkpoint: it is refused for that, behind its signature, not for the signature.
    with pytest.raises(LogError, match="CHECKPOINT_MALFORMED"):
        parse_checkpoint(GO_NOTE, GO_VKEY)
    with pytest.raises(LogError, match="CHECKPOINT_SIGNATURE"):
        parse_checkpoint(GO_NOTE.replace("problem is", "problem was"), GO_VKEY)


def test_a_published_key_reads_as_published() -> None:
    name, key = parse_vkey(GO_VKEY)
    assert format_vkey(name, key) == GO_VKEY


def test_signatures_of_witnesses_may_follow() -> None:
    witness = sign_note(Checkpoint("witness.example", 12, CHECKPOINT.root), OTHER).split("\n\n")[1]
    assert parse_checkpoint(NOTE + witness, VKEY) == CHECKPOINT


def test_the_wrong_key_is_said() -> None:
    with pytest.raises(LogError, match="CHECKPOINT_UNSIGNED"):
        parse_checkpoint(NOTE, format_vkey(ORIGIN, OTHER.public))


def test_a_log_can_not_speak_for_another() -> None:
    note = sign_note(Checkpoint("other.example", 12, CHECKPOINT.root), KEY)
    text = note.split("\n\n")[0]
    hashed = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public.raw)[:4]
    signed = base64.b64encode(hashed + KEY.sign((text + "\n").encode())).decode()
    with pytest.raises(LogError, match="CHECKPOINT_ORIGIN"):
        parse_checkpoint(f"{text}\n\n— {ORIGIN} {signed}\n", VKEY)


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_any_altered_bit_is_refused(bit: int) -> None:
    data = bytearray(NOTE.encode())
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((LogError, UnicodeDecodeError)):
        parse_checkpoint(bytes(data).decode(), VKEY)


@pytest.mark.parametrize(
    "body",
    [
        f"{ORIGIN}\n012\n{{root}}\n",
        f"{ORIGIN}\n-1\n{{root}}\n",
        f"{ORIGIN}\n12\nAAAA\n",
        f"{ORIGIN}\n12\n{{root}}\n\nx\n",
        f"{ORIGIN}\n12\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(body: str) -> None:
    text = body.format(root=base64.b64encode(CHECKPOINT.root).decode())
    hashed = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public.raw)[:4]
    signed = base64.b64encode(hashed + KEY.sign(text.encode())).decode()
    with pytest.raises(LogError, match="CHECKPOINT_MALFORMED"):
        parse_checkpoint(f"{text}\n— {ORIGIN} {signed}\n", VKEY)


def test_extension_lines_are_admitted() -> None:
    text = CHECKPOINT.text() + "an extension\n"
    hashed = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public.raw)[:4]
    signed = base64.b64encode(hashed + KEY.sign(text.encode())).decode()
    assert parse_checkpoint(f"{text}\n— {ORIGIN} {signed}\n", VKEY) == CHECKPOINT


def test_too_many_signatures_are_refused() -> None:
    line = NOTE.split("\n\n")[1]
    with pytest.raises(LogError, match="CHECKPOINT_MALFORMED"):
        parse_checkpoint(NOTE + line * 100, VKEY)


@pytest.mark.parametrize(
    "vkey", ["", "a+b", VKEY[:-4], VKEY.replace("+", "+0", 1), "two words" + VKEY[len(ORIGIN) :]]
)
def test_a_malformed_key_is_refused(vkey: str) -> None:
    with pytest.raises(LogError, match="CHECKPOINT_"):
        parse_checkpoint(NOTE, vkey)
