"""What sound records tell about a target: the one computation that the brand, its node and every verifier share.

A brand puts the figures on a passport, its node refuses those that the records contradict, and a verifier does not
believe either of them: all three ask here, so what is refused is never a difference between two programs of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import custody
from protocol.criteria.evaluate import evaluate
from protocol.criteria.evidence import gather
from protocol.grades import PROVEN, grade_links
from protocol.hashing import graph_digest
from protocol.holders import tie_holders
from protocol.steps import EVENT_KIND, Step, read_step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from protocol.criteria.evidence import Evidence
    from protocol.criteria.model import Criterion
    from protocol.custody import Graph, Walk
    from protocol.records import Record


@dataclass(frozen=True)
class History:
    """The custody graph behind a target, who stands for each step (by digest), how it was made, and the criteria.

    `steps` are all that was read, `making` those that the graph digest is of; `statements` move nothing.
    """

    target: str
    steps: tuple[Step, ...]
    graph: Graph
    walked: Walk
    making: tuple[Step, ...]
    grades: Mapping[bytes, str]
    evidence: Evidence
    criteria: tuple[Criterion, ...]

    @property
    def digest(self) -> bytes:
        """The graph digest that a passport of this target states (README §11)."""
        return graph_digest(step.digest for step in self.making)


def read_history(
    target: str, records: Collection[Record], members: Collection[Record], certifiers: Collection[str]
) -> History:
    """Read the history of a lot or item from verified records; `certifiers` are the URNs of those who may attest."""
    steps = tie_holders(read_step(record) for record in records if record.kind == EVENT_KIND)
    graph = custody.build_graph(steps)
    walked = custody.walk(graph, target)
    groups = control_groups(members)
    behind = {step.digest for step in walked.steps}
    said = [step for step in graph.steps if step.digest not in behind]
    grades = grade_links(walked.steps, _attesting(said, records), set(certifiers), groups)
    proven = {digest for digest, grade in grades.items() if grade in PROVEN}
    proven |= _certified(said, walked, certifiers, groups)
    # A membership counts where its signer was checked to be the coordinator, not because a log took it.
    told = [record for record in records if record.kind != "FilieraMembership"]
    evidence = gather(target, walked.steps, said, told, proven, groups)
    return History(
        target, steps, graph, walked, custody.making(graph, target), grades, evidence, evaluate(evidence)
    )


def _attesting(said: Iterable[Step], records: Iterable[Record]) -> list[Step]:
    """Statements that speak for the goods they name: a failed test does not."""
    failed = {each.digest for each in records if each.subject.get("disposition") == "non_conformant"}
    return [
        step
        for step in said
        if step.goods.observed and not step.goods.gains + step.goods.losses and step.digest not in failed
    ]


def _certified(
    said: Iterable[Step], walked: Walk, certifiers: Collection[str], groups: Mapping[str, str]
) -> set[bytes]:
    """Statements that a certifier signed who belongs to nobody in this history."""
    parties = {party for step in walked.steps for party in (step.signer, step.holder)}
    inside = {groups.get(party, party) for party in parties}
    return {
        step.digest
        for step in said
        if step.signer in certifiers and groups.get(step.signer, step.signer) not in inside
    }


def control_groups(members: Iterable[Record]) -> dict[str, str]:
    """Which control group a member belongs to, where the coordinator names one; by participant URN."""
    return {
        each.subject["id"]: each.subject["controlGroup"] for each in members if "controlGroup" in each.subject
    }
