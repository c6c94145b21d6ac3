"""Numbers of substances, with their check digits: CAS Registry Numbers and EC numbers.

A CAS number is two to seven digits, two digits and a check digit: the digits before it, from the right, times 1, 2, 3 …
summed, modulo 10. An EC number is three and three digits and a check digit: the digits before it, from the left, times
1 … 6 summed, modulo 11; numbers for which that is 10 are not assigned.
"""

from __future__ import annotations

import re

from protocol.errors import FormatError

_CAS = re.compile(r"([1-9]\d{1,6})-(\d{2})-(\d)", re.ASCII)
_EC = re.compile(r"(\d{3})-(\d{3})-(\d)", re.ASCII)


def parse_cas(text: str, place: str = "") -> str:
    """Return a CAS number as it is; FormatError `CAS_FORM`, or `CAS_CHECK_DIGIT` with the digit that would be right."""
    match = _CAS.fullmatch(text)
    if match is None:
        raise FormatError("CAS_FORM", place, given=text[:60])
    digits = (match[1] + match[2])[::-1]
    right = sum(weight * int(digit) for weight, digit in enumerate(digits, start=1)) % 10
    if right != int(match[3]):
        raise FormatError("CAS_CHECK_DIGIT", place, given=text, right=right)
    return text


def parse_ec(text: str, place: str = "") -> str:
    """Return an EC number as it is; FormatError `EC_FORM`, or `EC_CHECK_DIGIT` with the digit that would be right."""
    match = _EC.fullmatch(text)
    if match is None:
        raise FormatError("EC_FORM", place, given=text[:60])
    right = sum(weight * int(digit) for weight, digit in enumerate(match[1] + match[2], start=1)) % 11
    if right != int(match[3]):
        raise FormatError("EC_CHECK_DIGIT", place, given=text, right="–" if right == 10 else right)  # noqa: PLR2004 - the modulus
    return text
