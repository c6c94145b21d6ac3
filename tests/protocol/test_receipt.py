"""A receipt is evidence against the log: nobody else can have written it."""

from __future__ import annotations

import pytest

from protocol.compact import sign_compact
from protocol.errors import FilieraError, LogError
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret
from protocol.receipt import RECEIPT_TYP, Receipt, issue_receipt, parse_receipt

KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
OTHER = private_key_from_secret("EdDSA", b"\x08" * 32)
RECEIVED, PROMISE = "2026-03-02T08:15:00.120Z", "2026-03-02T08:20:00.120Z"
CLAIMS = {"iss": "log.example", "promise": PROMISE, "received": RECEIVED, "record": sha256(b"r").hex()}


def test_a_receipt_reads_back() -> None:
    token = issue_receipt("log.example", sha256(b"r"), RECEIVED, PROMISE, KEY)
    assert parse_receipt(token, KEY.public) == Receipt("log.example", sha256(b"r"), RECEIVED, PROMISE)


def test_the_same_record_gets_the_same_receipt() -> None:
    first, second = (issue_receipt("log.example", sha256(b"r"), RECEIVED, PROMISE, KEY) for _ in range(2))
    assert first == second


def test_another_key_can_not_promise_for_the_log() -> None:
    token = issue_receipt("log.example", sha256(b"r"), RECEIVED, PROMISE, OTHER)
    with pytest.raises(FilieraError):
        parse_receipt(token, KEY.public)


def test_another_token_of_the_log_is_no_receipt() -> None:
    with pytest.raises(FilieraError, match="TYP_REFUSED"):
        parse_receipt(sign_compact(CLAIMS, KEY, "filiera-auth+jwt"), KEY.public)


@pytest.mark.parametrize(
    "change",
    [{"record": "AA"}, {"received": "yesterday"}, {"promise": 7}, {"extra": "x"}, {"record": None}],
)
def test_a_receipt_that_says_something_else_is_refused(change: dict[str, object]) -> None:
    token = sign_compact({**CLAIMS, **change}, KEY, RECEIPT_TYP)  # type: ignore[dict-item]
    with pytest.raises(LogError, match="RECEIPT_MALFORMED"):
        parse_receipt(token, KEY.public)
