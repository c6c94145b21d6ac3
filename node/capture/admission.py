"""May this record be stored, given who is admitted? The second half of the front door, after `checking.py`.

Is the key bound to an admitted participant that is active, with a role for the act and the capability for
the kind. Pure: participants and time are passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from node.auth.tiers import COORDINATOR
from node.capture.candidate import Candidate
from node.capture.checking import EVENT
from node.participants.snapshot import CAPTURE, PASSPORT, ROLES
from protocol.criterion_life import ADOPTION, COMMENT, COMMENTATORS, COMPANIES, COORDINATED
from protocol.errors import AuthorityError
from protocol.status_entries import KIND as STATUS_LIST
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from node.capture.checking import Checked
    from node.participants.snapshot import Snapshot

PASSPORT_KIND = "DigitalProductPassport"
_PARTICIPANT_PREFIX = "urn:filiera:participant:"
FINDERS = ROLES["certifier"] | ROLES["authority"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's part of the decision."""

    promise_seconds: int = 3600
    future_seconds: int = 300
    closing_blocks: int = 2


def admit(checked: Checked, snapshot: Snapshot, rules: Rules, now_ms: int) -> Candidate:
    """Decide over a checked token; `now_ms` is when it was received, milliseconds since 1970.

    Raises AuthorityError.
    """
    participant = _author(checked, snapshot, rules)
    holder = checked.acts_for or f"{_PARTICIPANT_PREFIX}{participant.hex()}"
    if checked.acts_for is not None:
        _ensure_absent(checked.acts_for, snapshot)
    return Candidate(
        checked=checked,
        participant=participant,
        holder=holder,
        received_at=now_ms,
        promised_at=now_ms + rules.promise_seconds * 1000,
        # Only laboratories and authorities put another's goods in doubt (README §8).
        adverse=checked.adverse and bool(snapshot.participants[participant].roles & FINDERS),
    )


def _author(checked: Checked, snapshot: Snapshot, rules: Rules) -> bytes:
    if checked.kind in COORDINATED:
        if checked.key_id not in snapshot.coordinators:
            raise AuthorityError("NOT_COORDINATOR", "/issuer", key=checked.key_id.hex())
        return COORDINATOR
    if checked.kind == STATUS_LIST and checked.claimed is None and checked.key_id in snapshot.coordinators:
        return COORDINATOR
    return snapshot.authorise(
        checked.key_id,
        claimed=checked.claimed,
        roles=_roles(checked.kind, checked.act),
        capability=PASSPORT if checked.kind == PASSPORT_KIND else CAPTURE,
        closing_blocks=rules.closing_blocks,
    ).id


@cache
def _roles(kind: str, act: str) -> int:
    """The roles of which a record needs one, as bits; 0 where any will do."""
    if kind == PASSPORT_KIND:
        return ROLES["brand"] | ROLES["repairer"] | ROLES["recycler"]
    if kind != EVENT:
        return {COMMENT: COMMENTATORS, ADOPTION: COMPANIES}.get(kind, 0)
    return sum(ROLES[name] for name in vocabulary("acts")["acts"].get(act, {}).get("roles", ()))


def _ensure_absent(party: str, snapshot: Snapshot) -> None:
    """Nobody writes for a company that can sign itself: its account would be filled by others (README §5)."""
    named = party.removeprefix(_PARTICIPANT_PREFIX)
    if named != party and any(known.hex() == named for known in snapshot.participants):
        raise AuthorityError("ON_BEHALF_OF_MEMBER", "/credentialSubject/filiera:onBehalfOf/party")
