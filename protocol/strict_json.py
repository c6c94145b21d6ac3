"""The strict JSON reader and writer in front of every library (protocol/README §2).

Readers disagree on duplicate names, NaN, lone surrogates and large numbers; whoever signs and whoever checks
would then see different records in the same bytes. `read_strictly` is the reference: it bounds the nesting
over the bytes, then lets the standard scanner read with hooks that refuse, then walks the values.
`parse_json` first tries a shorter way that is equal by proof: if writing what a fast reader understood gives
the very same bytes, those bytes hold no duplicate name, no second spelling and no space, and the same walk
checks the rest.
"""

from __future__ import annotations

import contextlib
import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

from protocol.errors import FormatError
from protocol.limits import MAX_INTEGER, MAX_NUMBER, RECORD_LIMITS, Limits

JsonObject = dict[str, Any]

# Possessive quantifiers, and a string without end is taken to the end: one pass, whatever stands there.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ANY_LENGTH = Limits(max_string=2**63)
_LARGEST_EXPONENT = 300  # within every double, so that other readers neither overflow nor lose the number


def parse_json(data: bytes, limits: Limits = RECORD_LIMITS) -> Any:
    """Read exactly one JSON value from UTF-8 bytes; FormatError JSON_* says what is refused.

    Numbers become int (or Decimal where `limits.foreign`), never float.
    """
    if len(data) > limits.max_bytes:
        raise FormatError("JSON_TOO_LARGE", limit=limits.max_bytes)
    if not limits.foreign:
        try:
            value = orjson.loads(data)  # refuses lone surrogates by itself
            _walk(value, limits, texts=len(data) > limits.max_string or b"\\u0000" in data)
            if orjson.dumps(value) == data:
                return value
        except (ValueError, TypeError, FormatError):
            pass  # The reference reader names the reason.
    return read_strictly(data, limits)


def parse_object(data: bytes, limits: Limits = RECORD_LIMITS) -> JsonObject:
    """Read one JSON object; FormatError JSON_NOT_OBJECT for any other value."""
    value = parse_json(data, limits)
    if not isinstance(value, dict):
        raise FormatError("JSON_NOT_OBJECT")
    return value


def read_strictly(data: bytes, limits: Limits = RECORD_LIMITS) -> Any:
    """Read as `parse_json` does, always by the reference way."""
    if len(data) > limits.max_bytes:
        raise FormatError("JSON_TOO_LARGE", limit=limits.max_bytes)
    try:
        text = data.decode("utf-8")  # refuses overlong forms and encoded surrogates
    except UnicodeDecodeError as error:
        raise FormatError("JSON_NOT_UTF8", offset=error.start) from error
    if text.startswith("\ufeff"):
        raise FormatError("JSON_NOT_UTF8", offset=0)
    _ensure_shallow(data, limits.max_depth)
    try:
        value = _Scanner(limits).decode(text)
    except json.JSONDecodeError as error:
        raise FormatError("JSON_MALFORMED", offset=error.pos) from error
    _walk(value, limits)
    return value


def dump_json(value: Any) -> bytes:
    """Write compact JSON in the order of RFC 8785 (names are ASCII); FormatError for what §2 would refuse.

    Limits of size, depth and number are the reader's to hold: a file of ours may have its own.
    """
    _ensure_writable(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:  # nesting that no limit of ours admits
        raise FormatError("JSON_TOO_DEEP") from error


def write_again(value: Any) -> bytes:
    """Write as `dump_json` does what `parse_json` read: nothing in it is left to refuse."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


class _Scanner(json.JSONDecoder):
    """The standard scanner with the refusals of §2 as hooks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        super().__init__(
            object_pairs_hook=_unique,
            parse_float=self._fraction,
            parse_int=self._integer,
            parse_constant=_no_constant,
            strict=True,  # control characters in strings are refused
        )

    def _integer(self, text: str) -> int:
        # The length bounds the conversion, whose cost grows with the square of the digits.
        if len(text) > MAX_NUMBER or abs(number := int(text)) > self._limits.max_integer:
            raise FormatError("JSON_INTEGER_RANGE")
        if text == "-0" and not self._limits.foreign:
            raise FormatError("JSON_NUMBER_REFUSED", number=text)
        return number

    def _fraction(self, text: str) -> Decimal:
        if self._limits.foreign and len(text) <= MAX_NUMBER:
            with contextlib.suppress(InvalidOperation):  # an exponent beyond what Decimal holds
                number = Decimal(text)
                if not number or abs(number.adjusted()) <= _LARGEST_EXPONENT:
                    return number
        raise FormatError("JSON_NUMBER_REFUSED", number=text[:MAX_NUMBER])


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise FormatError("JSON_DUPLICATE_NAME", name=name[:80])
            seen.add(name)
    return found


def _no_constant(text: str) -> NoReturn:
    raise FormatError("JSON_NUMBER_REFUSED", number=text)


def _ensure_shallow(data: bytes, max_depth: int) -> None:
    """Bound the nesting before anything recurses; brackets inside strings do not count."""
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        if bracket in b"[{":
            depth += 1
            if depth > max_depth:
                raise FormatError("JSON_TOO_DEEP", limit=max_depth)
        else:
            depth -= 1


def _walk(value: Any, limits: Limits, *, texts: bool = True) -> None:
    """Hold depth, count and integers, refuse floats; with `texts` also hold every name and string."""
    level, depth, items = [value], 0, 0
    while level:
        items += len(level)
        if items > limits.max_items:
            raise FormatError("JSON_TOO_MANY_ITEMS", limit=limits.max_items)
        deeper: list[Any] = []
        nested = False
        for entry in level:
            kind = type(entry)
            if kind is str:
                if texts:
                    _ensure_text(entry, limits)
            elif kind is dict:
                nested = True
                if texts:
                    for name in entry:
                        _ensure_text(name, limits)
                deeper.extend(entry.values())
            elif kind is list:
                nested = True
                deeper.extend(entry)
            elif kind is int:
                if not -limits.max_integer <= entry <= limits.max_integer:
                    raise FormatError("JSON_INTEGER_RANGE")
            elif kind is float:
                raise FormatError("JSON_NUMBER_REFUSED", number=entry)
        depth += nested
        if depth > limits.max_depth:
            raise FormatError("JSON_TOO_DEEP", limit=limits.max_depth)
        level = deeper


def _ensure_text(text: str, limits: Limits) -> None:
    if len(text) > limits.max_string:
        raise FormatError("JSON_STRING_TOO_LONG", limit=limits.max_string)
    if "\0" in text and not limits.foreign:
        raise FormatError("JSON_NUL")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise FormatError("JSON_SURROGATE") from error


def _ensure_writable(value: Any) -> None:
    stack = [value]
    while stack:
        entry = stack.pop()
        if isinstance(entry, str):
            _ensure_text(entry, _ANY_LENGTH)
        elif isinstance(entry, dict):
            for name in entry:
                if not isinstance(name, str) or not name.isascii() or "\0" in name:
                    raise FormatError("JSON_NAME_REFUSED", name=str(name)[:80])
            stack.extend(entry.values())
        elif isinstance(entry, list | tuple):
            stack.extend(entry)
        elif isinstance(entry, int):
            if not -MAX_INTEGER <= entry <= MAX_INTEGER:
                raise FormatError("JSON_INTEGER_RANGE")
        elif entry is not None:
            raise FormatError("JSON_NUMBER_REFUSED", number=str(entry)[:80])
