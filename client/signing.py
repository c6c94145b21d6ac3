"""From a body to a signed record, with no network: identity, number, predecessor and lot accounts (README §4, §5).

What a record builds on comes from the key's own journal, and the record is in the journal before this returns. A
company that signs with two keys on two machines has two journals: the node then refuses the second entry of one
account, and what is signed after a look at the node is signed on the new balance.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from client.errors import ClientError
from client.journal import Signed
from protocol.accounts import next_entry, parse_entries
from protocol.disclosure import policy
from protocol.events import local_day
from protocol.goods import GAINS, Movement, references_of
from protocol.identifiers import LOT_PREFIX, participant_urn
from protocol.issue import issue_record
from protocol.kinds import check_record
from protocol.records import parse_record
from protocol.status_entries import KIND as STATUS_LIST
from protocol.status_entries import entry_claims, entry_of
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from client.journal import Balance, Journal
    from protocol.keys import PrivateKey
    from protocol.status_entries import Entry

EVENT = "FilieraEvent"
CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "urn:filiera:context:1")
SALT_BYTES = 16
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}", re.ASCII)
# What signing fills in; a file that still carries a template's values for these loses them.
OWN_FIELDS = frozenset({
    "eventID", "filiera:participant", "filiera:recordSeq", "filiera:previousRecord", "filiera:account",
})  # fmt: skip


@dataclass(frozen=True)
class Maker:
    """A key, for whom it signs (64 hex characters), and the journal of what it signed.

    `guard` refuses a body before it is signed: a company with pseudonyms keeps them apart with it (client/linkage).
    `anonymous` says that the key is one of them: it gives no lot code that tells of the company's own numbering.
    """

    key: PrivateKey
    participant: str
    journal: Journal
    guard: Callable[[Mapping[str, Any]], None] | None = field(default=None, kw_only=True)
    anonymous: bool = field(default=False, kw_only=True)

    def sign_event(
        self,
        body: Mapping[str, Any],
        hidden: Collection[str] | None = None,
        event_id: str | None = None,
        status: Entry | None = None,
    ) -> Signed:
        """Sign an event's body and keep it in the journal; FilieraError if the event would be refused.

        `hidden` are paths relative to the body, None for what is hidden by default. `event_id` keeps the
        identity of an imported event; a fresh one is drawn otherwise. `status` is a place by which it can be withdrawn.
        """
        with self.journal.changing():
            claims = self._event_claims(body, event_id, status)
            return self._issue(claims, _holder(claims["credentialSubject"], self.participant), hidden)

    def sign_imported(
        self,
        body: Mapping[str, Any],
        hidden: Collection[str] | None = None,
        event_id: str | None = None,
        source: str = "",
        status: Entry | None = None,
    ) -> Signed:
        """The same for an event that comes from a file: `source` says which, so that it is not signed twice."""
        with self.journal.changing():
            claims = self._event_claims(body, event_id, status)
            holder = _holder(claims["credentialSubject"], self.participant)
            record = replace(self._build(claims, holder, hidden), source=source)
            self.journal.append_signed(record)
            return record

    def rehearsal(self) -> Maker:
        """The same maker over a copy of the journal: what it signs is forgotten, unless `keep` takes it over."""
        return replace(self, journal=self.journal.copy())

    def keep(self, rehearsal: Maker) -> list[Signed]:
        """Put what a rehearsal signed into the journal, all of it or nothing; `JOURNAL_MOVED` if that cannot be."""
        with self.journal.changing():
            known = self.journal.signed
            added = [record for record in rehearsal.journal.signed.values() if record.id not in known]
            if added and added[0].seq != self.journal.next_seq:
                raise ClientError("JOURNAL_MOVED", str(self.journal.path), file=self.journal.path)
            if added:
                self.journal.append_all(added)
            return added

    def sign_again(self, records: Sequence[Signed]) -> list[Signed]:
        """Sign anew, on the present balances, records that were given up; all of them or none.

        What was hidden stays hidden; where one names another of them by its digest, it names the new one.
        """
        rehearsal = self.rehearsal()
        digests: dict[str, str] = {}
        for old in records:
            record = parse_record(old.token)
            hidden = {opened.place.pattern.partition(".")[2] for opened in record.opened}
            body = _replaced(record.subject, digests)
            status = entry_of(record.claims)
            if record.kind == EVENT:
                new = rehearsal.sign_imported(body, hidden, old.id, old.source, status)
            elif record.kind == STATUS_LIST:
                new = rehearsal.sign_status_list(body, record.claims["validFrom"][:10])
            else:
                new = rehearsal.sign_record(
                    record.kind, body, record.claims["validFrom"][:10], hidden, status
                )
            digests[old.digest] = new.digest
        return self.keep(rehearsal)

    def sign_master_data(
        self, body: Mapping[str, Any], hidden: Collection[str] | None = None, status: Entry | None = None
    ) -> Signed:
        """Sign a version of a facility, product, order … (README §6) and keep it in the journal."""
        return self.sign_record("FilieraMasterData", body, _first_day(body), hidden, status)

    def sign_status_list(self, body: Mapping[str, Any], day: str) -> Signed:
        """Sign a version of a status list (README §21), which speaks from `day` on, and keep it in the journal."""
        return self.sign_record(STATUS_LIST, body, day)

    def sign_record(
        self, kind: str, body: Mapping[str, Any], day: str, hidden: Collection[str] | None = None,
        status: Entry | None = None,
    ) -> Signed:  # fmt: skip
        """Sign a record that is no event, as of a day (YYYY-MM-DD), and keep it in the journal."""
        with self.journal.changing():
            subject = {name: value for name, value in body.items() if name not in OWN_FIELDS}
            self._ensure_apart(subject)
            subject |= self._numbering()
            claims = credential(subject, kind, new_id(), self.key.public.did, day, status)
            check_record(claims)
            return self._issue(claims, participant_urn(self.participant), hidden)

    def _event_claims(
        self, body: Mapping[str, Any], event_id: str | None, status: Entry | None
    ) -> dict[str, Any]:
        record_id = event_id or new_id()
        subject = self._subject(body, record_id)
        claims = credential(subject, EVENT, record_id, self.key.public.did, subject["filiera:day"], status)
        check_record(claims)
        return claims

    def _issue(self, claims: dict[str, Any], holder: str, hidden: Collection[str] | None) -> Signed:
        record = self._build(claims, holder, hidden)
        self.journal.append_signed(record)
        return record

    def _build(self, claims: dict[str, Any], holder: str, hidden: Collection[str] | None) -> Signed:
        token = issue_record(claims, self.key, salts(), hidden)
        subject = claims["credentialSubject"]
        return Signed(
            id=claims["id"],
            digest=parse_record(token).digest.hex(),
            seq=subject["filiera:recordSeq"],
            holder=holder,
            account=tuple(subject.get("filiera:account", ())),
            token=token,
        )

    def _ensure_apart(self, subject: Mapping[str, Any]) -> None:
        if self.guard is not None:
            self.guard(subject)

    def _numbering(self) -> dict[str, Any]:
        last = self.journal.last_digest
        numbering: dict[str, Any] = {
            "filiera:participant": self.participant,
            "filiera:recordSeq": self.journal.next_seq,
        }
        return numbering if last is None else {**numbering, "filiera:previousRecord": last}

    def _subject(self, body: Mapping[str, Any], record_id: str) -> dict[str, Any]:
        subject = {name: value for name, value in body.items() if name not in OWN_FIELDS}
        self._ensure_apart(subject)
        subject = veiled(subject) if self.anonymous else subject
        time, offset = subject.get("eventTime"), subject.get("eventTimeZoneOffset")
        if "filiera:day" not in subject and isinstance(time, str) and _OFFSET.fullmatch(str(offset)):
            subject["filiera:day"] = local_day(time, str(offset))
        if not isinstance(subject.get("filiera:day"), str):
            raise ClientError("EVENT_WITHOUT_TIME", "filiera:day")
        subject |= {"eventID": record_id, **self._numbering()}
        acts, name = vocabulary("acts")["acts"], str(subject.get("filiera:act", "–"))
        if name not in acts:
            raise ClientError("ACT_MISSING", "filiera:act", given=name[:40], known=", ".join(acts))
        account = self._account(subject) if acts[name]["account"] else []
        return {**subject, "filiera:account": account} if account else subject

    def _account(self, subject: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The entries that the event's goods call for, each continuing the account as the journal knows it."""
        holder = _holder(subject, self.participant)
        try:
            goods = references_of(subject, reverse_corrections=False)
        except (KeyError, TypeError, AttributeError):
            return []  # the body has not the form of an event: `check_event` says where
        return [
            _entry(move, self.journal.balance(move.lot, holder), reverse=goods.corrects)
            for move in goods.all
            if not move.is_item and move.effect != "observed"
        ]


