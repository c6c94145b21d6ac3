"""Makers for node tests: each has a key, numbers its records, keeps its lot accounts, and signs what it does."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from node.participants.snapshot import CAPTURE, ROLES, SIGNING, Participant, RegisteredKey, Snapshot
from protocol.issue import issue_record
from protocol.keys import PrivateKey, private_key_from_secret
from protocol.quantities import format_decimal
from protocol.records import Record, parse_record
from protocol.templates import credential_template, event_template

if TYPE_CHECKING:
    from collections.abc import Iterator

# A day on which every template's event may have happened, and a clock a little later.
NOW_MS = 1_772_500_000_000
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def seeded(*names: object) -> bytes:
    """32 bytes that depend on the names only."""
    return hashlib.sha256("/".join(map(str, names)).encode()).digest()


def salts(*names: object) -> Iterator[bytes]:
    """Salts that depend on the names only: never for anything but tests."""
    number = 0
    while True:
        yield seeded("salt", *names, number)[:16]
        number += 1


def lot(*names: object) -> str:
    """A lot reference."""
    return "urn:filiera:lot:" + "".join(ALPHABET[byte % 32] for byte in seeded("lot", *names)[:26])


@dataclass
class Maker:
    """One company with one key. `sign` counts the record; nothing here knows whether the node took it."""

    name: str
    roles: tuple[str, ...] = ("supplier",)
    alg: str = "ES256"
    seq: int = 0
    previous: bytes | None = None
    accounts: dict[str, tuple[int, Decimal, bytes]] = field(default_factory=dict)

    @property
    def key(self) -> PrivateKey:
        return private_key_from_secret(self.alg, seeded("key", self.name))  # type: ignore[arg-type]

    @property
    def id(self) -> bytes:
        return seeded("participant", self.name)

    @property
    def urn(self) -> str:
        return f"urn:filiera:participant:{self.id.hex()}"

    @property
    def participant(self) -> Participant:
        public = self.key.public
        raw = public.uncompressed if public.alg == "ES256" else public.raw
        alg = 1 if public.alg == "ES256" else 2
        key = RegisteredKey(public.key_id, self.id, raw, alg, SIGNING, CAPTURE | 2 | 4, 1)
        return Participant(self.id, sum(ROLES[role] for role in self.roles), True, 1, b"", (key,))  # noqa: FBT003

    def subject(self, act: str, **changes: Any) -> dict[str, Any]:
        """The body of this maker's next event; `changes` replace what the template says, None leaves it out."""
        previous = self.previous.hex() if self.previous else None
        body = event_template(
            act,
            changes.pop("process_type", None),
            event_id=f"urn:uuid:{uuid.UUID(bytes=seeded('id', self.name, self.seq, act)[:16], version=4)}",
            participant=self.id.hex(),
            record_seq=self.seq,
            previous_record=previous,
        )
        body |= changes
        return {name: value for name, value in body.items() if value is not None}

    def sign(self, subject: dict[str, Any], hidden: tuple[str, ...] | None = ()) -> Record:
        """Sign a body as it stands and count it."""
        record = self.sign_claims(credential_template(subject, issuer=self.key.public.did), hidden)
        self.seq, self.previous = self.seq + 1, record.digest
        for entry in subject.get("filiera:account", ()):
            self.accounts[entry["lot"]] = (entry["lotSeq"], Decimal(entry["after"]), record.digest)
        return record

    def sign_claims(self, claims: dict[str, Any], hidden: tuple[str, ...] | None = ()) -> Record:
        """Sign claims without counting them."""
        if hidden is None:
            claims = claims | {"validFrom": claims["validFrom"][:10] + "T00:00:00Z"}
        return parse_record(issue_record(claims, self.key, salts(self.name, self.seq), hidden))

    def declare(
        self, name: str, quantity: str = "120", hidden: tuple[str, ...] | None = (), **changes: Any
    ) -> Record:
        """A raw lot comes to be."""
        goods = [{"epcClass": lot(name), "quantity": quantity, "uom": "KGM"}]
        account = [self.entry(lot(name), Decimal(quantity))]
        return self.sign(
            self.subject("lot-declared", **{"quantityList": goods, "filiera:account": account} | changes),
            hidden,
        )

    def spin(
        self,
        source: str,
        target: str,
        quantity: str = "50",
        made: str = "46",
        hidden: tuple[str, ...] | None = (),
        **changes: Any,
    ) -> Record:
        """Part of a lot becomes another."""
        body = {
            "inputQuantityList": [{"epcClass": lot(source), "quantity": quantity, "uom": "KGM"}],
            "outputQuantityList": [{"epcClass": lot(target), "quantity": made, "uom": "KGM"}],
            "filiera:scrap": None,
            "filiera:account": [
                self.entry(lot(source), -Decimal(quantity)),
                self.entry(lot(target), Decimal(made)),
            ],
        }
        return self.sign(self.subject("process", process_type="spinning", **body | changes), hidden)

    def ship(
        self,
        name: str,
        to: Maker,
        quantity: str = "60",
        hidden: tuple[str, ...] | None = (),
        **changes: Any,
    ) -> Record:
        """Goods leave for another maker."""
        body = {
            "quantityList": [{"epcClass": lot(name), "quantity": quantity, "uom": "KGM"}],
            "sourceList": [{"type": "possessing_party", "source": self.urn}],
            "destinationList": [{"type": "possessing_party", "destination": to.urn}],
            "filiera:account": [self.entry(lot(name), -Decimal(quantity))],
        }
        return self.sign(self.subject("shipment", **body | changes), hidden)

    def receive(
        self,
        shipment: Record,
        name: str,
        quantity: str = "60",
        hidden: tuple[str, ...] | None = (),
        **changes: Any,
    ) -> Record:
        """Goods arrive."""
        body = {
            "quantityList": [{"epcClass": lot(name), "quantity": quantity, "uom": "KGM"}],
            "filiera:answers": {"id": shipment.id, "digest": shipment.digest.hex()},
            "filiera:account": [self.entry(lot(name), Decimal(quantity))],
        }
        return self.sign(self.subject("receipt", **body | changes), hidden)

    def correct(self, wrong: Record) -> Record:
        """Take back a record of one's own that did not happen."""
        original = wrong.subject
        own = ("eventID", "filiera:recordSeq", "filiera:previousRecord", "filiera:participant")
        fresh = self.subject(original["filiera:act"])
        body = {name: value for name, value in original.items() if name not in {*own, "filiera:account"}}
        body |= {name: fresh[name] for name in own if name in fresh}
        body["filiera:corrects"] = {"id": wrong.id, "digest": wrong.digest.hex()}
        body["errorDeclaration"] = {"declarationTime": "2026-03-02T09:00:00Z", "reason": "did_not_occur"}
        body["filiera:account"] = [
            self.entry(entry["lot"], Decimal(entry["before"]) - Decimal(entry["after"]))
            for entry in original.get("filiera:account", ())
        ]
        return self.sign(body)

    def entry(self, name: str, movement: Decimal) -> dict[str, Any]:
        """The next entry of this maker's account of a lot."""
        known = self.accounts.get(name)
        number, before, previous = known or (-1, Decimal(0), b"")
        entry: dict[str, Any] = {"lot": name, "lotSeq": number + 1, "uom": "KGM"}
        entry |= {"before": format_decimal(Decimal(before)), "after": format_decimal(before + movement)}
        return entry | ({"previous": previous.hex()} if known else {})

    def twin(self) -> Maker:
        """The same company with the same key at the same point: for forks."""
        return replace(self, accounts=dict(self.accounts))


def snapshot_of(*makers: Maker, block: int = 10) -> Snapshot:
    """The participants that a node should know."""
    return Snapshot.of(block, [maker.participant for maker in makers])
