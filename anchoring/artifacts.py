"""The contracts as data: ABI, creation code, code hash, from `protocol/abi/*.json`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Name in deployment files → contract.
CONTRACT_NAMES = {
    "participants": "ParticipantRegistry",
    "anchors": "AnchorRegistry",
    "passports": "PassportRegistry",
}
IMMUTABLE_BYTES = 32


@dataclass(frozen=True)
class Artifact:
    """One compiled contract; `immutables` are places in the deployed code, `code_hash` leaves them out."""

    name: str
    abi: list[dict[str, Any]]
    creation: bytes
    deployed: bytes
    immutables: dict[str, list[int]]
    code_hash: str

    def hash_of(self, code: bytes) -> str:
        """SHA-256, 0x hex, of deployed code with all immutables set to zero."""
        blank = bytearray(code)
        for start in (place for places in self.immutables.values() for place in places):
            blank[start : start + IMMUTABLE_BYTES] = bytes(IMMUTABLE_BYTES)
        return "0x" + hashlib.sha256(bytes(blank[: len(code)])).hexdigest()

    def immutable(self, code: bytes, name: str) -> bytes | None:
        """The 32 bytes of an immutable in deployed code; None if its places disagree."""
        values = {code[start : start + IMMUTABLE_BYTES] for start in self.immutables[name]}
        return values.pop() if len(values) == 1 else None


@cache
def artifact(name: str) -> Artifact:
    """The artifact of a contract by its name in deployment files (`participants`, `anchors`, `passports`)."""
    contract = CONTRACT_NAMES[name]
    data = json.loads((files("protocol") / "abi" / f"{contract}.json").read_text("utf-8"))
    return Artifact(
        name=contract,
        abi=data["abi"],
        creation=bytes.fromhex(data["bytecode"][2:]),
        deployed=bytes.fromhex(data["deployedBytecode"][2:]),
        immutables=data["immutables"]["offsets"],
        code_hash=data["codeHash"]["sha256"],
    )
