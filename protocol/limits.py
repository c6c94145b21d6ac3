"""Limits of the front door as named constants (protocol/README §2), shared with the TypeScript core.

Each bounds what a stranger can make a reader spend; they hold before the work that they bound is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_TOKEN_BYTES: Final = 262_144
"""One credential with its disclosures."""
MAX_JSON_BYTES: Final = 196_608
"""One decoded header or payload."""
MAX_DEPTH: Final = 24
"""Nesting of arrays and objects; a reader that recurses must not be led deeper."""
MAX_ITEMS: Final = 20_000
"""Values of any kind in one document, names not counted."""
MAX_STRING: Final = 8_192
"""Characters (code points) in one string or name."""
MAX_DISCLOSURES: Final = 1_024
"""Disclosures with one token."""
MAX_LIST: Final = 500
"""Lots, items or parties in one list of an event."""
MAX_BATCH_LINES: Final = 1_000
"""Lines in one NDJSON request."""
MAX_BODY_BYTES: Final = 8_388_608
"""One HTTP request."""
MAX_INTEGER: Final = 2**53 - 1
"""Largest integer that every JSON reader keeps exact."""
MAX_NUMBER: Final = 128
"""Characters of one number in a foreign document; longer ones are refused before they are read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one JSON document may hold; `foreign` admits fractions (as Decimal), exponents, `-0` and NUL.

    Signed records never set `foreign`. It is for documents made by others, such as EPCIS files, in which RFC
    8259 numbers are usual; duplicate names, NaN, lone surrogates and trailing bytes are refused there too.
    """

    max_bytes: int = MAX_JSON_BYTES
    max_depth: int = MAX_DEPTH
    max_items: int = MAX_ITEMS
    max_string: int = MAX_STRING
    max_integer: int = MAX_INTEGER
    foreign: bool = False


RECORD_LIMITS: Final = Limits()
"""Headers, payloads and disclosures of what we sign."""
FOREIGN_LIMITS: Final = Limits(
    max_bytes=MAX_BODY_BYTES, max_depth=64, max_items=1_000_000, max_string=MAX_BODY_BYTES, foreign=True
)
"""Documents made by others, as large as one request."""
FOREIGN_TOKEN_LIMITS: Final = Limits(foreign=True)
"""Tokens made by others: the sizes of ours, the numbers of RFC 8259."""
