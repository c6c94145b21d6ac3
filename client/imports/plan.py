"""An import is rehearsed as a whole, then signed as a whole: all of a file or nothing.

The rehearsal numbers, carries the lot accounts on, checks and signs every event over a copy of the journal, so that the
tenth row is judged on what the first nine leave. `sign` takes over exactly what was rehearsed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.signing import OWN_FIELDS
from protocol.errors import FilieraError
from protocol.events import ensure_not_future
from protocol.strict_json import dump_json

if TYPE_CHECKING:
    from client.journal import Signed
    from client.signing import Maker

# The node's own tolerance: a record that it would refuse for its time is not signed.
FUTURE = timedelta(minutes=5)


@dataclass
class Entry:
    """One event of an import. `label` says where it stands (row, JSON pointer), `what` is a line for people.

    `body` is None where the source itself is wrong. `state` is `sign`, `known` (signed by a former import) or `wrong`.
    """

    label: str
    act: str
    what: str = ""
    body: dict[str, Any] | None = None
    event_id: str | None = None
    # What the source calls the event, if it does: the same name with other content is refused, not signed twice.
    name: str = ""
    faults: list[FilieraError] = field(default_factory=list)
    notices: list[FilieraError] = field(default_factory=list)
    state: str = "sign"


@dataclass
class Plan:
    """What an import would do, event by event, and the rehearsal that holds what it would sign."""

    entries: list[Entry]
    rehearsal: Maker

    @property
    def wrong(self) -> list[Entry]:
        """The events that are not right."""
        return [entry for entry in self.entries if entry.state == "wrong"]

    @property
    def new(self) -> list[Entry]:
        """The events that would be signed."""
        return [entry for entry in self.entries if entry.state == "sign"]

    def sign(self, maker: Maker) -> list[Signed]:
        """Sign what was rehearsed; ClientError `ROWS_REFUSED` if anything is wrong, and nothing is signed then."""
        if self.wrong:
            raise ClientError("ROWS_REFUSED", count=len(self.wrong))
        return maker.keep(self.rehearsal)


def rehearse(maker: Maker, entries: Iterable[Entry], hidden: Collection[str] | None = None) -> Plan:
    """Judge every event of an import, each on what those before it leave; nothing is written."""
    plan = Plan(list(entries), maker.rehearsal())
    seen = _Seen(names={source.rpartition("/")[0] for source in maker.journal.sources})
    for entry in plan.entries:
        if entry.body is not None and not entry.faults:
            _try(plan.rehearsal, entry, hidden, seen)
        if entry.faults:
            entry.state = "wrong"
    return plan


@dataclass
class _Seen:
    """What was met: how often the same content, and which names (`act/year/name`) were signed."""

    names: set[str]
    times: dict[bytes, int] = field(default_factory=dict)


def _try(maker: Maker, entry: Entry, hidden: Collection[str] | None, seen: _Seen) -> None:
    body = {name: value for name, value in (entry.body or {}).items() if name not in OWN_FIELDS}
    try:
        source = _source(entry, body, seen.times)
        journal = maker.journal
        if source in journal.sources:
            entry.state = "known"
            return
        stem = source.rpartition("/")[0]
        if entry.name and stem in seen.names:
            raise ClientError("ROW_SIGNED_OTHERWISE", entry.label, name=entry.name)
        if entry.event_id in journal.signed:
            entry.state = "known"
            return
        ensure_not_future({"type": ["VerifiableCredential", "FilieraEvent"], "credentialSubject": body},
                          datetime.now(UTC), FUTURE)  # fmt: skip
        maker.sign_imported(body, hidden, entry.event_id, source)
        seen.names.add(stem)
    except FilieraError as error:
        entry.faults.append(error)


def _source(entry: Entry, body: dict[str, Any], times: dict[bytes, int]) -> str:
    """What is known again when the file comes back: the name it has, and what it says.

    Rows that say exactly the same are told apart by their count, so that none is lost.
    """
    content = hashlib.sha256(dump_json(body)).digest()
    times[content] = times.get(content, 0) + 1
    return f"{_named(entry, body)}{content.hex()}.{times[content]}"


def _named(entry: Entry, body: dict[str, Any]) -> str:
    # Makers begin again at 1 every year.
    return f"{entry.act}/{str(body.get('filiera:day'))[:4]}/{entry.name}/"
