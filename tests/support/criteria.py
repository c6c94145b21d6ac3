"""Records of the life of a criterion for tests: what the coordinator signs, and what companies and partners say to it."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from protocol.catalogue import digest_of
from protocol.criteria.evaluate import catalogue
from protocol.issue import issue_record
from protocol.records import parse_record
from protocol.templates import credential_template
from tests.support.makers import salts, seeded

if TYPE_CHECKING:
    from protocol.keys import PrivateKey
    from protocol.records import Record
    from tests.support.makers import Maker

CRITERION, VERSION = "water", "2027-1"
TEXT = {
    "name": "Acqua",
    "question": "Quanta acqua, e resa come?",
    "rule": "Litri per chilogrammo, per ogni bagno.",
}


def next_catalogue(version: str = VERSION, **changes: Any) -> dict[str, Any]:
    """The catalogue in use as a later version, with one more criterion."""
    content = copy.deepcopy(dict(catalogue()))
    words = {"name": TEXT["name"], "question": TEXT["question"]}
    content["criteria"].append({"id": CRITERION, "sdg": [12], "it": words, "en": words})
    return content | {"version": version, "state": "published"} | changes


def reference(record: Record) -> dict[str, str]:
    """How another record names this one."""
    return {"id": record.id, "digest": record.digest.hex()}


def publishes(coordinator: PrivateKey, content: dict[str, Any], day: str = "2026-03-02") -> Record:
    """The coordinator's record of a catalogue."""
    subject = {"type": "Catalogue", "version": content["version"], "day": day, "content": content}
    return signed("FilieraCatalogue", subject, coordinator)


class Steps:
    """The coordinator's steps for one criterion in one version; each names the last one that was made."""

    def __init__(self, coordinator: PrivateKey, criterion: str = CRITERION, version: str = VERSION) -> None:
        self.coordinator, self.criterion, self.version = coordinator, criterion, version
        self.last: Record | None = None

    def propose(self, day: str = "2026-03-02") -> Record:
        return self._step("CriterionProposal", day, it=TEXT, en=TEXT)

    def consult(self, start: str = "2026-03-03", end: str = "2026-03-10", day: str = "2026-03-02") -> Record:
        return self._step("CriterionConsultation", day, **{"from": start, "until": end})

    def agree(self, *comments: Record, day: str = "2026-03-11") -> Record:
        answers = [{"comment": reference(each), "taken": True, "answer": "Accolto."} for each in comments]
        return self._step("CriterionAgreement", day, comments=answers, decision="Assemblea, tutti a favore.")

    def publish(self, content: dict[str, Any], day: str = "2026-03-12") -> Record:
        return self._step("CriterionPublication", day, catalogueDigest=digest_of(content))

    def retire(self, day: str = "2026-03-20") -> Record:
        return self._step("CriterionRetirement", day, reason="Sostituito.")

    def _step(self, kind: str, day: str, **more: Any) -> Record:
        subject = {
            "type": kind,
            "criterion": self.criterion,
            "catalogueVersion": self.version,
            "day": day,
            **more,
        }
        if self.last is not None:
            subject["previous"] = reference(self.last)
        self.last = signed("FilieraCriterion", subject, self.coordinator)
        return self.last


def comments(maker: Maker, consultation: Record, day: str = "2026-03-04", **more: Any) -> Record:
    """A company's or partner's word in a consultation."""
    asked = consultation.subject
    subject = {
        "type": "CriterionComment", "criterion": asked["criterion"], "catalogueVersion": asked["catalogueVersion"],
        "day": day, "consultation": reference(consultation), "position": "amend",
        "text": "Contare anche l'acqua riusata.", "filiera:participant": maker.id.hex(), **more,
    }  # fmt: skip
    return signed("FilieraComment", subject, maker.key)


def signed(kind: str, subject: dict[str, Any], key: PrivateKey) -> Record:
    """A record of a subject; its id depends on subject and key only."""
    claims = credential_template(subject, issuer=key.public.did, kind=kind)
    number = uuid.UUID(bytes=seeded(kind, key.public.did, str(subject))[:16], version=4)
    claims |= {"id": f"urn:uuid:{number}", "validFrom": "2026-01-01T00:00:00Z"}
    return parse_record(issue_record(claims, key, salts(kind, str(number)), ()))
