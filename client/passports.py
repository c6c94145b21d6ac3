"""The brand's passports: composed from the verified graph, signed, sent, and registered on the ledger without a wallet.

made = compose(node, body, participant)       # fills graph digest, catalogue, criteria, steps
issued = issue(node, maker, made)             # signs, sends, has the act relayed; returns what the node says
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.chain_acts import Registry, sign_act
from client.errors import ClientError
from client.signing import credential, new_id, salts
from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_memberships, read_records
from protocol.criteria.evaluate import CURRENT
from protocol.hashing import graph_digest, passport_id
from protocol.history import read_history
from protocol.identifiers import participant_urn
from protocol.issue import issue_record
from protocol.kinds import check_record
from protocol.passport import KIND, STATUSES, requirements
from protocol.passport_batch import Batch, BatchPlace
from protocol.records import parse_record
from protocol.serials import SERIAL_BYTES, item_identifier
from protocol.vocabulary import vocabulary

if TYPE_CHECKING:
    from client.node_client import NodeClient
    from client.signing import Maker
    from protocol.acts import Contract
    from protocol.criteria.model import Criterion
    from protocol.steps import Step

CONTRACT: Contract = "passports"
_HEADLINE = {
    "short-chain": "companies", "circularity": "recycled-content", "footprint": "climate-change",
    "chemicals": "wet-steps-declared", "social": "evidence-regularity",
}  # fmt: skip
_MAX_STEPS = 200


@dataclass(frozen=True)
class Issued:
    """A passport that the node holds: identifier, version, record id and digest (hex), receipt."""

    identifier: str
    version: int
    record: str
    digest: str
    receipt: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Issued:
        """What the node says of a passport that it holds, if the token says so too."""
        record = parse_record(str(found.get("token", "")))
        return cls(record.subject["id"], record.subject["version"], record.id, record.digest.hex(), "")

    @property
    def reference(self) -> dict[str, str]:
        """How the level below names it."""
        return {"id": self.record, "digest": self.digest}


def compose(node: NodeClient, body: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a passport's body with what the custody graph gives; `LOT_UNKNOWN` if nothing made its goods.

    `body` has type-independent facts (name, components, care …), `granularityLevel`, `id`, links and the lot or item.
    """
    target = str(body.get("item") or body.get("lot") or "")
    found = dict(body) | {
        "type": "ProductPassport",
        "catalogueVersion": CURRENT,
        "version": body.get("version", 1),
    }
    if not target:
        return _with_requirements(found | {"graphDigest": graph_digest([]).hex()})
    bundle = parse_bundle(node.custody(target))
    sound, broken = read_records(bundle.records)
    if broken:
        raise ClientError("PASSPORT_EVIDENCE_BROKEN", target, reason=broken[0].code)
    members, _ = read_memberships(bundle.memberships)
    history = read_history(target, [each.record for each in sound], members, _certifiers(node))
    work = _steps(history.making, history.grades)
    return _with_requirements(
        found
        | {
            "graphDigest": history.digest.hex(),
            "records": len(history.making),
            "criteria": [_criterion(criterion) for criterion in history.criteria],
            **({"steps": work} if work else {}),
        }
    )


def issue(node: NodeClient, maker: Maker, body: Mapping[str, Any], *, register: bool = True) -> Issued:
    """Sign a passport, send it, and (unless `register` is False) have its registration relayed."""
    issued = send(node, maker, body)
    if register:
        register_one(node, maker, issued.identifier, issued.digest)
    return issued


def register_one(node: NodeClient, maker: Maker, identifier: str, digest: str) -> None:
    """Have a passport that the node holds registered by itself: as new, or as the next version of what is there.

    An item that was registered in a batch gets a registration of its own; the batch's is marked superseded.
    """
    found = node.passport(identifier)
    of_batch = _place_of(found, identifier) if "batch" in found else None
    known = found.get("onChain", {}).get("status", "none") != "none" and of_batch is None
    args = {"passportId": passport_id(identifier).hex(), "digest": digest}
    _act(node, maker, "revise" if known else "issue", args)
    if of_batch is not None:
        superseded = {"status": STATUSES.index("superseded"), "evidence": digest}
        _act(node, maker, "setItemStatus", {"item": of_batch.item(), **superseded})


