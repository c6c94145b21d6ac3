"""Solidity's `abi.encode`, written by hand for the types that the registries' acts have (README §9).

    abi_encode(["bytes32", "(uint8 alg, bytes publicKey)[]"], ["ab…", [{"alg": 1, "publicKey": "04…"}]])

Types are the ABI's own text: `uint8` … `uint256`, `bool`, `address`, `bytes1` … `bytes32`, `bytes`, `string`, tuples,
and lists `T[]` of any of them. A tuple's parts may be named; its value is then an object by these names, or a sequence.
Bytes are given as bytes or as hex text with or without 0x; integers as such or as decimal text, since JSON holds no
64-bit numbers safely. Signed integers, fixed-point numbers and lists of fixed length are refused: no act has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from protocol.errors import ChainError

MAX_TYPE_DEPTH: Final = 16
_WORD: Final = 32
_ADDRESS_BYTES: Final = 20
_TOKEN: Final = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(\[\])|([(),]))", re.ASCII)
_UINT: Final = re.compile(r"uint(8|16|24|32|40|48|56|64|72|80|88|96|104|112|120|128|136|144|152|160|168|176|184"
                          r"|192|200|208|216|224|232|240|248|256)", re.ASCII)  # fmt: skip
_FIXED: Final = re.compile(r"bytes([1-9]|[12][0-9]|3[0-2])", re.ASCII)
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_HEX: Final = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AbiType:
    """A type: `word` is an elementary name, `tuple` or `list`; `parts` the tuple's parts or the list's element."""

    word: str
    parts: tuple[AbiType, ...] = ()
    name: str = ""

    @property
    def is_dynamic(self) -> bool:
        """Tell whether a value stands behind an offset."""
        if self.word == "tuple":
            return any(part.is_dynamic for part in self.parts)
        return self.word in {"bytes", "string", "list"}


@cache
def parse_type(text: str) -> AbiType:
    """Read a type's text; ChainError `CHAIN_ACT_ARGUMENT` if it is none that is known here."""
    if text.count("(") > MAX_TYPE_DEPTH:
        raise ChainError("CHAIN_ACT_ARGUMENT", text[:80], expected="ABI")
    found, rest = _type(_tokens(text), text)
    if rest:
        raise ChainError("CHAIN_ACT_ARGUMENT", text, expected="ABI")
    return found


def abi_encode(types: Sequence[str], values: Sequence[object], place: str = "") -> bytes:
    """Return what `abi.encode(values…)` gives for these types.

    ChainError `CHAIN_ACT_ARGUMENT` names the place below `place` (JSON pointer) and what was expected there.
    """
    parts = tuple(parse_type(text) for text in types)
    if len(parts) != len(values):
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=f"{len(parts)} values")
    return _sequence(parts, values, [f"{place}/{index}" for index in range(len(parts))])


def encode_fields(fields: Sequence[tuple[str, str]], values: Mapping[str, object], place: str = "") -> bytes:
    """The same for named values: `fields` are (name, type) in order; names must be exactly these."""
    parts = tuple(AbiType(found.word, found.parts, name) for name, found in _named(fields))
    return _sequence(parts, *_by_name(parts, values, place))


def _named(fields: Sequence[tuple[str, str]]) -> list[tuple[str, AbiType]]:
    return [(name, parse_type(text)) for name, text in fields]


def _sequence(parts: Sequence[AbiType], values: Sequence[object], places: Sequence[str]) -> bytes:
    """Heads, then tails: a dynamic value's head is the offset of its tail from the start of the sequence."""
    encoded = [_value(part, value, place) for part, value, place in zip(parts, values, places, strict=True)]
    offset = sum(_WORD if part.is_dynamic else len(data) for part, data in zip(parts, encoded, strict=True))
    heads, tails = [], []
    for part, data in zip(parts, encoded, strict=True):
        if part.is_dynamic:
            heads.append(_number(offset))
            tails.append(data)
            offset += len(data)
        else:
            heads.append(data)
    return b"".join(heads + tails)


