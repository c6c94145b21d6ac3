"""The event that has a node destroy what its author once brought: keys of papers, hidden values of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from client.drafts import fresh_template
from client.errors import ClientError
from protocol.cid import parse_cid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.journal import Signed
    from client.signing import Maker

ACT: Final = "erasure"


def sign_erasure(maker: Maker, cids: Sequence[str], records: Sequence[str], reason: str) -> Signed:
    """Sign the erasure of papers (CIDs) and of records of this key (their ids) and keep it in the journal.

    FormatError CID_MALFORMED; ClientError RECORD_NOT_SIGNED_HERE for a record that is not in the journal.
    """
    for cid in cids:
        parse_cid(cid)
    named: dict[str, Any] = {"reason": reason}
    if cids:
        named["documents"] = [{"cid": cid} for cid in cids]
    if records:
        named["records"] = [_reference(maker, record) for record in records]
    return maker.sign_event(fresh_template(ACT) | {"filiera:erasure": named})


def _reference(maker: Maker, record: str) -> dict[str, str]:
    signed = maker.journal.signed.get(record)
    if signed is None:
        raise ClientError("RECORD_NOT_SIGNED_HERE", "--record", id=record[:80])
    return {"id": signed.id, "digest": signed.digest}
