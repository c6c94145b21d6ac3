"""The offline story, and what custody says of it: the pure checks of protocol, no node."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from client.demo.coat import offline
from client.demo.coat.sample import Sample, load
from client.demo.coat.telling import Telling
from client.journal import Signed
from protocol import balance, custody, handover, ledger
from protocol.keys import Alg
from protocol.kinds import check_record
from protocol.records import Record, restrict, verify_record
from protocol.steps import Step, read_step
from protocol.verdict import Verdict, verdict


@dataclass
class Told:
    """A told story: its tokens in the order of signing, and the records in them."""

    telling: Telling
    signed: list[tuple[str, Signed]] = field(default_factory=list)
    tier: str = "authority"

    @cached_property
    def records(self) -> list[Record]:
        records = [
            verify_record(restrict(verify_record(signed.token), self.tier)) for _, signed in self.signed
        ]
        for record in records:
            check_record(record)
        return records

    @cached_property
    def by_name(self) -> dict[str, Record]:
        known = {record.digest.hex(): record for record in self.records}
        return {name: known[told.digest] for name, told in self.telling.told.items()}

    @cached_property
    def steps(self) -> list[Step]:
        return [read_step(record) for record in self.records if record.kind == "FilieraEvent"]

    @cached_property
    def graph(self) -> custody.Graph:
        return custody.build_graph(self.steps)

    def behind(self, target: str) -> list[str]:
        """The names of the steps on the walk back from the target."""
        names = {record.digest: name for name, record in self.by_name.items()}
        return sorted(names[step.digest] for step in custody.walk(self.graph, target).steps)

    def judge(self, target: str) -> Verdict:
        walked = custody.walk(self.graph, target)
        return verdict(
            [
                *custody.check_closure(self.graph, walked, target),
                *custody.check_cycles(walked),
                *custody.check_possession(self.graph, walked),
                *handover.check_handovers(self.graph, walked),
                *balance.check_balance(walked.steps),
            ]
        )

    def judge_all(self) -> Verdict:
        """Sequences and accounts, over everything."""
        return verdict([*ledger.check_sequences(self.records), *ledger.check_accounts(self.steps)])


def tell(
    garments: int = 38,
    seed: str = "1",
    alg: Alg | None = "EdDSA",
    *,
    hidden: bool = False,
    tier: str = "authority",
    sample: Sample | None = None,
) -> Told:
    """Tell the story offline; `sample` is another sample than the one that is shipped."""
    signed: list[tuple[str, Signed]] = []
    telling = offline.telling(
        seed, garments, lambda company, record: signed.append((company, record)), alg, hidden=hidden
    )
    if sample is not None:
        telling.sample = sample
    for _ in telling.tell():
        pass
    return Told(telling, signed, tier)


def changed(change: Callable[[dict[str, dict[str, Any]]], None], *, without: Iterable[str] = ()) -> Sample:
    """The sample with its steps changed: `change` gets them by name."""
    chapters = copy.deepcopy(load().chapters)
    steps = {step["name"]: step for chapter in chapters for step in chapter.get("steps", ())}
    change(steps)  # type: ignore[arg-type]
    left = set(without)
    kept = tuple(
        {**chapter, "steps": [step for step in chapter["steps"] if step["name"] not in left]}
        if "steps" in chapter
        else chapter
        for chapter in chapters
    )
    return replace(load(), chapters=kept)
