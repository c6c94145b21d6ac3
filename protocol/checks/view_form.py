"""The JSON form of what a chain said (`ChainView`), both ways: so that a verdict can be given again without a chain.

Vectors carry it, the conformance question `bundle.verify` takes it, and a verifier may keep it beside its report. It is
no evidence: whoever believes a view believes whoever wrote it down. Numbers are those of the contracts (roles and
capabilities as bits, a passport's status by its place in README §11); hashes are 64 hex characters, those that JSON-RPC
speaks of begin with 0x; an open window has no `toBlock`. Lists are sorted, so equal views have equal bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from protocol.checks.view import ChainHead, ChainKey, ChainView
from protocol.errors import ChainError
from protocol.roles import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VIEW_FORMAT: Final = "filiera-chain-view/1"
# What every reader of JSON keeps exactly (RFC 8259 §6), and the greatest status of README §11.
_EXACT: Final = 2**53 - 1
_LAST_STATUS: Final = 5
_HEX = re.compile(r"[0-9a-f]{64}")
_CHAIN_HASH = re.compile(r"0x[0-9a-f]{64}")
# Members of the outermost object, and of each element of its lists.
_NAMES: Final = {
    "": "format chainId genesis latest codeHashes logs heads keys coordinators roles passports transactions",
    "logs": "log key seq",
    "heads": "log seq root headHash manifest size block time",
    "keys": "participant keyHash capabilities fromBlock toBlock disputedFrom origin",
    "roles": "participant block roles",
    "passports": "issuer passport digest status",
    "transactions": "transaction block",
}
_OPTIONAL: Final = frozenset({"toBlock", "disputedFrom", "origin", "time"})

_Name = TypeVar("_Name")
_Entry = TypeVar("_Entry")


def view_to_json(view: ChainView) -> dict[str, Any]:
    """Return the JSON value of a view."""
    return {
        "format": VIEW_FORMAT,
        "chainId": view.chain_id,
        "genesis": view.genesis,
        "latest": view.latest,
        "codeHashes": dict(sorted(view.code_hashes.items())),
        "logs": [
            {"log": log.hex(), "key": view.log_keys[log].hex(), "seq": seq}
            for log, seq in sorted(view.log_seqs.items())
        ],
        "heads": [_head_to_json(*place, head) for place, head in sorted(view.heads.items(), key=_by_name)],
        "keys": [_key_to_json(*pair, key) for pair, key in sorted(view.keys.items(), key=_by_name)],
        "coordinators": sorted(key.hex() for key in view.coordinators),
        "roles": [
            {"participant": party.hex(), "block": block, "roles": roles}
            for (party, block), roles in sorted(view.roles.items())
        ],
        "passports": [
            {"issuer": issuer.hex(), "passport": name.hex(), "digest": digest.hex(), "status": status}
            for (issuer, name), (digest, status) in sorted(view.passports.items())
        ],
        "transactions": [
            {"transaction": name, "block": block} for name, block in sorted(view.transactions.items())
        ],
    }


def view_from_json(value: Any) -> ChainView:
    """Read a view strictly; ChainError `CHAIN_ANSWER_MALFORMED` with the place of what is not of the form above."""
    top = _Object(value, "", "")
    if top.value["format"] != VIEW_FORMAT:
        _refuse("/format")
    codes = _plain(top.value["codeHashes"], "/codeHashes")
    logs = top.items("logs", lambda each: (each.hash("log"), (each.hash("key"), each.number("seq"))))
    return ChainView(
        chain_id=top.number("chainId"),
        genesis=top.text("genesis", _CHAIN_HASH),
        latest=top.number("latest"),
        code_hashes={name: _text(code, _CHAIN_HASH, f"/codeHashes/{name}") for name, code in codes.items()},
        log_keys={log: key for log, (key, _) in logs.items()},
        log_seqs={log: seq for log, (_, seq) in logs.items()},
        heads=top.items("heads", _head_from_json),
        keys=top.items("keys", _key_from_json),
        coordinators=frozenset(top.hashes("coordinators")),
        roles=top.items(
            "roles", lambda each: ((each.hash("participant"), each.number("block")), each.number("roles"))
        ),
        passports=top.items("passports", _passport_from_json),
        transactions=top.items(
            "transactions", lambda each: (each.text("transaction", _CHAIN_HASH), each.number("block"))
        ),
    )


def _head_to_json(log: bytes, seq: int, head: ChainHead) -> dict[str, Any]:
    found: dict[str, Any] = {
        "log": log.hex(),
        "seq": seq,
        "root": head.root.hex(),
        "headHash": head.head_hash.hex(),
        "manifest": head.manifest.hex(),
        "size": head.size,
        "block": head.block,
    }
    return found | ({"time": head.time} if head.time else {})


def _head_from_json(each: _Object) -> tuple[tuple[bytes, int], ChainHead]:
    head = ChainHead(
        root=each.hash("root"),
        head_hash=each.hash("headHash"),
        manifest=each.hash("manifest"),
        size=each.number("size"),
        block=each.number("block"),
        time=each.number("time", least=1) if "time" in each.value else 0,
    )
    return (each.hash("log"), each.number("seq")), head


def _key_to_json(participant: bytes, key_hash: bytes, key: ChainKey) -> dict[str, Any]:
    found: dict[str, Any] = {
        "participant": participant.hex(),
        "keyHash": key_hash.hex(),
        "capabilities": key.capabilities,
        "fromBlock": key.from_block,
    }
    found |= {} if key.to_block == OPEN else {"toBlock": key.to_block}
    found |= {"disputedFrom": key.disputed_from} if key.disputed_from else {}
    return found | ({"origin": key.origin} if key.origin else {})


def _key_from_json(each: _Object) -> tuple[tuple[bytes, bytes], ChainKey]:
    to_block = each.number("toBlock") if "toBlock" in each.value else OPEN
    disputed = each.number("disputedFrom", least=1) if "disputedFrom" in each.value else 0
    origin = each.number("origin", least=1) if "origin" in each.value else 0
    key = ChainKey(each.number("capabilities"), each.number("fromBlock"), to_block, disputed, origin)
    return (each.hash("participant"), each.hash("keyHash")), key


def _passport_from_json(each: _Object) -> tuple[tuple[bytes, bytes], tuple[bytes, int]]:
    return (each.hash("issuer"), each.hash("passport")), (
        each.hash("digest"),
        each.number("status", most=_LAST_STATUS),
    )


class _Object:
    """One object of the form: exactly the names of its kind."""

    def __init__(self, value: Any, kind: str, place: str) -> None:
        self.value = _plain(value, place)
        self._place = place
        names = set(_NAMES[kind].split())
        for name in sorted((names - _OPTIONAL - self.value.keys()) | (self.value.keys() - names)):
            _refuse(f"{place}/{name}")

    def number(self, name: str, least: int = 0, most: int = _EXACT) -> int:
        found = self.value[name]
        if type(found) is not int or not least <= found <= most:
            _refuse(f"{self._place}/{name}")
        return int(found)

    def text(self, name: str, pattern: re.Pattern[str]) -> str:
        return _text(self.value[name], pattern, f"{self._place}/{name}")

    def hash(self, name: str) -> bytes:
        return bytes.fromhex(self.text(name, _HEX))

    def hashes(self, name: str) -> Iterable[bytes]:
        place = f"{self._place}/{name}"
        return [bytes.fromhex(_text(each, _HEX, place)) for each in _list(self.value[name], place)]

    def items(self, name: str, read: Callable[[_Object], tuple[_Name, _Entry]]) -> dict[_Name, _Entry]:
        """Read a list of named things; none may be named twice."""
        place = f"{self._place}/{name}"
        listed = _list(self.value[name], place)
        found = dict(read(_Object(each, name, f"{place}/{number}")) for number, each in enumerate(listed))
        if len(found) != len(listed):
            _refuse(place)
        return found


def _by_name(pair: tuple[_Name, Any]) -> _Name:
    return pair[0]


def _plain(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(place)
    return dict(value)


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        _refuse(place)
    return list(value)


def _text(value: Any, pattern: re.Pattern[str], place: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(place)
    return str(value)


def _refuse(place: str) -> NoReturn:
    raise ChainError("CHAIN_ANSWER_MALFORMED", place, reason="view")
