"""Status lists of makers in tests: lists, papers with a place in them, and what a bundle's records say of those."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from protocol.checks.credentials import read_memberships, read_records
from protocol.checks.log import affected_of
from protocol.status_entries import KIND, LIST_PREFIX, Entry, entry_claims
from protocol.status_list import empty
from protocol.templates import credential_template
from tests.support.makers import ALPHABET, seeded
from verifier.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from protocol.bundle_model import Bundle
    from protocol.records import Record
    from protocol.verdict import Finding
    from tests.support.makers import Maker

PAPER = "urn:filiera:certificate:" + "c" * 26


def list_name(*names: object) -> str:
    """The name of a list."""
    return LIST_PREFIX + "".join(ALPHABET[byte % 32] for byte in seeded("status list", *names)[:26])


def status_list(
    maker: Maker, places: Iterable[int] = (), before: Record | None = None, **changes: Any
) -> Record:
    """A version of a maker's list with these places set; the one after `before`."""
    subject = {
        "type": "BitstringStatusList", "id": list_name(maker.name), "statusPurpose": "revocation",
        "version": before.subject["version"] + 1 if before else 1,
        "encodedList": empty().with_set(places).encode(), "filiera:participant": maker.id.hex(),
        "replaces": {"id": before.id, "digest": before.digest.hex()} if before else None,
    } | changes  # fmt: skip
    subject = {name: value for name, value in subject.items() if value is not None}
    return maker.sign_claims(_claims(maker, subject, KIND))


def certificate(maker: Maker, index: int, purpose: str = "revocation", **changes: Any) -> Record:
    """A certificate of a maker's own with a place in a list."""
    subject = {
        "type": "Certificate", "id": PAPER, "version": 1, "validFrom": "2026-01-01", "validUntil": "2026-12-31",
        "scheme": "gots", "number": "C-1", "issuer": "Ente di prova", "holder": maker.urn, "scope": ["process"],
        "documents": [{"kind": "certificate"}], "filiera:participant": maker.id.hex(),
    }  # fmt: skip
    entry = Entry(changes.pop("list_id", list_name(maker.name)), purpose, index)
    claims = _claims(maker, subject | changes, "FilieraMasterData", entry)
    return maker.sign_claims(claims | {"credentialStatus": entry_claims(entry)})


def reference(record: Record) -> dict[str, str]:
    """How another record names one."""
    return {"id": record.id, "digest": record.digest.hex()}


def findings_of(bundle: Bundle) -> tuple[Finding, ...]:
    """All that the verifier finds when nobody can ask a chain."""
    records, unsound = read_records(bundle.records)
    return verify(bundle, records, unsound, None, None).verdict.findings


def replaced_in(bundle: Bundle) -> frozenset[bytes]:
    """Digests that the newest head calls affected."""
    return affected_of(bundle)


def told(bundle: Bundle) -> list[Record]:
    """What coordinators said."""
    return read_memberships(bundle.memberships)[0]


def _claims(maker: Maker, subject: dict[str, Any], kind: str, *names: object) -> dict[str, Any]:
    number = seeded("record", maker.name, kind, sorted(subject.items(), key=str), *names)
    record_id = f"urn:uuid:{uuid.UUID(bytes=number[:16], version=4)}"
    return credential_template(subject, issuer=maker.key.public.did, kind=kind) | {"id": record_id}
