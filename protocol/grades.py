"""The trust grade of every link: who stands for it (design §2, §5).

From weakest to strongest: notified *on behalf* of a workshop that does not sign; *opening stock*, which has no past;
*signed* by the doer; *countersigned*, because another company confirmed it by its own signature; *attested* by a
certifier or an authority. Two signatures of one company, or of one control group, confirm nothing, not even
a certifier's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from protocol.steps import Step

ON_BEHALF: Final = "on-behalf"
OPENING: Final = "opening-stock"
SIGNED: Final = "signed"
COUNTERSIGNED: Final = "countersigned"
ATTESTED: Final = "attested"
GRADES: Final = (ON_BEHALF, OPENING, SIGNED, COUNTERSIGNED, ATTESTED)
PROVEN: Final = frozenset({COUNTERSIGNED, ATTESTED})


def grade_links(
    steps: Iterable[Step],
    statements: Iterable[Step] = (),
    certifiers: Collection[str] = (),
    groups: Mapping[str, str] | None = None,
) -> dict[bytes, str]:
    """Return the grade of each step by digest.

    A shipment and the receipt that answers it confirm each other; a step that made goods is confirmed by another
    company's receipt of those very goods. `certifiers` are participants with that role, `groups` maps participants to
    control groups.
    """
    known = tuple(steps)
    pairs = _pairs(known)
    attested: dict[str, set[str]] = {}
    for said in statements:
        for lot in said.goods.names() if said.signer in certifiers else ():
            attested.setdefault(lot, set()).add(_group(said.signer, groups))
    received: dict[str, set[str]] = {}
    for step in known:
        if step.digest in pairs:
            for lot in step.goods.names("received"):
                received.setdefault(lot, set()).add(_group(step.signer, groups))
    return {step.digest: _grade(step, pairs, attested, received, groups) for step in known}


def _pairs(steps: tuple[Step, ...]) -> dict[bytes, Step]:
    """Shipments and receipts that answer one another, both ways."""
    by_digest = {step.digest: step for step in steps}
    found: dict[bytes, Step] = {}
    for step in steps:
        shipment = by_digest.get(step.answers[1]) if step.answers else None
        if shipment is not None and set(step.goods.names("received")) <= set(shipment.goods.names("sent")):
            found[step.digest], found[shipment.digest] = shipment, step
    return found


def _grade(
    step: Step, pairs: Mapping[bytes, Step], attested: Mapping[str, set[str]], received: Mapping[str, set[str]],
    groups: Mapping[str, str] | None,
) -> str:  # fmt: skip
    own = _group(step.signer, groups)
    made = step.goods.names("produced")
    if any(group != own for lot in made for group in attested.get(lot, ())):
        return ATTESTED
    other = pairs.get(step.digest)
    confirmed = other is not None and _group(other.signer, groups) != own
    confirmed = confirmed or any(group != own for lot in made for group in received.get(lot, ()))
    if step.on_behalf:
        return ON_BEHALF
    if confirmed:
        return COUNTERSIGNED
    return OPENING if step.act == "opening-stock" else SIGNED


def _group(party: str, groups: Mapping[str, str] | None) -> str:
    return (groups or {}).get(party, party)
