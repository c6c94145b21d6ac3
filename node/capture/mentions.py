"""Whom a record names, which records it cites, which papers it encloses: the edges that decide who may read it.

Taken from what the maker disclosed to the node. A name that he withheld from the node opens nothing to anybody.
"""

from __future__ import annotations

import re
from typing import Any

from node.directions import CITED, ENCLOSED, NAMED
from protocol.identifiers import PARTICIPANT_PREFIX

_PARTICIPANT = re.compile(re.escape(PARTICIPANT_PREFIX) + r"[0-9a-f]{64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CID = re.compile(r"[a-z2-7]{1,80}")
_CITED_KEYS = {"id", "digest"}


def mentions(subject: dict[str, Any]) -> frozenset[tuple[str, int]]:
    """(participant URN, NAMED), (record digest in hex, CITED), (CID, ENCLOSED) of everything in a subject."""
    found: set[tuple[str, int]] = set()
    waiting: list[Any] = [subject]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _PARTICIPANT.fullmatch(value):
                found.add((value, NAMED))
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
            found |= _references(value)
    return frozenset(found)


def _references(value: dict[str, Any]) -> set[tuple[str, int]]:
    """What an object of the form `{id, digest}` (README §6) or a document (README §1) points to."""
    digest, cid = value.get("digest"), value.get("cid")
    found = set()
    if value.keys() >= _CITED_KEYS and isinstance(digest, str) and _DIGEST.fullmatch(digest):
        found.add((digest, CITED))
    if isinstance(cid, str) and _CID.fullmatch(cid):
        found.add((cid, ENCLOSED))
    return found