def _value(kind: AbiType, value: object, place: str) -> bytes:
    if kind.word == "tuple":
        if isinstance(value, Mapping):
            return _sequence(kind.parts, *_by_name(kind.parts, value, place))
        parts = _list(value, place, len(kind.parts))
        return _sequence(kind.parts, parts, [f"{place}/{index}" for index in range(len(parts))])
    if kind.word == "list":
        entries = _list(value, place)
        places = [f"{place}/{index}" for index in range(len(entries))]
        return _number(len(entries)) + _sequence(kind.parts * len(entries), entries, places)
    return _elementary(kind.word, value, place)


def _elementary(word: str, value: object, place: str) -> bytes:
    if word in {"bytes", "string"}:
        data = _text(value, place) if word == "string" else _bytes(value, None, place)
        return _number(len(data)) + data + bytes(-len(data) % _WORD)
    if word == "bool":
        if not isinstance(value, bool):
            raise ChainError("CHAIN_ACT_ARGUMENT", place, expected="bool")
        return _number(int(value))
    if word == "address":
        return _bytes(value, _ADDRESS_BYTES, place).rjust(_WORD, b"\0")
    if match := _FIXED.fullmatch(word):
        return _bytes(value, int(match[1]), place).ljust(_WORD, b"\0")
    return _number(_unsigned(word, value, place))


def _unsigned(word: str, value: object, place: str) -> int:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    # A bool is an int to Python; here it is a mistake.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << int(word[4:]):
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=word)
    return value


def _bytes(value: object, length: int | None, place: str) -> bytes:
    match = _HEX.fullmatch(value) if isinstance(value, str) else None
    data = bytes.fromhex(match[1]) if match else value
    if not isinstance(data, bytes) or (length is not None and len(data) != length):
        raise ChainError(
            "CHAIN_ACT_ARGUMENT", place, expected="bytes" if length is None else f"{length} bytes"
        )
    return data


def _text(value: object, place: str) -> bytes:
    try:
        if isinstance(value, str):
            return value.encode()
    except UnicodeEncodeError:
        pass
    raise ChainError("CHAIN_ACT_ARGUMENT", place, expected="string")


def _list(value: object, place: str, length: int | None = None) -> Sequence[object]:
    if not isinstance(value, list | tuple) or (length is not None and len(value) != length):
        raise ChainError(
            "CHAIN_ACT_ARGUMENT", place, expected="list" if length is None else f"list of {length}"
        )
    return value


def _by_name(
    parts: Sequence[AbiType], values: Mapping[str, object], place: str
) -> tuple[list[object], list[str]]:
    names = [part.name for part in parts]
    if set(names) != set(values):
        raise ChainError("CHAIN_ACT_ARGUMENT", place, expected=", ".join(names))
    return [values[name] for name in names], [f"{place}/{name}" for name in names]


def _number(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")


def _tokens(text: str) -> list[str]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ChainError("CHAIN_ACT_ARGUMENT", text, expected="ABI")
        tokens.append(match[0].strip())
        at = match.end()
    return tokens


def _type(tokens: list[str], text: str) -> tuple[AbiType, list[str]]:
    """Read one type with its `[]` and its name; returns the tokens behind it."""
    if not tokens:
        raise ChainError("CHAIN_ACT_ARGUMENT", text, expected="ABI")
    word, rest = tokens[0], tokens[1:]
    if word == "(":
        parts, rest = _parts(rest, text)
        found = AbiType("tuple", parts)
    elif word in {"bool", "address", "bytes", "string"} or _UINT.fullmatch(word) or _FIXED.fullmatch(word):
        found = AbiType(word)
    else:
        raise ChainError("CHAIN_ACT_ARGUMENT", text, expected="ABI")
    while rest[:1] == ["[]"]:
        found, rest = AbiType("list", (found,)), rest[1:]
    if rest and rest[0] not in {"(", ")", ",", "[]"}:
        found, rest = AbiType(found.word, found.parts, rest[0]), rest[1:]
    return found, rest


def _parts(tokens: list[str], text: str) -> tuple[tuple[AbiType, ...], list[str]]:
    parts: list[AbiType] = []
    while True:
        part, tokens = _type(tokens, text)
        parts.append(part)
        if tokens[:1] == [")"]:
            return tuple(parts), tokens[1:]
        if tokens[:1] != [","]:
            raise ChainError("CHAIN_ACT_ARGUMENT", text, expected="ABI")
        tokens = tokens[1:]
