"""What can be said of a token by itself: form, signature, schema, time; and what to ask the database.

Pure, and its results are plain tuples, so that it can run in another process: checking is what capture
costs, and one interpreter uses one core. Who signed, and whether other records agree, is decided where the
participants and the database are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from node.capture.erased import erased_things
from node.capture.mentions import mentions
from node.capture.status_lists import ListVersion, version_in
from node.criteria.topics import topics
from node.directions import ABOUT, CONSUMED, OBSERVED, PRODUCED, RECEIVED, SENT
from protocol import events
from protocol.errors import FilieraError, FormatError
from protocol.kinds import check_record
from protocol.records import verify_record
from protocol.status_entries import Entry, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from protocol.goods import LotRefs
    from protocol.records import Record

EVENT = "FilieraEvent"
_DIRECTIONS = {
    "consumed": CONSUMED,
    "produced": PRODUCED,
    "sent": SENT,
    "received": RECEIVED,
    "counted": OBSERVED,
    "observed": OBSERVED,
}


class Line(NamedTuple):
    """An entry of a lot's account (README §5); `before`, `after` are decimal strings, None where withheld."""

    lot: str
    lot_seq: int
    before: str | None
    after: str | None
    uom: str
    previous: bytes | None


class Checked(NamedTuple):
    """A token that holds by itself.

    `token` is as received, its first `jwt_length` characters are the signed JWT.

    `claimed` is the participant that the record names as its author, `acts_for` the party it acts for, if
    any; `adverse` says that it finds goods non-conformant; `listed` is what it says as a status list, `status`
    its place in one. `corrects` is the record that it takes back or, of a status list, the version that it replaces.
    """

    token: str
    jwt_length: int
    digest: bytes
    record_id: str
    key_id: bytes
    kind: str
    act: str
    day: str
    claimed: bytes | None
    acts_for: str | None
    record_seq: int | None
    previous: bytes | None
    answers: bytes | None
    corrects: bytes | None
    adverse: bool
    edges: frozenset[tuple[str, int]]
    lines: tuple[Line, ...]
    listed: ListVersion | None = None
    status: Entry | None = None

    @property
    def jwt(self) -> str:
        """The signed text."""
        return self.token[: self.jwt_length]

    @property
    def disclosures(self) -> list[str]:
        """The disclosures behind it."""
        return self.token[self.jwt_length :].split("~")[1:-1]


class Refusal(NamedTuple):
    """An error in a form that goes from one process to another."""

    kind: type[FilieraError]
    code: str
    place: str
    values: dict[str, object]

    def error(self) -> FilieraError:
        """The error again."""
        return self.kind(self.code, self.place, **self.values)


def check(token: bytes, now_ms: int, future_seconds: int) -> Checked:
    """Check one token as of `now_ms` (milliseconds since 1970). Raises FilieraError."""
    record = verify_record(token)
    check_record(record)
    if record.kind == EVENT:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        events.ensure_not_future(record.claims, now, timedelta(seconds=future_seconds))
    return describe(record, _acts_for(record.subject))


def describe(record: Record, acts_for: str | None) -> Checked:
    """What the database keeps of a record that has been checked, `acts_for` being whom it acts for."""
    subject = record.subject
    listed = version_in(record.kind, subject)
    references = events.references(record) if record.kind == EVENT else None
    return Checked(
        token=record.token,
        jwt_length=len(record.jwt),
        digest=record.digest,
        record_id=record.id,
        key_id=record.key.key_id,
        kind=record.kind,
        act=subject.get("filiera:act", ""),
        day=subject.get("filiera:day", ""),
        claimed=_digest(subject.get("filiera:participant")),
        acts_for=acts_for,
        record_seq=subject.get("filiera:recordSeq"),
        previous=_digest(subject.get("filiera:previousRecord")),
        answers=_named(subject.get("filiera:answers")),
        corrects=listed.replaces if listed else _named(subject.get("filiera:corrects")),
        adverse=subject.get("disposition") == "non_conformant",
        edges=frozenset(_edges(references) if references else _about(subject))
        | frozenset(erased_things(subject))
        | mentions(subject),
        lines=tuple(_line(entry) for entry in subject.get("filiera:account", ())),
        listed=listed,
        status=entry_of(record.claims),
    )


def check_all(tokens: Sequence[bytes], now_ms: int, future_seconds: int) -> list[Checked | Refusal]:
    """Check many; a refusal stands in the place of its token."""
    found: list[Checked | Refusal] = []
    for token in tokens:
        try:
            found.append(check(token, now_ms, future_seconds))
        except FilieraError as error:
            found.append(Refusal(type(error), error.code, error.place, error.values))
    return found


def recheck(token: str) -> None:
    """Raise unless a token with more disclosures than before still has the form of its kind."""
    check_record(verify_record(token))


def _acts_for(subject: dict[str, Any]) -> str | None:
    acted_for = subject.get("filiera:onBehalfOf")
    if acted_for is None:
        return None
    party = acted_for.get("party") if isinstance(acted_for, dict) else None
    if not isinstance(party, str):
        raise FormatError("HOLDER_WITHHELD", "/credentialSubject/filiera:onBehalfOf/party")
    return party


def _digest(value: Any) -> bytes | None:
    return bytes.fromhex(value) if isinstance(value, str) else None


def _named(value: Any) -> bytes | None:
    return _digest(value.get("digest")) if isinstance(value, dict) else None


def _edges(references: LotRefs) -> Iterable[tuple[str, int]]:
    for movement in references.all:
        yield movement.lot, _DIRECTIONS[movement.effect]


def _about(subject: dict[str, Any]) -> Iterable[tuple[str, int]]:
    # A passport is also about the item or lot that it belongs to, whatever its own identifier is.
    yield from topics(subject)
    for name in ("id", "item" if "item" in subject else "lot"):
        thing = subject.get(name)
        if isinstance(thing, str):
            yield thing, ABOUT


def _line(entry: dict[str, Any]) -> Line:
    return Line(
        entry["lot"],
        entry["lotSeq"],
        entry.get("before"),
        entry.get("after"),
        entry["uom"],
        _digest(entry.get("previous")),
    )
