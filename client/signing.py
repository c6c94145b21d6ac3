"""From a body to a signed record, with no network: identity, number, predecessor and lot accounts (README §4, §5).

What a record builds on comes from the key's own journal, and the record is in the journal before this returns. A
company that signs with two keys on two machines has two journals: the node then refuses the second entry of one
account, and what is signed after a look at the node is signed on the new balance.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.journal import Signed
from protocol.accounts import next_entry, parse_entries
from protocol.disclosure import policy
from protocol.events import check_event, local_day
from protocol.goods import GAINS, Movement, references_of
from protocol.identifiers import participant_urn
from protocol.issue import issue_record
from protocol.records import parse_record
from protocol.schema import SUBJECT, subject_schema, validate
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from client.journal import Balance, Journal
    from protocol.keys import PrivateKey

EVENT = "FilieraEvent"
CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1")
SALT_BYTES = 16
# What signing fills in; a file that still carries a template's values for these loses them.
OWN_FIELDS = frozenset({
    "eventID", "filiera:participant", "filiera:recordSeq", "filiera:previousRecord", "filiera:account",
})  # fmt: skip


@dataclass(frozen=True)
class Maker:
    """A key, for whom it signs (64 hex characters), and the journal of what it signed."""

    key: PrivateKey
    participant: str
    journal: Journal

    def sign_event(
        self, body: Mapping[str, Any], hidden: Collection[str] | None = None, event_id: str | None = None
    ) -> Signed:
        """Sign an event's body and keep it in the journal; FilieraError if the event would be refused.

        `hidden` are paths relative to the body, None for what is hidden by default. `event_id` keeps the
        identity of an imported event; a fresh one is drawn otherwise.
        """
        with self.journal.changing():
            record_id = event_id or new_id()
            subject = self._subject(body, record_id)
            claims = credential(subject, EVENT, record_id, self.key.public.did, subject["filiera:day"])
            check_event(claims)
            return self._issue(claims, _holder(subject, self.participant), hidden)

    def sign_master_data(self, body: Mapping[str, Any], hidden: Collection[str] | None = None) -> Signed:
        """Sign a version of a facility, product, order … (README §6) and keep it in the journal."""
        kind = "FilieraMasterData"
        with self.journal.changing():
            subject = {**body, **self._numbering()}
            claims = credential(subject, kind, new_id(), self.key.public.did, str(subject["validFrom"])[:10])
            validate(subject_schema(kind, subject), subject, SUBJECT)
            return self._issue(claims, participant_urn(self.participant), hidden)

    def _issue(self, claims: dict[str, Any], holder: str, hidden: Collection[str] | None) -> Signed:
        token = issue_record(claims, self.key, salts(), hidden)
        subject = claims["credentialSubject"]
        record = Signed(
            id=claims["id"],
            digest=parse_record(token).digest.hex(),
            seq=subject["filiera:recordSeq"],
            holder=holder,
            account=tuple(subject.get("filiera:account", ())),
            token=token,
        )
        self.journal.append_signed(record)
        return record

    def _numbering(self) -> dict[str, Any]:
        last = self.journal.last_digest
        numbering: dict[str, Any] = {
            "filiera:participant": self.participant,
            "filiera:recordSeq": self.journal.next_seq,
        }
        return numbering if last is None else {**numbering, "filiera:previousRecord": last}

    def _subject(self, body: Mapping[str, Any], record_id: str) -> dict[str, Any]:
        subject = {name: value for name, value in body.items() if name not in OWN_FIELDS}
        if "filiera:day" not in subject and {"eventTime", "eventTimeZoneOffset"} <= subject.keys():
            subject["filiera:day"] = local_day(subject["eventTime"], subject["eventTimeZoneOffset"])
        if not isinstance(subject.get("filiera:day"), str):
            raise ClientError("EVENT_WITHOUT_TIME", "filiera:day")
        subject |= {"eventID": record_id, **self._numbering()}
        act = vocabulary("acts")["acts"].get(subject.get("filiera:act"))
        if act is None:
            raise ClientError("ACT_MISSING", "filiera:act", given=str(subject.get("filiera:act", "–"))[:40])
        account = self._account(subject) if act["account"] else []
        return {**subject, "filiera:account": account} if account else subject

    def _account(self, subject: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The entries that the event's goods call for, each continuing the account as the journal knows it."""
        holder = _holder(subject, self.participant)
        goods = references_of(subject, reverse_corrections=False)
        return [
            _entry(move, self.journal.balance(move.lot, holder), reverse=goods.corrects)
            for move in goods.all
            if not move.is_item and move.effect != "observed"
        ]


def credential(subject: dict[str, Any], kind: str, record_id: str, issuer: str, day: str) -> dict[str, Any]:
    """Return the claims around a subject. `validFrom` tells the day only: the exact time may be hidden."""
    return {
        "@context": list(CONTEXTS),
        "id": record_id,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": f"{day}T00:00:00Z",
        "credentialSubject": subject,
    }


def salts() -> Iterator[bytes]:
    """Fresh salts from the system's randomness, without end."""
    while True:
        yield secrets.token_bytes(SALT_BYTES)


def new_id() -> str:
    """A fresh record id."""
    return uuid.uuid4().urn


def hidden_paths(hide: Collection[str], show: Collection[str], kind: str = EVENT) -> frozenset[str]:
    """What is hidden by default, with `hide` and without `show`; `*` in `show` hides nothing by default."""
    by_default = frozenset() if "*" in show else policy(kind).hidden_by_default
    return (by_default - frozenset(show)) | frozenset(hide)


def _holder(subject: Mapping[str, Any], participant: str) -> str:
    on_behalf = subject.get("filiera:onBehalfOf")
    party = on_behalf.get("party") if isinstance(on_behalf, Mapping) else None
    return str(party) if party else participant_urn(participant)


def _entry(move: Movement, standing: Balance | None, *, reverse: bool) -> dict[str, Any]:
    if move.quantity is None:
        raise ClientError("QUANTITY_MISSING", move.place, lot=move.lot)
    last = parse_entries({"filiera:account": [standing.entry]})[0] if standing else None
    if last is not None and last.unit != move.unit:
        raise ClientError("LOT_UNIT_CHANGED", move.place, lot=move.lot, unit=move.unit, expected=last.unit)
    before = (last.after if last else None) or Decimal(0)
    if move.effect == "counted":
        change = move.quantity - before
    else:
        change = move.quantity if (move.effect in GAINS) != reverse else -move.quantity
    return next_entry(move.lot, change, move.unit, last, bytes.fromhex(standing.digest) if standing else None)
