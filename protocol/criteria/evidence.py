"""The evidence that the criteria are computed from: steps behind the target, what is said about them, master data.

Gathered once; the criteria only read. What a correction took back is not here (`custody.build_graph` left it out).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.criteria.shares import Shares, mass_shares
from protocol.masterdata import valid_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from protocol.records import Record
    from protocol.steps import Step

Subject = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """`steps` lie on the walk; `statements` move nothing and speak about goods or places; both sorted by digest.

    `master` maps an id to all versions of it, `groups` a participant URN to its control group. `proven` holds the
    digests of records that more than their author stands for (countersigned, or signed by a certifier).
    """

    target: str
    steps: tuple[Step, ...]
    statements: tuple[Step, ...]
    subjects: Mapping[bytes, Subject]
    master: Mapping[str, tuple[Subject, ...]]
    groups: Mapping[str, str]
    proven: Collection[bytes]
    shares: Shares

    def made(self) -> tuple[Step, ...]:
        """The steps that make something of something: where work is done."""
        return tuple(step for step in self.steps if step.goods.consumed and step.goods.produced)

    def origins(self) -> tuple[Step, ...]:
        """The steps that bring goods into the graph."""
        return tuple(step for step in self.steps if step.goods.produced and not step.goods.consumed)

    def facility(self, reference: str | None, day: str) -> Subject | None:
        """The facility as it was on a day; None if unknown or withheld."""
        found = valid_on(self.master.get(reference or "", ()), day)
        return dict(found) if found is not None else None

    def said(self, *acts: str) -> tuple[Step, ...]:
        """The statements of some acts."""
        return tuple(step for step in self.statements if step.act in acts)

    def word(self, step: Step, name: str) -> Any:
        """A claim of a step's subject; None if it is not there or withheld."""
        return self.subjects[step.digest].get(name)

    def company(self, party: str) -> str:
        """Who a party counts as: its control group where the coordinator names one."""
        return self.groups.get(party, party)


def gather(
    target: str,
    steps: Iterable[Step],
    statements: Iterable[Step],
    records: Iterable[Record],
    proven: Collection[bytes],
    groups: Mapping[str, str],
) -> Evidence:
    """Put the evidence about `target` together; `steps` are of its walk, `records` all that may be read.

    `groups` are the control groups by participant URN.
    """
    walked = tuple(sorted(steps, key=lambda step: step.digest))
    subjects: dict[bytes, Subject] = {}
    master: dict[str, list[Subject]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.digest):
        subjects[record.digest] = record.subject
        if record.kind == "FilieraMasterData":
            master[record.subject["id"]].append(record.subject)
    return Evidence(
        target=target,
        steps=walked,
        statements=tuple(sorted(statements, key=lambda step: step.digest)),
        subjects=subjects,
        master={name: tuple(versions) for name, versions in master.items()},
        groups=groups,
        proven=frozenset(proven),
        shares=mass_shares(target, walked, subjects),
    )
