"""Passports of test makers, signed as a brand signs them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from protocol.hashing import graph_digest
from protocol.passport import KIND
from protocol.templates import credential_template
from tests.support.makers import Maker, seeded

if TYPE_CHECKING:
    from protocol.records import Record

GTIN = "09527700002628"
GS1 = "https://id.gs1.org"
MODEL, BATCH, ITEM = f"{GS1}/01/{GTIN}", f"{GS1}/01/{GTIN}/10/L1", f"{GS1}/01/{GTIN}/21/S1"


def body(maker: Maker, level: str, identifier: str, **changes: Any) -> dict[str, Any]:
    """A passport's subject; None in `changes` leaves a property out."""
    subject = {
        "type": "ProductPassport", "id": identifier, "granularityLevel": level, "version": 1,
        "name": "Cappotto di prova", "economicOperator": maker.urn, "graphDigest": graph_digest([]).hex(),
        "catalogueVersion": "2026-2", "filiera:participant": maker.id.hex(),
        **({"product": MODEL} if level == "model" else {}),
    } | changes  # fmt: skip
    return {name: value for name, value in subject.items() if value is not None}


def made_by(*records: Record) -> dict[str, str]:
    """The graph digest of goods that these records made."""
    return {"graphDigest": graph_digest(record.digest for record in records).hex()}


def signed(maker: Maker, subject: dict[str, Any], number: int = 0) -> Record:
    """Sign a passport."""
    record_id = (
        f"urn:uuid:{uuid.UUID(bytes=seeded('passport', maker.name, subject['id'], number)[:16], version=4)}"
    )
    claims = credential_template({**subject}, issuer=maker.key.public.did)
    claims |= {"id": record_id, "type": ["VerifiableCredential", KIND], "validFrom": "2026-03-02T00:00:00Z"}
    return maker.sign_claims(claims)


def reference(record: Record) -> dict[str, str]:
    """How another record names it."""
    return {"id": record.id, "digest": record.digest.hex()}
