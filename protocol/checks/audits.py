"""Whether the same lots went into other products: what a signed audit adds to one garment's evidence.

One product's records never show it. An audit counts if the trust file names its author, its author is none of those
whose goods these are, and its head is the chain's; and it counts for what is in that head, not for what came later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from protocol.audit import Audit
    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.checks.view import ChainView, Trust
    from protocol.history import History

CHECK = "other-use"
NOT_CHECKED = "OTHER_PRODUCTS_NOT_CHECKED"


def check_other_use(
    audit: Audit | None,
    bundle: Bundle,
    history: History,
    sound: Sequence[Sound],
    trust: Trust | None,
    view: ChainView | None,
) -> Iterator[Finding]:
    """Say who checked the use of these lots in other products, and as of when; without an audit, that nobody did."""
    refusal = None if audit is None else _refusal(audit, bundle, history, trust, view)
    if audit is None or refusal is not None:
        yield from () if refusal is None else (refusal,)
        yield finding(CHECK, NOT_CHECKED, bundle.target)
        return
    name = trust.auditors[audit.key.did] if trust else ""
    behind = {step.digest for step in history.walked.steps}
    lots = {lot for step in history.walked.steps for lot in step.goods.names()}
    touching = [
        each for each in audit.overuse if each.lot in lots or each.place in {one.hex() for one in behind}
    ]
    for each in touching:
        values = {"auditor": name, "found": each.code, "lot": each.lot or ""}
        yield finding(CHECK, "AUDIT_FOUND_OVERUSE", each.place, **values)
    later = [
        each
        for each in sound
        if each.record.digest in behind
        and (each.entry.log != audit.log or each.entry.index is None or each.entry.index >= audit.size)
    ]
    if later or audit.records < audit.size:
        yield finding(CHECK, NOT_CHECKED, bundle.target)
    if not touching:
        yield finding(
            CHECK, "OTHER_PRODUCTS_CHECKED", bundle.target, auditor=name, seq=audit.seq, at=audit.at
        )


def _refusal(
    audit: Audit, bundle: Bundle, history: History, trust: Trust | None, view: ChainView | None
) -> Finding | None:
    """Why an audit says nothing here; None if it does."""
    did, seq = audit.key.did, audit.seq
    if trust is None or did not in trust.auditors:
        return finding(CHECK, "AUDITOR_NOT_TRUSTED", did)
    owners = {key.key_hash: key.participant for key in bundle.keys}
    auditor = owners.get(audit.key.key_id)
    parties = {party for step in history.walked.steps for party in (step.signer, step.holder)}
    keys = {step.key for step in history.walked.steps}
    if audit.key.key_id in keys or (
        auditor is not None and any(party.endswith(auditor.hex()) for party in parties)
    ):
        return finding(CHECK, "AUDITOR_IS_PARTY", did)
    if audit.log not in {head.log for head in bundle.heads}:
        return finding(
            CHECK, "AUDIT_OTHER_LOG", did, log=", ".join(sorted({head.origin for head in bundle.heads}))
        )
    here, there = bundle.head(audit.log, seq), view.heads.get((audit.log, seq)) if view else None
    known = [(each.root, each.size) for each in (here, there) if each is not None]
    if any(each != (audit.root, audit.size) for each in known):
        return finding(CHECK, "AUDIT_HEAD_MISMATCH", did, seq=seq)
    return None if known else finding(CHECK, "AUDIT_HEAD_UNKNOWN", did, seq=seq)
