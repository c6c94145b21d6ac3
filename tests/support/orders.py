"""Orders of test makers, signed as a client signs them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from protocol.disclosure import policy
from protocol.templates import credential_template
from tests.support.makers import ALPHABET, Maker, seeded

if TYPE_CHECKING:
    from protocol.records import Record

KIND = "FilieraMasterData"


def order_id(name: str) -> str:
    """The reference of the order with this name."""
    return "urn:filiera:order:" + "".join(ALPHABET[byte % 32] for byte in seeded("order", name)[:26])


def order(buyer: Maker, seller: Maker, name: str, **changes: Any) -> Record:
    """The buyer's order to a seller; parties, quantities, note and number are hidden."""
    subject = {
        "type": "Order", "id": order_id(name), "version": 1, "validFrom": "2026-01-15", "number": name,
        "buyer": buyer.urn, "seller": seller.urn, "state": "open", "filiera:participant": buyer.id.hex(),
        "grid": [{"colour": "verde", "quantity": "140", "uom": "KGM"}], **changes,
    }  # fmt: skip
    claims = credential_template(subject, issuer=buyer.key.public.did, kind=KIND)
    number = uuid.UUID(bytes=seeded("order record", buyer.name, name)[:16], version=4)
    claims |= {"id": f"urn:uuid:{number}", "validFrom": "2026-01-15T00:00:00Z"}
    return buyer.sign_claims(claims, tuple(policy(KIND).hidden_by_default | {"number"}))