def send(
    node: NodeClient, maker: Maker, body: Mapping[str, Any], hidden: Collection[str] | None = ()
) -> Issued:
    """Sign a passport and have the node keep it; FilieraError if it would be refused anyway."""
    record_id = new_id()
    subject = {**body, "filiera:participant": maker.participant}
    claims = credential(subject, KIND, record_id, maker.key.public.did, _today())
    check_record(claims)
    token = issue_record(claims, maker.key, salts(), hidden)
    answer = node.send_passport(token)
    digest = parse_record(token).digest.hex()
    return Issued(subject["id"], subject["version"], record_id, digest, str(answer.get("receipt", "")))


def register_batch(node: NodeClient, maker: Maker, issued: Collection[Issued]) -> str:
    """Register many item passports under one root, with one signature; returns the root in hex.

    The order is that of the passport ids: the same passports give the same root, so that a request which was cut off
    can be sent again, and changes nothing then.
    """
    pairs = {passport_id(each.identifier): bytes.fromhex(each.digest) for each in issued}
    batch = Batch(sorted(pairs.items()))
    registry = Registry.of(node.deployment(), CONTRACT)
    nonce = node.nonce(CONTRACT, maker.participant)
    act = sign_act(
        registry, "issueBatch", batch.args(maker.participant), nonce, [maker.key], contract=CONTRACT
    )
    node.register_batch(batch.manifest, act)
    return batch.root.hex()


def reserve(node: NodeClient, maker: Maker, gtin: str, order: str, count: int) -> list[str]:
    """Draw random serials for an order and reserve them; returns the identifiers for the labels."""
    node.sign_in(maker.key)
    identifiers = [item_identifier(gtin, secrets.token_bytes(SERIAL_BYTES)) for _ in range(count)]
    node.reserve_serials(order, identifiers)
    return identifiers


def set_status(
    node: NodeClient, maker: Maker, identifier: str, status: str, evidence: str = "00" * 32
) -> None:
    """Change a passport's status on the ledger: active, suspended, withdrawn, end-of-life."""
    said = {"status": STATUSES.index(status), "evidence": evidence}
    found = node.passport(identifier)
    if "batch" in found:
        _act(node, maker, "setItemStatus", {"item": _place_of(found, identifier).item(), **said})
        return
    _act(node, maker, "setStatus", {"passportId": passport_id(identifier).hex(), **said})


def _place_of(found: Mapping[str, Any], identifier: str) -> BatchPlace:
    """The place in its batch that the node says; checked, for a signed act must not be about another item."""
    place = BatchPlace.from_json(found["batch"])
    place.verify()
    if place.passport != passport_id(identifier):
        raise ClientError("NODE_ANSWER_UNREADABLE", "/batch", node=identifier)
    return place


def _act(node: NodeClient, maker: Maker, act: str, args: Mapping[str, Any]) -> dict[str, Any]:
    registry = Registry.of(node.deployment(), CONTRACT)
    nonce = node.nonce(CONTRACT, maker.participant)
    full = {"issuer": maker.participant, **args}
    return node.relay(sign_act(registry, act, full, nonce, [maker.key], contract=CONTRACT))


def _with_requirements(subject: dict[str, Any]) -> dict[str, Any]:
    """The fields of its level only, each with what asks for it."""
    fields = vocabulary("passport")["fields"]
    level = subject["granularityLevel"]
    kept = {
        name: value
        for name, value in subject.items()
        if level in fields.get(name, {"levels": [level]})["levels"]
    }
    return kept | {"requirements": requirements(kept)}


def _certifiers(node: NodeClient) -> set[str]:
    """Who may attest, as the node says; a verifier asks the chain."""
    able = {"certifier", "authority"}
    return {
        participant_urn(str(entry["id"]))
        for entry in node.participants()
        if able & set(entry.get("roles", ()))
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    headline = next(figure for figure in criterion.figures if figure.id == _HEADLINE[criterion.id])
    if headline.value is None:
        return {"criterion": criterion.id, "state": "not enough evidence"}
    return {
        "criterion": criterion.id,
        "state": "evaluated",
        "figure": f"{headline.id} = {headline.value.normalize():f}",
        "unit": headline.unit,
        "proven": f"{headline.proven.normalize():f}",
        "declared": f"{headline.declared.normalize():f}",
    }


def _steps(steps: tuple[Step, ...], grades: Mapping[bytes, str]) -> list[dict[str, Any]]:
    """The work in order of days; opening stock has no step of its own."""
    done = [
        step for step in sorted(steps, key=lambda step: (step.day, step.digest)) if step.process is not None
    ]
    return [
        {"processType": step.process, "grade": grades.get(step.digest, "signed"), "record": step.digest.hex()}
        for step in done[:_MAX_STEPS]
    ]


def _today() -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - the only look at a clock

    return datetime.now(UTC).date().isoformat()
