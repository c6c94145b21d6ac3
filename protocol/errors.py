"""The errors of Filiera: a small tree, a closed list of codes.

FilieraError
├── FormatError         bytes, JSON, schema, identifiers, units
├── SignatureInvalid    a signature, a key or a disclosure does not hold
├── AuthorityError      unknown key, missing role, suspended participant
├── ConflictError       the same identity with other content, a fork
├── LogError            Merkle proofs, checkpoints, heads, receipts
├── ChainError          the ledger or its endpoint
├── CustodyError        graph, accounts, balance
├── DocumentError       content addresses and stored papers
└── PassportError       passports and their status

An error carries a code of `vocabulary/codes/`, the place in the input (a JSON pointer or a field name) and the values
that its sentence needs. Sentences and remedies live in those files only, in Italian and English.
"""

from __future__ import annotations


class FilieraError(Exception):
    """Base of all refusals; `code` is one of the closed list, `place` says where in the input."""

    def __init__(self, code: str, place: str = "", **values: object) -> None:
        super().__init__(code, place, values)
        self.code = code
        self.place = place
        self.values = values

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code}{where}" + (f" ({details})" if details else "")


class FormatError(FilieraError):
    """The input does not have the written form."""


class SignatureInvalid(FilieraError):  # noqa: N818 - the field's word, as in pyca/cryptography
    """A signature, a key or a disclosure does not hold."""


class AuthorityError(FilieraError):
    """Whoever signed may not do this."""


class ConflictError(FilieraError):
    """The same identity was already used with other content."""


class LogError(FilieraError):
    """A proof, a checkpoint, a head or a receipt does not hold."""


class ChainError(FilieraError):
    """The ledger or its endpoint answers otherwise than it must."""


class CustodyError(FilieraError):
    """Lots, accounts or balances do not hold together."""


class DocumentError(FilieraError):
    """A paper does not match its address, its digest or its kind."""


class PassportError(FilieraError):
    """A passport, its links or its status do not hold."""
