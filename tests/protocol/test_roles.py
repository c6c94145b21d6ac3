"""The ledger's numbers stand in the contracts; here they are the same."""

from __future__ import annotations

import re
from pathlib import Path

from protocol import roles

SOURCE = Path(__file__).resolve().parents[2] / "contracts" / "libraries" / "Vocabulary.sol"


def constants(kind: str) -> list[tuple[str, int]]:
    """Numbered constants of a Solidity type, in the order of the file."""
    found = re.findall(rf"{kind} internal constant ([A-Z_0-9]+) = ([0-9]+);", SOURCE.read_text("utf-8"))
    return [(name, int(number)) for name, number in found]


def test_roles_are_those_of_the_contracts() -> None:
    wanted = [(name.upper().replace("-", "_"), bit) for name, bit in roles.ROLES.items()]
    assert constants("uint16") == [*wanted, ("ALL", sum(roles.ROLES.values()))]


def test_capabilities_and_uses_are_those_of_the_contracts() -> None:
    known = constants("uint8")
    for name in ("SIGNING", "AGREEMENT", "CAPTURE", "PASSPORT", "ADMIN"):
        assert (name, getattr(roles, name)) in known
    assert ("RECOVERY", roles.RECOVERY) in known


def test_roles_read_back() -> None:
    for name in roles.ROLES:
        assert roles.names_of(roles.bits_of([name])) == [name]
    assert roles.names_of(roles.bits_of(roles.ROLES)) == list(roles.ROLES)
