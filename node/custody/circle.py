"""Which records concern a company that neither wrote them nor inspects: the ones that it reads at `legitimate`.

A record concerns a company that it names, or whose record (an order, a shipment) it cites. From there the goods lead
back: who holds a lot reads what made it, and what made that. Goods lead nowhere else: not forward to the customers of
a supplier, not sideways to what he sold to others or to what others ordered from him. Only the holder of a lot hands
it on; a stranger's record that names a lot or cites a digest opens nothing, neither to himself nor to whom he names.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from node.custody import repository
from node.directions import CITED, CONSUMED, FLOW, NAMED, OBSERVED, PRODUCED, SENT
from protocol.identifiers import PARTICIPANT_PREFIX

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection


def around(connection: Connection, number: int, limit: int) -> set[int]:
    """The record, and what may show whom it concerns: the further way of its goods, and what cites it.

    Stops before `limit` would be passed: whom it concerns by a longer way does not read it.
    """
    seen: set[int] = set()
    fresh, known = {number}, set[str]()
    while fresh and len(seen) + len(fresh) <= limit:
        seen |= fresh
        lots = repository.lots_of(connection, fresh) - known
        known |= lots
        naming, _ = repository.naming(connection, lots)
        fresh = (naming | repository.citing(connection, fresh)) - seen
    return seen


class Circle:
    """What concerns one participant among numbered records, whose edges are held in memory.

    What leads from the participant to a record has to be among the numbers too: `around` gathers it for a single one.
    `inspectors` are those whose certificates and findings go with the goods.
    """

    def __init__(
        self,
        connection: Connection,
        participant: bytes,
        numbers: Collection[int],
        inspectors: Collection[bytes],
    ) -> None:
        self._participant = participant
        self._inspectors = inspectors
        self._authors = repository.authors(connection, numbers)
        self._by_lot: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lots: dict[int, set[str]] = defaultdict(set)
        self._inputs: dict[int, set[str]] = defaultdict(set)
        self._names: dict[int, set[bytes]] = defaultdict(set)
        self._cited: dict[int, set[int]] = defaultdict(set)
        self._speaks_to: dict[int, set[bytes]] = {}
        self._holders: dict[str, set[bytes]] = {}
        self._read(connection, numbers)

    def records(self) -> set[int]:
        """The numbers of the records that concern the participant; its own are among them."""
        own = {number for number, author in self._authors.items() if author == self._participant}
        addressed = {number for number in self._authors if self._is_addressed(number)}
        lots = self._lots_behind()
        makers = {maker for lot in lots if (maker := self._maker(lot)) is not None}
        chain = {self._participant, *(self._authors[maker] for maker in makers)}
        found = addressed | makers | self._on_the_way(lots, chain)
        dealt_with = chain | {self._authors[number] for number in addressed}
        fresh = found - own
        while fresh:
            fresh = {other for number in fresh for other in self._passed_on(number, dealt_with)} - found - own
            found |= fresh
        return found | own

    def authors_of(self, numbers: Collection[int]) -> set[bytes]:
        """Who signed the records."""
        return {self._authors[number] for number in numbers}

    def _read(self, connection: Connection, numbers: Collection[int]) -> None:
        cited: dict[int, set[bytes]] = defaultdict(set)
        for thing, direction, number in repository.edges(connection, numbers):
            if direction in FLOW:
                self._by_lot[thing].append((direction, number))
                self._lots[number].add(thing)
                if direction == CONSUMED:
                    self._inputs[number].add(thing)
            elif direction == NAMED:
                self._names[number].add(bytes.fromhex(thing.removeprefix(PARTICIPANT_PREFIX)))
            elif direction == CITED:
                cited[number].add(bytes.fromhex(thing))
        known = repository.signed_by(connection, {digest for each in cited.values() for digest in each})
        authors = dict(known.values())
        for number, digests in cited.items():
            self._cited[number] = {known[digest][0] for digest in digests & known.keys()}
        for number in self._authors:
            answered = {authors[other] for other in self._cited[number]}
            self._speaks_to[number] = self._names[number] | answered

    def _maker(self, lot: str) -> int | None:
        """The record that made the lot: the first, since a second one is a contradiction (LOT_TWO_MAKERS)."""
        return min((number for direction, number in self._by_lot[lot] if direction == PRODUCED), default=None)

    def _holders_of(self, lot: str) -> set[bytes]:
        """Who had the lot in hand, or had it worked: its maker, and to whom a holder's record of it speaks."""
        if lot in self._holders:
            return self._holders[lot]
        maker = self._maker(lot)
        holders = set() if maker is None else {self._authors[maker]}
        before = -1
        while len(holders) > before:
            before = len(holders)
            for direction, number in self._by_lot[lot]:
                if direction != OBSERVED and self._authors[number] in holders:
                    holders |= self._speaks_to[number]
        self._holders[lot] = holders
        return holders

    def _is_addressed(self, number: int) -> bool:
        """Whether the record speaks to the participant, by somebody who had the goods that it is about."""
        if self._participant not in self._speaks_to[number]:
            return False
        lots = self._lots.get(number)
        return not lots or any(self._authors[number] in self._holders_of(lot) for lot in lots)

    def _lots_behind(self) -> set[str]:
        """The lots that the participant holds or held, and those that they were made of."""
        found: set[str] = set()
        fresh = {lot for lot in list(self._by_lot) if self._participant in self._holders_of(lot)}
        while fresh:
            found |= fresh
            makers = {maker for lot in fresh if (maker := self._maker(lot)) is not None}
            fresh = {
                lot
                for maker in makers
                for lot in self._inputs[maker]
                if self._authors[maker] in self._holders_of(lot)
            } - found
        return found

    def _on_the_way(self, lots: Collection[str], chain: Collection[bytes]) -> set[int]:
        """What was found of the lots, and what passed between those who made them.

        A shipment whose receiver the node was not told may have gone to anybody.
        """
        found = set()
        for lot in lots:
            for direction, number in self._by_lot[lot]:
                names, author = self._names[number], self._authors[number]
                if direction in {CONSUMED, PRODUCED} or not names <= set(chain):
                    continue
                if direction == SENT and names <= {author}:
                    continue
                if direction == OBSERVED or author in chain:
                    found.add(number)
        return found

    def _passed_on(self, number: int, dealt_with: Collection[bytes]) -> set[int]:
        """What a record cites (order, product, certificate, shipment) and its author may pass on.

        He wrote it or it speaks to him: or naming a digest would be enough to read what stands behind it. And nobody
        else has a part in it: what another customer ordered stays between him and the maker.
        """
        author = self._authors[number]
        known = {*dealt_with, *self._inspectors}
        return {
            other
            for other in self._cited[number] & self._authors.keys()
            if (self._authors[other] == author or author in self._speaks_to[other])
            and self._names[other] | {self._authors[other]} <= known
        }
