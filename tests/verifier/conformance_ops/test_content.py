"""The adapter asks the product for content addresses, and passes on what it says."""

from __future__ import annotations

import base64

from verifier.conformance import answer

HELLO = b"hello\n"
CID = "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am"


def test_a_block_is_held_against_its_address():
    assert answer({"id": 1, "op": "cid.check", "cid": CID, "block": HELLO.hex()}) == {"id": 1, "valid": True}
    refused = answer({"id": 2, "op": "cid.check", "cid": CID, "block": "00"})
    assert refused == {"id": 2, "valid": False, "error": "BLOCK_MISMATCH"}
    assert answer({"id": 3, "op": "cid.check", "cid": "x", "block": ""})["error"] == "CID_MALFORMED"


def test_bytes_are_addressed_in_either_form():
    assert answer({"id": 1, "op": "cid.of", "data": HELLO.hex()}) == {"id": 1, "cid": CID}
    in_base64 = {"id": 2, "op": "cid.of", "data_b64": base64.b64encode(HELLO).decode()}
    assert answer(in_base64) == {"id": 2, "cid": CID}
