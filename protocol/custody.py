"""The custody graph: lots are nodes, records are edges (README §10). Pure, and independent of the order of its input.

The graph is walked backwards from the target through *possession*: whoever worked or shipped a lot must have made or
received it, and whoever it was received from must have had it before. What is not on that walk is not judged here; a
second use of the same lot elsewhere can only be seen in the accounts (`ledger.py`).

Missing evidence is *not proven*; a contradiction between two signatures is *refused*.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.steps import Step, total
from protocol.verdict import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Stages behind which nothing is asked for: what grows, is dug, or was waste before.
RAW_STAGES = frozenset({"fibre", "raw-material", "recovered-waste", "hide"})


@dataclass(frozen=True)
class Graph:
    """Effective steps: what a correction took back is not in it."""

    steps: tuple[Step, ...]
    by_digest: dict[bytes, Step] = field(default_factory=dict)
    gained: dict[tuple[str, str], list[Step]] = field(default_factory=dict)
    made: dict[str, list[Step]] = field(default_factory=dict)
    sent: dict[str, list[Step]] = field(default_factory=dict)
    naming: dict[str, list[Step]] = field(default_factory=dict)


@dataclass(frozen=True)
class Walk:
    """What lies behind the target: relevant steps, the gains that each use rests on, and where the walk had to stop."""

    steps: tuple[Step, ...]
    rests: tuple[tuple[Step, str, tuple[Step, ...]], ...]


def build_graph(steps: Iterable[Step]) -> Graph:
    """Return the graph of the steps that no correction took back; corrections themselves move nothing."""
    known = {step.digest: step for step in steps}
    taken_back = set(corrected(known.values()))
    effective = tuple(
        known[digest]
        for digest in sorted(known)
        if digest not in taken_back and known[digest].corrects is None
    )
    graph = Graph(effective, {step.digest: step for step in effective})
    gained, made, sent, naming = (defaultdict[object, list[Step]](list) for _ in range(4))
    for step in effective:
        for lot in step.gains:
            gained[lot, step.holder].append(step)
        for lot in step.goods.names("produced"):
            made[lot].append(step)
        for lot in step.goods.names("sent"):
            sent[lot].append(step)
        for lot in step.goods.names("produced", "received", "sent", "consumed"):
            naming[lot].append(step)
    for name, index in {"gained": gained, "made": made, "sent": sent, "naming": naming}.items():
        getattr(graph, name).update(index)
    return graph


def corrected(steps: Iterable[Step]) -> dict[bytes, Step]:
    """Return which digests are taken back, and by which correction of the same participant."""
    known = {step.digest: step for step in steps}
    found = {}
    for digest in sorted(known):
        step = known[digest]
        if step.corrects is None:
            continue
        target = known.get(step.corrects[1])
        if target is not None and target.signer == step.signer and target.id == step.corrects[0]:
            found[target.digest] = step
    return found


def walk(graph: Graph, target: str) -> Walk:
    """Walk back from every step that makes, receives or ships `target`; each (lot, holder) once, so cycles end."""
    start = [
        step
        for step in graph.naming.get(target, [])
        if target in step.goods.names("produced", "received", "sent")
    ]
    seen: dict[bytes, Step] = {}
    rests: list[tuple[Step, str, tuple[Step, ...]]] = []
    waiting = sorted(start, key=lambda step: step.digest)
    while waiting:
        step = waiting.pop()
        if step.digest in seen:
            continue
        seen[step.digest] = step
        for lot in step.losses:
            gains = tuple(
                gain for gain in graph.gained.get((lot, step.holder), []) if gain.digest != step.digest
            )
            rests.append((step, lot, gains))
            waiting.extend(gains)
        if step.answers and (shipment := graph.by_digest.get(step.answers[1])):
            waiting.append(shipment)
    ordered = tuple(seen[digest] for digest in sorted(seen))
    return Walk(ordered, tuple(sorted(rests, key=lambda rest: (rest[0].digest, rest[1]))))


def making(graph: Graph, target: str) -> tuple[Step, ...]:
    """The steps by which the target was made, back to its origins: what a passport signs the digest of.

    Where the target went afterwards is not part of how it was made, so a sale does not change the digest.
    """
    seen: dict[bytes, Step] = {}
    waiting = list(graph.made.get(target, []))
    while waiting:
        step = waiting.pop()
        if step.digest in seen:
            continue
        seen[step.digest] = step
        for lot in step.losses:
            waiting.extend(
                gain for gain in graph.gained.get((lot, step.holder), []) if gain.digest != step.digest
            )
        if step.answers and (shipment := graph.by_digest.get(step.answers[1])):
            waiting.append(shipment)
    return tuple(seen[digest] for digest in sorted(seen))


def check_closure(graph: Graph, walked: Walk, target: str) -> Iterator[Finding]:
    """Every lot is made by somebody, by one maker only, or stands as a declared origin or opening stock."""
    if not graph.made.get(target):
        yield finding("closure", "TARGET_NOT_MADE", target)
    for lot in sorted({lot for step in walked.steps for lot in step.losses} | {target}):
        makers = graph.made.get(lot, [])
        if not makers and lot != target:
            yield finding("closure", "CLOSURE_OPEN", lot)
        if len({step.holder for step in makers}) > 1:
            yield finding("closure", "LOT_TWO_MAKERS", lot, makers=len({step.holder for step in makers}))
    for step in walked.steps:
        if step.act == "opening-stock":
            yield finding("closure", "ORIGIN_OPENING_STOCK", step.digest.hex(), stage=step.stage)
        elif step.act == "lot-declared" and step.stage not in RAW_STAGES:
            yield finding("closure", "ORIGIN_NOT_RAW", step.digest.hex(), stage=step.stage)


def check_cycles(walked: Walk) -> Iterator[Finding]:
    """No lot is, over any number of steps, made of itself."""
    inputs: dict[str, set[str]] = defaultdict(set)
    for step in walked.steps:
        for lot in step.goods.names("produced"):
            inputs[lot].update(step.goods.names("consumed"))
    done: set[str] = set()
    for start in sorted(inputs):
        path: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(inputs[start])))]
        on_path = {start}
        while path:
            lot, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                on_path.discard(lot)
                done.add(lot)
            elif following in on_path:
                yield finding("closure", "CUSTODY_CYCLE", following)
            elif following not in done:
                on_path.add(following)
                path.append((following, iter(sorted(inputs.get(following, ())))))


def check_possession(graph: Graph, walked: Walk) -> Iterator[Finding]:
    """Nobody works or ships what he neither made nor received, nor before he had it."""
    for step, lot, gains in walked.rests:
        place = step.digest.hex()
        if not gains and graph.made.get(lot):
            yield finding("possession", _no_gain(graph, step, lot), place, lot=lot, holder=step.holder)
        if gains and step.day < min(gain.day for gain in gains):
            yield finding("possession", "TIME_ORDER", place, lot=lot, day=step.day)


def check_returns(graph: Graph, walked: Walk) -> Iterator[Finding]:
    """What comes back had left: a return answers no shipment, so all that came back is held against all that went out.

    Else whoever wants goods without a past could have them "returned" to him.
    """
    for step in walked.steps:
        for lot in step.goods.names("received") if step.act == "return" else ():
            out = [move for other in graph.sent.get(lot, ()) for move in other.goods.sent if move.lot == lot]
            back = [
                move
                for other in graph.naming.get(lot, ())
                for move in other.goods.received
                if move.lot == lot
            ]
            left, came = total(out), total(back)
            if not out or (left and came and left[0] == came[0] and came[1] > left[1]):
                yield finding("possession", "RETURN_WITHOUT_SALE", step.digest.hex(), lot=lot)


def _no_gain(graph: Graph, step: Step, lot: str) -> str:
    """Return why a holder's gain does not show: never held by its own account, not yet answered, or not in evidence."""
    first = min((entry.lot_seq for entry in step.entries if entry.lot == lot), default=None)
    if first == 0:
        return "POSSESSION_NEVER_HELD"
    addressed = any(shipment.recipient == step.holder for shipment in graph.sent.get(lot, []))
    return "HANDOVER_NOT_ANSWERED" if addressed else "POSSESSION_NOT_SHOWN"
