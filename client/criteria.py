"""What is signed in the life of a criterion (README §20): the coordinator's steps, a company's comment and adoption.

What a record builds on (the step before, the comments to answer, the adoption that ends) is asked of the node; its
answers are only what to sign about, and nothing wrong comes of a false one: every node and verifier judges the record.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from client.errors import ClientError, NodeError
from client.signing import credential, new_id, salts
from protocol.catalogue import KIND as CATALOGUE
from protocol.catalogue import digest_of
from protocol.criterion_life import ADOPTION, COMMENT, CONSULTATION, STEP
from protocol.issue import issue_record
from protocol.kinds import check_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.node_client import NodeClient, Sent
    from client.signing import Maker
    from protocol.keys import PrivateKey

Told = dict[str, Any]
"""A life as the node tells it (`GET /criteria/{criterion}`, one of `versions`)."""


def today() -> str:
    """The day here, or in UTC where that is later: what is signed now is of no day that is over."""
    return max(datetime.now().astimezone().date(), datetime.now(UTC).date()).isoformat()


def life(node: NodeClient, criterion: str, version: str) -> Told | None:
    """What the node tells of a criterion in a version of the catalogue; None if it knows nothing of it."""
    try:
        versions = node.criterion(criterion)["versions"]
    except NodeError as error:
        if error.problem_code != "CRITERION_UNKNOWN":
            raise
        return None
    return next((each for each in versions if each["catalogueVersion"] == version), None)


def step(
    node: NodeClient, coordinator: PrivateKey, kind: str, criterion: str, version: str, **more: Any
) -> Sent:
    """Sign and send the coordinator's next step; `kind` is its type (`CriterionProposal` …)."""
    subject = {"type": kind, "criterion": criterion, "catalogueVersion": version, "day": today(), **more}
    told = life(node, criterion, version)
    if told is not None and told["steps"]:
        subject["previous"] = _reference(told["steps"][-1])
    return _send(node, coordinator, STEP, subject)


def publish_catalogue(node: NodeClient, coordinator: PrivateKey, content: Mapping[str, Any]) -> bool:
    """Have the node take a catalogue as its version; False if it has it, CATALOGUE_DIFFERS if it has another."""
    version = str(content.get("version", ""))
    try:
        known = node.catalogue(version)
    except NodeError as error:
        if error.problem_code != "CATALOGUE_UNKNOWN":
            raise
        subject = {"type": "Catalogue", "version": version, "day": today(), "content": dict(content)}
        _send(node, coordinator, CATALOGUE, subject)
        return True
    if digest_of(known) != digest_of(content):
        raise ClientError("CATALOGUE_DIFFERS", "CATALOGUE", version=version)
    return False


def answers(told: Told, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answer to each comment of a life, `given` by the comment's id; ANSWER_MISSING for the first without one."""
    found = []
    for comment in told["comments"]:
        answer = given.get(comment["id"])
        if (
            not isinstance(answer, dict)
            or not answer.get("answer")
            or not isinstance(answer.get("taken"), bool)
        ):
            raise ClientError("ANSWER_MISSING", comment["id"], text=comment["subject"]["text"][:120])
        found.append({"comment": _reference(comment), "taken": answer["taken"], "answer": answer["answer"]})
    return found


def comment(maker: Maker, told: Told, position: str, text: str) -> None:
    """Sign a company's or partner's word in an open consultation into the maker's journal."""
    asked = next((each for each in told["steps"] if each["subject"]["type"] == "CriterionConsultation"), None)
    if asked is None or told["stage"] != CONSULTATION:
        raise ClientError("CRITERION_NOT_IN_CONSULTATION", "CRITERION", stage=told["stage"])
    subject = {
        "type": "CriterionComment", "criterion": asked["subject"]["criterion"],
        "catalogueVersion": asked["subject"]["catalogueVersion"], "day": today(),
        "consultation": _reference(asked), "position": position, "text": text,
    }  # fmt: skip
    maker.sign_record(COMMENT, subject, subject["day"])


def adopt(maker: Maker, node: NodeClient, criterion: str, version: str, scope: str, start: str) -> None:
    """Sign the adoption of a criterion, as the catalogue of that version has it, into the maker's journal."""
    subject = {
        "type": "Adoption", "criterion": criterion, "catalogueVersion": version, "scope": scope, "from": start,
        "catalogueDigest": digest_of(node.catalogue(version)),
    }  # fmt: skip
    maker.sign_record(ADOPTION, subject, today())


def withdraw(maker: Maker, told: Told, day: str) -> None:
    """Sign the end of the maker's adoption that is in force; ADOPTION_ABSENT if the node tells of none."""
    mine = [each["subject"] for each in told["adoptions"] if each["by"].endswith(f":{maker.participant}")]
    if not mine or "withdrawn" in mine[-1]:
        raise ClientError("ADOPTION_ABSENT", "CRITERION", version=told["catalogueVersion"])
    maker.sign_record(ADOPTION, {**mine[-1], "withdrawn": day}, today())


def undecided(comments: Sequence[Told]) -> dict[str, Any]:
    """A file of answers to fill in: by comment id, with the comment beside."""
    return {
        each["id"]: {
            "by": each["by"],
            "position": each["subject"]["position"],
            "text": each["subject"]["text"],
            "taken": None,
            "answer": "",
        }
        for each in comments
    }


def _reference(entry: Told) -> dict[str, str]:
    return {"id": str(entry["id"]), "digest": str(entry["digest"])}


def _send(node: NodeClient, coordinator: PrivateKey, kind: str, subject: dict[str, Any]) -> Sent:
    claims = credential(subject, kind, new_id(), coordinator.public.did, subject["day"])
    check_record(claims)
    return node.submit(issue_record(claims, coordinator, salts(), ()))
