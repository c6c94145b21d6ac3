"""Records about companies for tests: the coordinator's word on who one is, and what a company adopts."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from protocol.issue import issue_record
from protocol.records import parse_record
from protocol.templates import credential_template
from tests.support.makers import Maker, salts, seeded

if TYPE_CHECKING:
    from protocol.keys import PrivateKey
    from protocol.records import Record


def adopts(
    maker: Maker, criterion: str, day: str = "2026-01-01", hidden: tuple[str, ...] = (), **more: Any
) -> Record:
    """A company's signed adoption of a criterion."""
    subject = {
        "type": "Adoption", "criterion": criterion, "catalogueVersion": "2026-2", "scope": "all products",
        "from": day, "filiera:participant": maker.id.hex(), **more,
    }  # fmt: skip
    return _signed("FilieraAdoption", subject, maker.key, (maker.name, criterion, day, str(more)), hidden)


def member(
    coordinator: PrivateKey, maker: Maker, province: str | None = None, group: str | None = None,
    hidden: tuple[str, ...] = (), **more: Any,
) -> Record:  # fmt: skip
    """The coordinator's membership of a company; `hidden` paths are disclosed by tier."""
    subject = {
        "type": "Membership", "id": maker.urn, "name": maker.name, "country": "IT", "roles": list(maker.roles),
        "registrations": [{"scheme": "vat", "number": f"IT{maker.id.hex()[:11]}"}],
        "identityAssurance": "register", **more,
    }  # fmt: skip
    subject |= {"address": {"country": "IT", "province": province}} if province else {}
    subject |= {"controlGroup": group} if group else {}
    return _signed("FilieraMembership", subject, coordinator, (maker.name, str(subject)), hidden)


def _signed(
    kind: str, subject: dict[str, Any], key: PrivateKey, name: tuple[str, ...], hidden: tuple[str, ...] = ()
) -> Record:
    claims = credential_template(subject, issuer=key.public.did, kind=kind)
    number = uuid.UUID(bytes=seeded(kind, *name)[:16], version=4)
    claims |= {"id": f"urn:uuid:{number}", "validFrom": "2026-01-01T00:00:00Z"}
    return parse_record(issue_record(claims, key, salts(kind, *name), hidden))
