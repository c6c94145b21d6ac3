"""Numbers of the ledger's vocabulary: roles and capabilities as bits, uses, and the open end of a window.

The contracts hold the same numbers (contracts/libraries/Vocabulary.sol); `tests/contracts` compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLES: Final = {
    "supplier": 1,
    "brand": 2,
    "retailer": 4,
    "repairer": 8,
    "recycler": 16,
    "certifier": 32,
    "association": 64,
    "authority": 128,
    "observer": 256,
    "technical-operator": 512,
    "coordinator": 1024,
}
CAPTURE, PASSPORT, ADMIN, RECOVERY = 1, 2, 4, 8
SIGNING, AGREEMENT = 1, 2
OPEN: Final = 2**64 - 1
"""`toBlock` of a key that is not closed."""


def bits_of(names: Iterable[str]) -> int:
    """The roles as one number; KeyError for a name that is none."""
    return sum(ROLES[name] for name in set(names))


def names_of(bits: int) -> list[str]:
    """The roles of a number, in the order of the ledger's list."""
    return [name for name, bit in ROLES.items() if bits & bit]
