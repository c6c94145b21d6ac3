"""Forward through the graph: what a bad lot, a workshop or a withdrawn certificate has touched, and who holds it now.

Whatever a touched lot went into is touched as a whole: a merge carries it on, and nobody may say which pieces of one
lot had it. A correction takes its record out, and what only that record touched. A list that is too long warns
somebody for nothing; one that is too short does not warn somebody: so everything in doubt stands in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from protocol.custody import build_graph
from protocol.errors import FormatError
from protocol.holders import tie_holders
from protocol.steps import WITHHELD, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from protocol.goods import Movement
    from protocol.kpis.deeds import Period

HELD, IN_TRANSIT, SOLD = "held", "in-transit", "sold"
_ZERO = Decimal(0)
_SALES = frozenset({"retail-sale", "resale"})


@dataclass(frozen=True, slots=True)
class Way:
    """One step of a path: by this record `lot` came to be touched; `digest` None for what was asked about."""

    lot: str
    digest: bytes | None = None
    act: str = ""
    process: str | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Who has how much now; `party` None and `amount` None where withheld, `state` one of the words above."""

    party: str | None
    state: str
    amount: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Affected:
    """A lot or item that is touched. `made` is its whole amount as produced, None if withheld or in several units."""

    lot: str
    is_item: bool
    made: Decimal | None
    unit: str
    held: tuple[Held, ...]
    path: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Everything touched, what was asked about first, then by the length of the way and by name."""

    name: str
    affected: tuple[Affected, ...]

    @property
    def items(self) -> tuple[Affected, ...]:
        """The single pieces among them."""
        return tuple(each for each in self.affected if each.is_item)


def recall(
    name: str,
    steps: Iterable[Step],
    subjects: Mapping[bytes, Mapping[str, Any]],
    period: Period | None = None,
) -> Recall:
    """List what `name` touched: a lot or item, a facility (in a period), or a certificate (its id or its record's).

    `steps` are all that may be read, `subjects` their records' by digest, with those of certificates. FormatError
    RECALL_UNKNOWN if no record names it.
    """
    tied = tie_holders(steps)
    graph = build_graph(tied)
    begun = _begin(name, graph.steps, subjects, period)
    if begun is None:
        raise FormatError("RECALL_UNKNOWN", name[:200], name=name[:200])
    paths = _spread(begun, graph.steps)
    holdings = _Holdings(tied, graph.steps)
    found = [_affected(lot, path, graph.made.get(lot, ()), holdings) for lot, path in paths.items()]
    return Recall(name, tuple(sorted(found, key=lambda each: (len(each.path), each.lot))))


def _begin(
    name: str, steps: Sequence[Step], subjects: Mapping[bytes, Mapping[str, Any]], period: Period | None
) -> dict[str, tuple[Way, ...]] | None:
    """The lots that are touched at once, each with its path; None if nothing is called so."""
    if any(name in step.goods.names() for step in steps):
        return {name: (Way(name),)}
    there = [step for step in steps if step.facility == name and (period is None or period.has(step.day))]
    begun: dict[str, tuple[Way, ...]] = {
        lot: (Way(name), _way(step, lot)) for step in there for lot in step.goods.names("produced")
    }
    if there or any(step.facility == name for step in steps):
        return begun
    records = {name, *(digest.hex() for digest, subject in subjects.items() if subject.get("id") == name)}
    for step in steps:
        cited = subjects.get(step.digest, {}).get("filiera:certificates", ())
        if any(each.get("id") in records or each.get("digest") in records for each in cited):
            for lot in step.goods.names("produced") or step.goods.names():
                begun.setdefault(lot, (Way(name), _way(step, lot)))
    for digest, subject in sorted(subjects.items()):
        if digest.hex() in records:
            begun |= {
                lot: (Way(name), Way(lot, digest)) for lot in subject.get("lots", ()) if lot not in begun
            }
    return begun if begun or len(records) > 1 else None


def _spread(begun: Mapping[str, tuple[Way, ...]], steps: Sequence[Step]) -> dict[str, tuple[Way, ...]]:
    """Every lot that is reached, each by a shortest way, the same one whatever the order of the records."""
    uses: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: (step.day, step.digest)):
        for lot in step.goods.names("consumed"):
            uses[lot].append(step)
    paths = dict(begun)
    frontier = sorted(begun)
    while frontier:
        reached: dict[str, tuple[Way, ...]] = {}
        for lot in frontier:
            for step in uses.get(lot, ()):
                for made in _becomes(step):
                    if made not in paths:
                        reached.setdefault(made, (*paths[lot], _way(step, made)))
        paths |= reached
        frontier = sorted(reached)
    return paths


def _becomes(step: Step) -> Iterator[str]:
    """What holds, after the step, what went into it: a repaired piece has its parts."""
    yield from step.goods.names("produced")
    if step.act == "repair":
        yield from step.goods.names("observed")


def _way(step: Step, lot: str) -> Way:
    return Way(lot, step.digest, step.act, step.process, step.day)


def _affected(lot: str, path: tuple[Way, ...], makers: Sequence[Step], holdings: _Holdings) -> Affected:
    made = [move for step in makers for move in step.goods.produced if move.lot == lot]
    units = {move.unit for move in made}
    known = len(units) == 1 and all(move.quantity is not None for move in made)
    named = holdings.named.get(lot)
    return Affected(
        lot=lot,
        is_item=any(move.is_item for move in made) or (named is not None and named.is_item),
        made=_sum(made) if known else None,
        unit=next(iter(units)) if len(units) == 1 else (named.unit if named else ""),
        held=tuple(holdings.of(lot)),
        path=path,
    )


class _Holdings:
    """Who has what: by the newest entry of each account, and by the movements of what has no account."""

    def __init__(self, steps: Sequence[Step], effective: Sequence[Step]) -> None:
        self.named: dict[str, Movement] = {}
        self._balance: dict[tuple[str, str], tuple[int, Decimal | None, str]] = {}
        self._moved: dict[tuple[str, str], list[tuple[int, Movement]]] = defaultdict(list)
        self._sent: dict[str, list[tuple[Step, Movement]]] = defaultdict(list)
        answered = {step.answers[1] for step in effective if step.answers}
        for step in steps:
            for entry in step.entries:
                last = self._balance.get((entry.lot, step.holder))
                if last is None or entry.lot_seq > last[0]:
                    self._balance[entry.lot, step.holder] = (entry.lot_seq, entry.after, entry.unit)
        for step in effective:
            for move in step.goods.all:
                self.named.setdefault(move.lot, move)
            for sign, moves in ((1, step.goods.gains), (-1, step.goods.losses)):
                for move in moves:
                    self._moved[move.lot, step.holder].append((sign, move))
            if step.digest not in answered:
                for move in step.goods.sent:
                    self._sent[move.lot].append((step, move))
        self._holders: dict[str, set[str]] = defaultdict(set)
        for lot, holder in (*self._balance, *self._moved):
            self._holders[lot].add(holder)

    def of(self, lot: str) -> Iterator[Held]:
        for holder in sorted(self._holders.get(lot, ())):
            amount, unit = self._amount(lot, holder)
            if amount is None or amount > 0:
                yield Held(_named(holder), HELD, amount, unit)
        for step, move in self._sent.get(lot, ()):
            state = SOLD if step.act in _SALES else IN_TRANSIT
            yield Held(_named(step.recipient or WITHHELD), state, move.quantity, move.unit)

    def _amount(self, lot: str, holder: str) -> tuple[Decimal | None, str]:
        if balance := self._balance.get((lot, holder)):
            return balance[1], balance[2]
        moves = self._moved[lot, holder]
        unit = moves[0][1].unit
        gained, lost = ([move for sign, move in moves if sign == way] for way in (1, -1))
        came, went = _sum(gained), _sum(lost)
        alike = all(move.unit == unit for _, move in moves)
        return (came - went if alike and came is not None and went is not None else None), unit


def _sum(moves: Iterable[Movement]) -> Decimal | None:
    """Their amount in their own unit; None if one is withheld."""
    amounts = [move.quantity for move in moves]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, start=_ZERO) if len(known) == len(amounts) else None


def _named(party: str) -> str | None:
    return None if party.startswith(WITHHELD) else party
