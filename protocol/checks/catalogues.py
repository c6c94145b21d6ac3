"""Under which catalogue a target was evaluated, and what it would be under a newer one: beside, never instead.

A bundle carries, among what the coordinator signed (`memberships`, README §12), the catalogues that were published.
Those that a coordinator in force signed are used; a version that the software ships has to be the shipped one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.catalogue import KIND, digest_of, number_of
from protocol.criteria.evaluate import CURRENT, VERSIONS, catalogue, evaluate, evaluate_with, methods
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from protocol.criteria.model import Criterion
    from protocol.history import History
    from protocol.records import Record

CHECK = "evidence"


@dataclass(frozen=True)
class Beside:
    """The criteria under a newer version; `record` is the coordinator's, empty for one that only the software ships.

    `unknown` are its criteria for which this software has no method.
    """

    version: str
    digest: str
    record: str
    content: Mapping[str, Any]
    criteria: tuple[Criterion, ...]
    unknown: tuple[str, ...]


def stated_version(passport: Record | None) -> str:
    """The version that the passport in force states, if it is one that is shipped; else the one in use."""
    version = passport.subject["catalogueVersion"] if passport else CURRENT
    return version if version in VERSIONS else CURRENT


def criteria_of(history: History, version: str) -> tuple[Criterion, ...]:
    """The criteria of a history under a shipped version."""
    return history.criteria if version == CURRENT else evaluate(history.evidence, version)


def check_catalogues(carried: Iterable[Record]) -> Iterator[Finding]:
    """A version has one content, whoever carries it; and what cannot be computed is said."""
    known: dict[str, str] = {}
    for record in sorted((each for each in carried if each.kind == KIND), key=lambda each: each.digest):
        content, version = record.subject["content"], record.subject["version"]
        if known.setdefault(version, digest_of(content)) != digest_of(content):
            yield finding(CHECK, "CATALOGUE_DIFFERS", record.digest.hex(), version=version)
        for entry in content["criteria"]:
            if entry["id"] not in methods():
                stated = {"criterion": entry["id"], "version": version}
                yield finding(CHECK, "CATALOGUE_METHOD_UNKNOWN", record.digest.hex(), **stated)


def beside(history: History, version: str, carried: Iterable[Record]) -> tuple[Beside, ...]:
    """The same evidence under each version newer than `version`: shipped, or carried and signed by the coordinator."""
    found: dict[str, tuple[Mapping[str, Any], str]] = {name: (catalogue(name), "") for name in VERSIONS}
    for record in sorted((each for each in carried if each.kind == KIND), key=lambda each: each.digest):
        found[record.subject["version"]] = (record.subject["content"], record.digest.hex())
    later = sorted((name for name in found if number_of(name) > number_of(version)), key=number_of)
    return tuple(_under(history, name, *found[name]) for name in later)


def _under(history: History, version: str, content: Mapping[str, Any], record: str) -> Beside:
    names = [str(entry["id"]) for entry in content["criteria"]]
    return Beside(
        version=version,
        digest=digest_of(content),
        record=record,
        content=content,
        criteria=evaluate_with(history.evidence, content),
        unknown=tuple(name for name in names if name not in methods()),
    )
