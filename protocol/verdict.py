"""Findings and the verdict they give (README §13).

A finding is one code of the closed list, said by one check about one place in the evidence. Its severity decides the
exit status, its word what a person reads: *refused* is evidence against, *incomplete* is evidence that is missing,
*notice* is worth saying and turns nothing (as "not proven at this tier"). The words are never mixed up:
absent is not false.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from protocol.codes import lookup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.errors import FilieraError

VERIFIED: Final = "verified"
# From best to worst; the verdict is the worst word of what counts.
WORDS: Final = (VERIFIED, "not proven", "pending", "unreachable", "expired", "revoked", "refused")
EXIT_VERIFIED: Final = 0
EXIT_REFUSED: Final = 1
EXIT_INCOMPLETE: Final = 2
EXIT_BAD_INPUT: Final = 3


@dataclass(frozen=True)
class Finding:
    """`check` is a name of `CHECKS`, `status` one of `WORDS`, `place` a record digest, a lot, a head or a pointer."""

    check: str
    status: str
    code: str
    place: str = ""
    values: Mapping[str, object] = field(default_factory=dict, compare=False)

    @property
    def severity(self) -> str:
        """Return refused, incomplete or notice."""
        return lookup(self.code).severity


def finding(check: str, code: str, place: str = "", **values: object) -> Finding:
    """Return a finding whose word is the one that the closed list gives to its code."""
    return Finding(check, lookup(code).verdict, code, place, values)


def from_error(check: str, error: FilieraError, place: str = "") -> Finding:
    """Return the finding that a refusal stands for; `place` says where when the error knows no better."""
    inner = {"at": error.place} if place and error.place else {}
    return finding(check, error.code, place or error.place, **{**error.values, **inner})


@dataclass(frozen=True)
class Verdict:
    """What all checks together say; `findings` sorted, so that equal evidence gives equal reports."""

    findings: tuple[Finding, ...]

    @property
    def word(self) -> str:
        """Return the worst word among the findings that are no mere notices."""
        return _worst(found for found in self.findings if found.severity != "notice")

    @property
    def exit_status(self) -> int:
        """Return 0, 1 or 2 (3, bad input, never reaches a verdict)."""
        severities = {found.severity for found in self.findings}
        if "refused" in severities:
            return EXIT_REFUSED
        return EXIT_INCOMPLETE if "incomplete" in severities else EXIT_VERIFIED

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return what one check found."""
        return tuple(found for found in self.findings if found.check == check)

    def word_of(self, check: str) -> str:
        """Return the worst word of one check, notices included: a check that could not look says so."""
        return _worst(self.of(check))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict over findings, each once."""
    unique = {
        (found.check, found.code, found.place, str(sorted(map(str, found.values.items())))): found
        for found in findings
    }
    return Verdict(tuple(unique[place] for place in sorted(unique)))


def _worst(findings: Iterable[Finding]) -> str:
    return WORDS[max((WORDS.index(found.status) for found in findings), default=0)]
