"""base58btc, as did:key spells keys (W3C did:key method §3): a short, bounded input in its only spelling."""

from __future__ import annotations

from protocol.errors import FormatError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_MAX_CHARACTERS = 128  # keys need 48; the conversion costs the square of the length


def encode(data: bytes) -> str:
    """Return the base58btc text of `data`; every leading zero byte becomes a `1`."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def decode(text: str) -> bytes:
    """Return the bytes of `text`.

    FormatError KEY_MALFORMED for foreign characters or more than a key needs.
    """
    if len(text) > _MAX_CHARACTERS:
        raise FormatError("KEY_MALFORMED")
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise FormatError("KEY_MALFORMED")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
