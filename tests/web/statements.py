"""What is said beside the goods: places, footprints, chemicals, tests, work and its conditions, certificates, claims.

Forms are right, what is said is drawn: the criteria and the evidence of both implementations read all of it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from protocol.templates import credential_template, event_template

if TYPE_CHECKING:
    from random import Random

Subject = dict[str, Any]
PLACES = tuple(f"urn:filiera:facility:{letter * 26}" for letter in "abc")
DAYS = ("2025-12-31", "2026-01-01", "2026-03-01", "2026-03-02", "2026-03-03", "2026-06-30", "2027-01-01")
_CERTIFICATES = tuple(f"urn:filiera:certificate:{letter * 26}" for letter in "ab")
_PROCESSES = ("spinning", "weaving", "dyeing", "finishing", "sewing", "cutting")
_LEVELS = ("0", "1", "3", "not-listed", None)
_CATEGORIES = ("svhc", "none", "process-chemical")
_FIGURES = ("companies", "recycled-content", "links-proven", "climate-change", "in-italy", "tests-passed")
_CRITERIA = ("short-chain", "circularity", "footprint", "chemicals", "social")
_NUMBERS = ("0", "0.2", "0.5", "0.8", "1", "2", "3", "18", "40", "120.5")


class Speaker:
    """Draws statements about some lots by some makers; `day` that of most records."""

    def __init__(self, chance: Random, makers: list[str], lots: list[str]) -> None:
        self._chance, self._makers, self._lots = chance, makers, lots
        self._count = 0

    def some(self) -> list[dict[str, Any]]:
        """Claims of facilities, certificates and statements."""
        chance = self._chance
        told = [
            self._facility(place, version) for place in PLACES for version in (1, 2) if chance.random() < 0.8
        ]
        told += [self._certificate() for _ in range(chance.randint(0, 2))]
        drawn = (self._footprint, self._social, self._work, self._chemicals, self._test)
        return told + [
            self._claims(chance.choice(drawn)(), "FilieraEvent") for _ in range(chance.randint(0, 6))
        ]

    def at_work(self, subject: Subject) -> None:
        """Put a step somewhere, and let it say what it may about how it worked."""
        chance = self._chance
        subject["readPoint"] = {"id": chance.choice(PLACES)}
        if subject["filiera:act"] == "shipment" and chance.random() < 0.5:
            subject["filiera:subcontractOrder"] = {"id": self._id(), "digest": "7" * 64}
            subject["filiera:maySubcontract"] = chance.random() < 0.5
        if "inputQuantityList" not in subject:
            return
        if chance.random() < 0.5:
            names = ("grammage", "width", "moistureIn", "moistureOut", "consumptionPerPiece")
            values = ("1.5", "2", "8", "17", "150", "400")
            subject["filiera:parameters"] = {
                name: chance.choice(values) for name in names if chance.random() < 0.6
            } or {"width": "150"}
        if chance.random() < 0.3:
            subject["filiera:substances"] = self._substances()

    def claimed(self, subject: Subject) -> None:
        """Claims of a passport."""
        chance = self._chance
        subject["criteria"] = [
            {
                "criterion": chance.choice(_CRITERIA),
                "figure": f"{chance.choice(_FIGURES)} = {chance.choice((*_NUMBERS, '0.2001'))}",
                "state": "evaluated",
            }
            for _ in range(3)
        ]
        if chance.random() < 0.5:
            subject["footprint"] = self._footprint_body()
        if chance.random() < 0.5:
            subject["materials"] = self._materials()
        if chance.random() < 0.5:
            subject["components"] = [
                {"component": name, "materials": self._materials(), "massShare": "0.5"}
                for name in ("shell", "lining")
            ]

    def certificates(self, told: dict[str, Any]) -> list[dict[str, str]]:
        """References to some of the master data and statements in a story."""
        found = [
            {"id": claims["id"], "digest": digest}
            for digest, (_, claims) in told.items()
            if claims["type"][1] == "FilieraMasterData"
            or claims["credentialSubject"].get("action") == "OBSERVE"
        ]
        return self._chance.sample(found, min(len(found), self._chance.randint(1, 2)))

    def _claims(self, subject: Subject, kind: str) -> dict[str, Any]:
        claims = credential_template(subject, issuer="did:key:z")
        claims |= {"type": ["VerifiableCredential", kind], "validFrom": "2026-03-02T00:00:00Z"}
        return claims | {"id": subject["eventID"] if kind == "FilieraEvent" else self._id()}

    def _id(self) -> str:
        self._count += 1
        return f"urn:uuid:{uuid.UUID(bytes=self._count.to_bytes(16, 'big'), version=4)}"

    def _facility(self, place: str, version: int) -> dict[str, Any]:
        chance = self._chance
        subject = {
            "type": "Facility", "id": place, "version": version, "validFrom": chance.choice(DAYS[:4]),
            "name": "Reparto", "party": f"urn:filiera:participant:{chance.choice(self._makers)}",
            "address": {"country": chance.choice(("IT", "FR", "TN")), "province": chance.choice(("PO", "BO", "MI"))},
            "location": {
                "latitude": chance.choice(("43.88", "44.494887", "-12.5", "0")),
                "longitude": chance.choice(("11.1", "-77.03", "179.999999", "0")),
            },
        }  # fmt: skip
        if chance.random() < 0.3:
            subject["validUntil"] = chance.choice(DAYS[4:])
        if version > 1:
            subject["replaces"] = {"id": self._id(), "digest": "5" * 64}
        if chance.random() < 0.2:
            del subject["location"]
        return self._claims(subject, "FilieraMasterData")

    def _certificate(self) -> dict[str, Any]:
        chance = self._chance
        subject = {
            "type": "Certificate", "id": chance.choice(_CERTIFICATES), "version": 1, "validFrom": chance.choice(DAYS[:4]),
            "validUntil": chance.choice(DAYS[3:]), "scheme": "GRS", "number": chance.choice(("C-1", "C-2")),
            "issuer": "Ente di prova", "holder": f"urn:filiera:participant:{chance.choice(self._makers)}",
            "scope": [chance.choice(("product", "process", "transaction"))],
            "documents": [{"cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "mediaType": "application/pdf", "kind": "certificate"}],
        }  # fmt: skip
        options = {
            "status": chance.choice(("valid", "suspended", "withdrawn")),
            "facilities": [chance.choice(PLACES)],
            "processes": [chance.choice(_PROCESSES)],
            "lots": [chance.choice(self._lots)] if self._lots else None,
            "quantity": {
                "quantity": chance.choice(("1", "100", "1000")),
                "uom": chance.choice(("KGM", "C62", "GRM")),
            },
        }
        subject |= {name: value for name, value in options.items() if value and chance.random() < 0.4}
        return self._claims(subject, "FilieraMasterData")

    def _event(self, act: str, **changes: Any) -> Subject:
        chance = self._chance
        participant = chance.choice(self._makers)
        subject = event_template(act, event_id=self._id(), participant=participant, day=chance.choice(DAYS))
        subject["filiera:recordSeq"] = 500 + self._count
        subject["filiera:previousRecord"] = "6" * 64
        if "quantityList" in subject and self._lots:
            listed = chance.sample(self._lots, min(len(self._lots), chance.randint(1, 2)))
            subject["quantityList"] = [{"epcClass": name, "quantity": "1", "uom": "KGM"} for name in listed]
        return subject | {name: value for name, value in changes.items() if value is not None}

    def _footprint(self) -> Subject:
        return self._event("footprint-statement", **{"filiera:footprint": self._footprint_body()})

    def _footprint_body(self) -> Subject:
        chance = self._chance
        category = {
            "category": "climate-change",
            "value": chance.choice(_NUMBERS),
            "unit": chance.choice(("kg CO2e", "kg CO2e", "kg CO2e", "kg CO2-eq")),
        }
        if chance.random() < 0.2:
            category["negative"] = True
        reference = {"quantity": chance.choice(_NUMBERS), "uom": chance.choice(("KGM", "C62", "MTR", "GRM"))}
        return {
            "methodVersion": "PEFCR", "scope": "cradle-to-gate", "primaryDataShare": chance.choice(("0", "0.4", "1")),
            "referenceQuantity": reference, "categories": [category],
        }  # fmt: skip

    def _social(self) -> Subject:
        chance = self._chance
        validity = {"from": chance.choice(DAYS[:4])} | (
            {"to": chance.choice(DAYS[3:])} if chance.random() < 0.7 else {}
        )
        stated = {
            "kind": chance.choice(("durc", "sa8000", "audit", "white-list")),
            "issuer": "INPS",
            "validity": validity,
        }
        if chance.random() < 0.6:
            stated["facility"] = chance.choice(PLACES)
        disposition = chance.choice(("active", "conformant", "non_conformant"))
        return self._event("social-evidence", disposition=disposition, **{"filiera:social": stated})

    def _work(self) -> Subject:
        chance = self._chance
        stated = {
            "facility": chance.choice(PLACES), "month": "2026-03", "people": {"max": "9"},
            "hours": chance.choice(({"max": "1"}, {"max": "10"}, {"max": "1200"}, {"min": "5"})), "contract": "CCNL",
        }  # fmt: skip
        return self._event("work-declaration", **{"filiera:work": stated})

    def _chemicals(self) -> Subject:
        chance = self._chance
        return self._event(
            "chemical-declaration",
            **{
                "filiera:substances": self._substances(),
                "filiera:mrslLevel": chance.choice(_LEVELS),
                "filiera:facility": chance.choice((*PLACES, None)),
                "filiera:processType": chance.choice((*_PROCESSES, None)),
                "filiera:validity": chance.choice(
                    ({"from": DAYS[2]}, {"from": DAYS[0], "to": DAYS[3]}, None)
                ),
            },
        )

    def _test(self) -> Subject:
        chance = self._chance
        return self._event(
            "lab-test",
            disposition=chance.choice(("conformant", "non_conformant")),
        )

    def _substances(self) -> list[Subject]:
        chance = self._chance
        substance: Subject = {"name": chance.choice(("Blu", "Rosso")), "category": chance.choice(_CATEGORIES)}
        if chance.random() < 0.7:
            substance["concentration"] = {
                chance.choice(("min", "max")): chance.choice(("0.05", "0.1", "0.11", "1", "1001")),
                "unit": chance.choice(("%", "mg/kg", "g/kg", "g/l")),
            }
        if chance.random() < 0.5:
            substance["cas"] = chance.choice(("84-74-2", "50-00-0"))
        if chance.random() < 0.4:
            substance |= {
                "quantity": chance.choice(("0.5", "4", "12")),
                "uom": chance.choice(("KGM", "LTR", "GRM")),
            }
        return [substance]

    def _materials(self) -> list[Subject]:
        chance = self._chance
        fibres = chance.sample(("wool", "polyamide", "cotton"), 2)
        return [
            {"fibre": fibre, "share": "0.5", "recycled": chance.choice(("0", "0.5", "1"))} for fibre in fibres
        ]
