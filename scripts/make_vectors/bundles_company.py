"""Companies that sign: each has a key, numbers its records and keeps the accounts of its lots.

The records are honest unless a claim is given that is not; nothing here judges what it signs.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from protocol.checks.view import ChainKey
from protocol.disclosure import hide, policy
from protocol.goods import GAINS, references_of
from protocol.hashing import graph_digest
from protocol.identifiers import participant_urn
from protocol.keys import PrivateKey, private_key_from_secret
from protocol.passport import KIND as PASSPORT
from protocol.quantities import format_decimal
from protocol.records import PLAIN, SELECTIVE
from protocol.roles import OPEN, bits_of
from protocol.strict_json import dump_json
from protocol.templates import credential_template, event_template
from protocol.vocabulary import vocabulary
from scripts.make_vectors.front_door_parts import raw_token

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Goods = dict[str, str]
"""Name of a lot → `"120 KGM"`."""
DAY = "2026-03-02"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
GTIN = "09527700002628"
_CAPTURE_AND_PASSPORT = 3
# A maker of an earlier record writes it; only what the coordinator or the ledger says stands elsewhere.
_LISTS = (
    "quantityList",
    "inputQuantityList",
    "outputQuantityList",
    "epcList",
    "inputEPCList",
    "outputEPCList",
    "childEPCs",
    "childQuantityList",
    "filiera:scrap",
    "filiera:account",
    "filiera:lot",
)


@dataclass(frozen=True)
class Signed:
    """A signed record as its maker keeps it; not parsed, since some are meant to be refused."""

    token: str
    id: str
    subject: Mapping[str, Any]

    @property
    def digest(self) -> bytes:
        """Record digest (README §3)."""
        return hashlib.sha256(self.token.partition("~")[0].encode()).digest()

    @property
    def reference(self) -> dict[str, str]:
        """How another record names it."""
        return {"id": self.id, "digest": self.digest.hex()}


@dataclass
class Company:
    """One company with one key at a time. `accounts` are by (lot, holder): number, balance, unit, record."""

    name: str
    roles: tuple[str, ...] = ("supplier",)
    alg: str = "ES256"
    key_number: int = 0
    seq: int = 0
    previous: bytes | None = None
    accounts: dict[tuple[str, str], tuple[int, Decimal, str, bytes]] = field(default_factory=dict)
    window: ChainKey = field(default=ChainKey(_CAPTURE_AND_PASSPORT, 1, OPEN, 0))
    suspended: tuple[int, int] = (0, 0)

    @property
    def key(self) -> PrivateKey:
        alg: Literal["ES256", "EdDSA"] = "ES256" if self.alg == "ES256" else "EdDSA"
        return private_key_from_secret(alg, seeded("key", self.name, self.key_number))

    @property
    def id(self) -> bytes:
        return seeded("participant", self.name)

    @property
    def urn(self) -> str:
        return participant_urn(self.id)

    def bits_at(self, block: int) -> int:
        """The roles that the chain gives for a block; 0 while suspended."""
        return 0 if self.suspended[0] <= block < self.suspended[1] else bits_of(self.roles)

    def twin(self) -> Company:
        """The same company at the same point, signing another story."""
        return replace(self, accounts=dict(self.accounts))

    # --- what companies do --------------------------------------------------------------------------------

    def declare(self, name: str, amount: str, stage: str = "fibre", **claims: Any) -> Signed:
        """A lot comes to be out of nothing that is asked for."""
        return self.act(
            "lot-declared", quantityList=goods({name: amount}), **{"filiera:stage": stage} | claims
        )

    def work(self, process: str, takes: Goods, makes: Goods, scrap: str = "", **claims: Any) -> Signed:
        """Goods become others."""
        left = {"filiera:scrap": [_amount(scrap) | {"destination": "recycling"}]} if scrap else {}
        lists = {"inputQuantityList": goods(takes), "outputQuantityList": goods(makes)}
        return self.act("process", process, **lists | left | claims)

    def ship(self, to: Company, takes: Goods, **claims: Any) -> Signed:
        """Goods leave for another company."""
        return self.act("shipment", **{"quantityList": goods(takes)} | self.parties(to) | claims)

    def ship_items(self, to: Company, items: Iterable[str], **claims: Any) -> Signed:
        """Single garments leave."""
        return self.act("shipment", **{"epcList": list(map(item, items))} | self.parties(to) | claims)

    def receive(self, shipment: Signed, found: Goods | None = None, **claims: Any) -> Signed:
        """Goods arrive; all that was sent unless `found` says otherwise."""
        names = ("quantityList", "epcList")
        lists = {name: shipment.subject[name] for name in names if name in shipment.subject}
        lists = {"quantityList": goods(found)} if found is not None else lists
        return self.act("receipt", **lists | {"filiera:answers": shipment.reference} | claims)

    def born(self, lot_name: str, *items: str, **claims: Any) -> Signed:
        """Pieces of a lot get a name each."""
        body = {"epcList": list(map(item, items)), "filiera:lot": lot(lot_name), "filiera:product": None}
        return self.act("garment-born", **body | claims)

    def correct(self, wrong: Signed, **claims: Any) -> Signed:
        """Take back what did not happen."""
        own = ("eventID", "filiera:recordSeq", "filiera:previousRecord", "filiera:participant")
        kept = {name: value for name, value in wrong.subject.items() if name not in {*own, "filiera:account"}}
        body = kept | {
            "filiera:corrects": wrong.reference,
            "errorDeclaration": {"declarationTime": f"{DAY}T09:00:00Z", "reason": "did_not_occur"},
        }
        return self.act(
            wrong.subject["filiera:act"], wrong.subject.get("filiera:processType"), **body | claims
        )

    def parties(self, to: Company) -> dict[str, Any]:
        """Who gives and who gets."""
        return {
            "sourceList": [{"type": "possessing_party", "source": self.urn}],
            "destinationList": [{"type": "possessing_party", "destination": to.urn}],
        }

    # --- how they sign it ---------------------------------------------------------------------------------

    def act(
        self, act: str, process: str | None = None, /, *, hidden: Collection[str] | None = (), **claims: Any
    ) -> Signed:
        """Sign the next event. `claims` replace what the example says, None leaves it out."""
        body = self.body(act, process, **claims)
        if "filiera:account" not in claims and vocabulary("acts")["acts"][act]["account"]:
            entries = self.entries(body)
            body |= {"filiera:account": entries} if entries else {}
        return self.sign(body, hidden)

    def body(
        self, act: str, process: str | None = None, /, *, day: str = DAY, **claims: Any
    ) -> dict[str, Any]:
        """The subject of the next event, without its account entries."""
        number = seeded("record", self.name, self.key_number, self.seq, act, repr(sorted(claims.items())))
        made = event_template(
            act,
            process,
            event_id=f"urn:uuid:{uuid.UUID(bytes=number[:16], version=4)}",
            participant=self.id.hex(),
            day=day,
            record_seq=self.seq,
            previous_record=self.previous.hex() if self.previous else None,
        )
        for name in _LISTS:
            made.pop(name, None)
        made |= claims
        return {name: value for name, value in made.items() if value is not None}

    def entries(self, subject: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The account entries that an event calls for (README §5)."""
        holder = subject.get("filiera:onBehalfOf", {}).get("party", self.urn)
        found = references_of(subject, reverse_corrections=False)
        return [
            self.entry(
                move.lot, move.quantity or Decimal(0), move.unit, move.effect, holder, turned=found.corrects
            )
            for move in found.all
            if not move.is_item and move.effect != "observed"
        ]

    def entry(
        self, name: str, amount: Decimal, unit: str, effect: str, holder: str, *, turned: bool = False
    ) -> dict[str, Any]:
        """The next entry of one account."""
        number, before, known_unit, record = self.accounts.get((name, holder), (-1, Decimal(0), unit, b""))
        change = amount if (effect in GAINS) != turned else -amount
        after = amount if effect == "counted" else before + change
        balance = {"before": format_decimal(before), "after": format_decimal(after), "uom": known_unit}
        return {"lot": name, "lotSeq": number + 1, **balance} | ({"previous": record.hex()} if record else {})

    def sign(
        self, subject: Mapping[str, Any], hidden: Collection[str] | None = (), kind: str = "FilieraEvent",
        **envelope: Any,
    ) -> Signed:  # fmt: skip
        """Sign a subject as it stands and count it; `envelope` replaces members of the credential."""
        signed = self.sign_only(subject, hidden, kind, **envelope)
        if "filiera:recordSeq" in subject:
            self.seq, self.previous = self.seq + 1, signed.digest
        holder = subject.get("filiera:onBehalfOf", {}).get("party", self.urn)
        for each in subject.get("filiera:account", ()):
            amounts = (each["lotSeq"], Decimal(each["after"]), each["uom"], signed.digest)
            self.accounts[each["lot"], holder] = amounts
        return signed

    def sign_only(
        self, subject: Mapping[str, Any], hidden: Collection[str] | None = (), kind: str = "FilieraEvent",
        **envelope: Any,
    ) -> Signed:  # fmt: skip
        """Sign without counting."""
        claims = credential_template(dict(subject), issuer=self.key.public.did, kind=kind) | envelope
        claims = {name: value for name, value in claims.items() if value is not None}
        wanted = policy(kind).hidden_by_default if hidden is None else hidden
        if "eventTime" in wanted:
            claims["validFrom"] = claims["validFrom"][:10] + "T00:00:00Z"
        salts = (seeded("salt", self.name, claims["id"], number)[:16] for number in itertools.count())
        payload, disclosures = hide(claims, wanted, salts)
        header = {"alg": self.key.alg, "kid": self.key.public.kid, "typ": SELECTIVE if disclosures else PLAIN}
        jwt = raw_token(dump_json(header), dump_json(payload), self.key)
        token = "~".join((jwt, *disclosures, "")) if disclosures else jwt
        return Signed(token, claims["id"], dict(subject))

    def say(self, kind: str, subject: Mapping[str, Any], **envelope: Any) -> Signed:
        """Sign a record that is no event."""
        number = seeded(kind, self.name, dump_json(dict(subject)).hex())
        record_id = f"urn:uuid:{uuid.UUID(bytes=number[:16], version=4)}"
        moment = {"id": record_id, "validFrom": f"{DAY}T00:00:00Z"}
        return self.sign_only(subject, (), kind, **moment | envelope)

    def vouch(self, company: Company, **changes: Any) -> Signed:
        """Sign the membership of a company, as the coordinator does."""
        subject = {
            "type": "Membership", "id": company.urn, "name": company.name.capitalize(), "country": "IT",
            "registrations": [{"scheme": "vat", "number": f"IT{company.id.hex()[:11]}"}],
            "roles": list(company.roles), "identityAssurance": "document",
        } | changes  # fmt: skip
        return self.say(
            "FilieraMembership", {name: each for name, each in subject.items() if each is not None}
        )

    def passport(self, serial: str, about: str, made_by: Iterable[Signed], **changes: Any) -> Signed:
        """Sign the passport of an item; `made_by` are the records of how it was made."""
        subject = {
            "type": "ProductPassport", "id": f"https://id.gs1.org/01/{GTIN}/21/{serial}", "granularityLevel": "item",
            "version": 1, "name": "Cappotto", "item": about, "economicOperator": self.urn,
            "graphDigest": graph_digest(each.digest for each in made_by).hex(), "catalogueVersion": "2026-2",
            "filiera:participant": self.id.hex(), "model": ABOVE, "batch": ABOVE,
        } | changes  # fmt: skip
        return self.say(PASSPORT, {name: each for name, each in subject.items() if each is not None})


def seeded(*names: object) -> bytes:
    """32 bytes that depend on the names only."""
    return hashlib.sha256("/".join(map(str, ("bundle vectors", *names))).encode()).digest()


def reference(kind: str, name: str) -> str:
    """`urn:filiera:<kind>:<26 base32>` for a name."""
    return f"urn:filiera:{kind}:" + "".join(ALPHABET[byte % 32] for byte in seeded(kind, name)[:26])


def lot(name: str) -> str:
    """A lot reference; `cloth#2` is the second state of `cloth`."""
    base, mark, state = name.partition("#")
    return reference("lot", base) + mark + state


def item(name: str) -> str:
    """An item reference."""
    return reference("item", name)


def goods(amounts: Goods) -> list[dict[str, str]]:
    """A quantity list."""
    return [{"epcClass": lot(name)} | _amount(amount) for name, amount in amounts.items()]


def _amount(text: str) -> dict[str, str]:
    quantity, unit = text.split()
    return {"quantity": quantity, "uom": unit}


ABOVE = {"id": "urn:uuid:00000000-0000-4000-8000-000000000000", "digest": "0" * 64}
"""Stands for the passport of the level above, which the bundle of an item does not carry."""