def credential(
    subject: dict[str, Any], kind: str, record_id: str, issuer: str, day: str, status: Entry | None = None
) -> dict[str, Any]:
    """Return the claims around a subject. `validFrom` tells the day only: the exact time may be hidden."""
    claims = {
        "@context": list(CONTEXTS),
        "id": record_id,
        "type": ["VerifiableCredential", kind],
        "issuer": issuer,
        "validFrom": f"{day}T00:00:00Z",
        "credentialSubject": subject,
    }
    return claims if status is None else claims | {"credentialStatus": entry_claims(status)}


def salts() -> Iterator[bytes]:
    """Fresh salts from the system's randomness, without end."""
    while True:
        yield secrets.token_bytes(SALT_BYTES)


def new_id() -> str:
    """A fresh record id."""
    return uuid.uuid4().urn


def veiled(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with a lot code that tells nothing of the company's numbering: a part of the lot's random reference.

    Customers read lot codes (`legitimate`), and a running number would tell each how much the others got. A lot with a
    GS1 number has its code in the number, and gets none here.
    """
    rest = {name: value for name, value in body.items() if name != "filiera:lotCode"}
    if len(rest) == len(body):
        return rest
    try:
        made = [move.lot for move in references_of(body).produced if move.lot.startswith(LOT_PREFIX)]
    except (KeyError, TypeError, AttributeError):
        return rest
    return {**rest, "filiera:lotCode": made[0].removeprefix(LOT_PREFIX)[:8].upper()} if made else rest


def hidden_paths(hide: Collection[str], show: Collection[str], kind: str = EVENT) -> frozenset[str]:
    """What is hidden by default, with `hide` and without `show`; `*` in `show` hides nothing by default."""
    by_default = frozenset() if "*" in show else policy(kind).hidden_by_default
    return (by_default - frozenset(show)) | frozenset(hide)


def _first_day(subject: Mapping[str, Any]) -> str:
    day = subject.get("validFrom")
    if not isinstance(day, str):
        raise ClientError("EVENT_WITHOUT_TIME", "validFrom")
    return day[:10]


def _replaced(value: Any, digests: Mapping[str, str]) -> Any:
    """The value with every digest that was signed anew in the place of the old one."""
    if isinstance(value, dict):
        return {name: _replaced(entry, digests) for name, entry in value.items()}
    if isinstance(value, list):
        return [_replaced(entry, digests) for entry in value]
    return digests.get(value, value) if isinstance(value, str) else value


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
