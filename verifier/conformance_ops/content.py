"""Conformance questions about content addresses, answered by the product's own functions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from protocol.cid import check_block, cid_of_bytes, parse_foreign_cid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check(question: Mapping[str, Any]) -> dict[str, Any]:
    """`cid.check`: `cid`, `block` → `valid`."""
    check_block(parse_foreign_cid(question["cid"]), _bytes(question, "block"))
    return {"valid": True}


def of(question: Mapping[str, Any]) -> dict[str, Any]:
    """`cid.of`: `data` → `cid` in our UnixFS profile."""
    return {"cid": cid_of_bytes(_bytes(question, "data"))}


def _bytes(question: Mapping[str, Any], name: str) -> bytes:
    """Return bytes given in hex, or in base64 under the name that says so."""
    if name in question:
        return bytes.fromhex(question[name])
    return base64.b64decode(question[f"{name}_b64"], validate=True)


OPS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"cid.check": check, "cid.of": of}
