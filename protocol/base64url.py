"""base64url without padding, one spelling for each byte string (protocol/README §2).

Libraries accept several spellings of the last character, padding or characters outside the alphabet; then two
texts would carry the same bytes and one signed record two digests. So decoding re-encodes and compares.
"""

from __future__ import annotations

import binascii

from protocol.errors import FormatError

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/***")  # "*" is outside every base64 alphabet
_PADDING = (b"", None, b"==", b"=")


def encode(data: bytes) -> str:
    """Return the one base64url text of `data`."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str, place: str = "") -> bytes:
    """Return the bytes that `text` stands for; FormatError BASE64URL_MALFORMED for every other spelling."""
    try:
        standard = text.encode("ascii").translate(_FROM_URL)
        padding = _PADDING[len(standard) % 4]
        if padding is None:
            raise FormatError("BASE64URL_MALFORMED", place)
        padded = standard + padding
        data = binascii.a2b_base64(padded, strict_mode=True)
    except ValueError as error:  # binascii.Error and UnicodeEncodeError are both ValueErrors
        raise FormatError("BASE64URL_MALFORMED", place) from error
    if binascii.b2a_base64(data, newline=False) != padded:
        raise FormatError("BASE64URL_MALFORMED", place)
    return data
