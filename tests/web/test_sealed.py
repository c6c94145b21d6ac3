"""Papers sealed by the Python client, opened by the program of the browser: the same bytes, the same refusals."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from client.commands.document import document
from client.keystore import save_key
from client.sealed import wrap
from protocol.cid import cid_of_bytes, format_cid, parse_cid
from protocol.errors import DocumentError
from protocol.keys import PrivateKey, private_key_from_secret
from protocol.sealing import SEALED_CHUNK, seal, unseal
from protocol.strict_json import dump_json
from protocol.wrapped import Secret, unwrap
from tests.support.makers import Maker, seeded
from tests.support.serving import serving
from tests.web.peers import Peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINE, THEIRS, NOBODYS = (private_key_from_secret("ES256", seeded("agreement", name)) for name in "abc")
KEY, OTHER, PREFIX = b"k" * 32, b"o" * 32, b"prefix7"
HEADER = 24


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer("tests/web/peer.mjs") as started:
        yield started


class Sealed:
    """A paper, its ciphertext and what is wrapped."""

    def __init__(self, paper: bytes, key: bytes = KEY, media_type: str = "application/pdf") -> None:
        self.paper = paper
        self.data = b"".join(seal([paper], len(paper), key, PREFIX))
        self.cid = cid_of_bytes(self.data)
        self.secret = Secret(key, parse_cid(self.cid), sha256(paper), media_type)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def key_file(key: PrivateKey) -> bytes:
    return dump_json(dict(key.jwk))


def ask(
    peer: Peer, sealed: bytes, wrapped: bytes, key: bytes, passphrase: str | None = None
) -> dict[str, Any]:
    text = {"sealed": sealed, "wrapped": wrapped, "key": key}
    question = {name: base64.b64encode(value).decode() for name, value in text.items()}
    return peer.ask(json.dumps({"op": "sealed", "passphrase": passphrase, **question}).encode())


def open_here(sealed: bytes, wrapped: bytes, reader: PrivateKey) -> str:
    """What the Python reader says: a code, or nothing where it opens."""
    try:
        secret = unwrap(wrapped, reader)
        opened = b"".join(unseal([sealed], secret.key))
    except DocumentError as error:
        return error.code
    same = format_cid(secret.cid) == cid_of_bytes(sealed) and secret.sha256 == sha256(opened)
    return "" if same else "SEALED_OTHER"


@settings(max_examples=40, deadline=None)
@given(
    size=st.one_of(
        st.integers(0, 9_000),
        st.builds(lambda chunks, more: chunks * SEALED_CHUNK + more, st.integers(1, 4), st.integers(-17, 17)),
    ),
    readers=st.permutations([MINE, THEIRS]),
    media_type=st.sampled_from(["application/pdf", "text/plain; charset=utf-8", 'x/"\u00e8\\']),
)
def test_every_named_reader_gets_the_paper_that_was_sealed(
    peer: Peer, size: int, readers: list[PrivateKey], media_type: str
) -> None:
    made = Sealed(bytes(number % 251 for number in range(size)), media_type=media_type)
    wrapped = wrap(made.secret, [reader.public for reader in readers])
    for reader in readers:
        answer = ask(peer, made.data, wrapped, key_file(reader))
        assert base64.b64decode(answer.pop("data")) == made.paper
        assert answer == {"cid": made.cid, "sha256": sha256(made.paper).hex(), "mediaType": media_type}


PAPER = Sealed(b"contratto di lavorazione" * 4000)
WRAPPED = wrap(PAPER.secret, [MINE.public])


def test_the_answer_of_a_node_may_hold_the_keys_of_several_owners(peer: Peer) -> None:
    foreign = wrap(PAPER.secret, [THEIRS.public])
    answer = {"cid": PAPER.cid, "wrapped": [json.loads(foreign), json.loads(WRAPPED)]}
    assert ask(peer, PAPER.data, dump_json(answer), key_file(MINE))["cid"] == PAPER.cid


def test_nobody_else_opens_it(peer: Peer) -> None:
    assert ask(peer, PAPER.data, WRAPPED, key_file(NOBODYS))["error"] == "WRAPPED_NOT_FOR_YOU"


def test_a_key_under_a_passphrase(peer: Peer, tmp_path: Path) -> None:
    phrase = "quattordici lettere, è"
    data = save_key(tmp_path / "lettura.jwk", MINE, phrase).path.read_bytes()
    assert ask(peer, PAPER.data, WRAPPED, data) == {"trouble": "passphrase-needed"}
    assert ask(peer, PAPER.data, WRAPPED, data, "un'altra frase lunga") == {"trouble": "passphrase-wrong"}
    assert ask(peer, PAPER.data, WRAPPED, data, phrase)["cid"] == PAPER.cid


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (key_file(private_key_from_secret("EdDSA", seeded("signing"))), "key-signing"),
        (dump_json({name: value for name, value in MINE.jwk.items() if name != "d"}), "key-unreadable"),
        (dump_json({**MINE.jwk, "x": THEIRS.jwk["x"]}), "key-unreadable"),
        (dump_json({**MINE.jwk, "crv": "P-384"}), "key-unreadable"),
        (b"a.b.c.d.e", "key-unreadable"),
        (b"", "key-unreadable"),
    ],
    ids=["signing", "public", "mixed", "curve", "five parts", "empty"],
)
def test_a_file_that_is_no_reading_key_is_said_to_be_none(peer: Peer, data: bytes, trouble: str) -> None:
    assert ask(peer, PAPER.data, WRAPPED, data, "any passphrase at all") == {"trouble": trouble}


def test_a_key_of_another_paper_opens_nothing(peer: Peer) -> None:
    other = Sealed(b"another paper", OTHER)
    assert ask(peer, other.data, WRAPPED, key_file(MINE))["error"] == "SEALED_ALTERED"


@pytest.mark.parametrize("what", ["paper", "ciphertext"])
def test_what_comes_out_has_to_be_what_was_written_down(peer: Peer, what: str) -> None:
    """Who seals may lie about the paper, or wrap a key that opens two ciphertexts."""
    other = Sealed(b"another paper", KEY)
    secret = (
        Secret(KEY, parse_cid(PAPER.cid), sha256(b"not this"), "text/plain")
        if what == "paper"
        else other.secret
    )
    wrapped = wrap(secret, [MINE.public])
    assert ask(peer, PAPER.data, wrapped, key_file(MINE))["error"] == "SEALED_OTHER"
    assert open_here(PAPER.data, wrapped, MINE) == "SEALED_OTHER"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(PAPER.data) - 1), bit=st.integers(0, 7))
def test_one_altered_bit_of_the_ciphertext_and_nothing_comes_out(peer: Peer, place: int, bit: int) -> None:
    altered = bytearray(PAPER.data)
    altered[place] ^= 1 << bit
    answer = ask(peer, bytes(altered), WRAPPED, key_file(MINE))
    assert answer["error"] == open_here(bytes(altered), WRAPPED, MINE)
    assert answer["error"] == ("SEALED_MALFORMED" if place < HEADER - len(PREFIX) else "SEALED_ALTERED")


@settings(max_examples=40, deadline=None)
@given(
    cut=st.one_of(
        st.integers(0, len(PAPER.data) - 1), st.integers(0, 3).map(lambda n: HEADER + n * (SEALED_CHUNK + 16))
    )
)
def test_a_paper_that_is_cut_off_or_continued_is_refused(peer: Peer, cut: int) -> None:
    for data in (PAPER.data[:cut], PAPER.data + PAPER.data[HEADER:cut] + b"x"):
        if data != PAPER.data:
            assert ask(peer, data, WRAPPED, key_file(MINE))["error"] == open_here(data, WRAPPED, MINE)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(WRAPPED) - 1), character=st.sampled_from('AZ09_-{"}'))
def test_an_altered_wrapped_key_gives_no_paper_or_the_same(peer: Peer, place: int, character: str) -> None:
    altered = WRAPPED[:place] + character.encode() + WRAPPED[place + 1 :]
    answer = ask(peer, PAPER.data, altered, key_file(MINE))
    refused_here = open_here(PAPER.data, altered, MINE)
    if "error" in answer:
        # Of a text that is altered under the reader's own key, the browser says so.
        assert answer["error"] in {refused_here, "WRAPPED_MALFORMED"}
        assert refused_here
    else:
        # The browser passes over an entry for others that cannot be read; the client may stop there.
        assert base64.b64decode(answer["data"]) == PAPER.paper
        assert refused_here in {"", "WRAPPED_NOT_FOR_YOU"}


def test_an_altered_text_under_the_readers_own_key_is_said_to_be_altered(peer: Peer) -> None:
    value = json.loads(WRAPPED)
    value["ciphertext"] = ("B" if value["ciphertext"][0] == "A" else "A") + value["ciphertext"][1:]
    assert ask(peer, PAPER.data, dump_json(value), key_file(MINE))["error"] == "WRAPPED_MALFORMED"


def test_what_the_client_sealed_and_a_node_kept_is_opened_at_a_desk_without_a_network(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: the maker seals and sends, the authority fetches both parts and goes into the field."""
    (tmp_path / "contratto.txt").write_bytes(PAPER.paper)
    maker, authority = Maker("tintoria"), Maker("dogana", ("authority",))
    for name, key in {"maker": maker.key, "authority": authority.key, "reading": THEIRS}.items():
        save_key(tmp_path / f"{name}.jwk", key)

    def run(who: str, *arguments: str) -> str:
        monkeypatch.setenv("FILIERA_KEY", str(tmp_path / f"{who}.jwk"))
        done = CliRunner().invoke(document, list(arguments))
        assert done.exit_code == 0, done.output
        return done.stdout

    (tmp_path / "node").mkdir()
    with serving(tmp_path / "node", maker, authority) as url:
        monkeypatch.setenv("FILIERA_NODE", url)
        added = json.loads(run("maker", "add", str(tmp_path / "contratto.txt"), "--for", THEIRS.public.did))
        run("authority", "get", added["cid"], "-o", str(tmp_path / "sealed"))
        run("authority", "keys", added["cid"], "-o", str(tmp_path / "keys.json"))
    taken = [(tmp_path / name).read_bytes() for name in ("sealed", "keys.json", "reading.jwk")]
    answer = ask(peer, *taken)
    assert base64.b64decode(answer["data"]) == PAPER.paper
    assert (answer["cid"], answer["sha256"]) == (added["cid"], added["sha256"])
