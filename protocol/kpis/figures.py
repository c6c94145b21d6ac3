"""From public records and the ledger's participants to the indicators; every number is the size of a list.

A **company** is a control group where the coordinator names one, else the participant. It is *involved* in a period if
a record of an event with a day in it is anchored; *admitted* if the ledger has it; *invited* if the coordinator has
signed who it is and the ledger does not have it. Workshops for which others sign are *represented*: they belong to no
other number. A criterion is *adopted* by a company whose newest word on it is in force at the period's end;
*evidenced* if it adopted it and records of the period are evidence of it; *proven* if, of these, one is more than the
company's own word.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from protocol.criteria.evaluate import catalogue
from protocol.holders import tie_holders
from protocol.kpis.deeds import Deed, Period, effective

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from protocol.steps import Step

    Subject = Mapping[str, Any]
    # What shows it: a record's digest, or a participant's URN on the ledger.
    Listed = Mapping[str, str]

OTHER = "other"
INVOLVED, ADMITTED, INVITED = "involved", "admitted", "invited"
ADOPTED, EVIDENCED, PROVEN = "adopted", "evidenced", "proven"
STATES = (ADOPTED, EVIDENCED, PROVEN)


@dataclass(frozen=True)
class Said:
    """What the indicators are computed from, all of it anchored below one head.

    `firsts`: participant → its first effective event of the period. `deeds`: at least all that can be evidence (own
    events of the companies that adopted something, statements and certificates by certifiers, makers of the lots that
    those speak of, answers between companies, and what takes any of them back). `represented`: workshop → a record.
    `memberships` and `adoptions` in the order of the log; `admitted` None if no ledger was asked.
    """

    firsts: Mapping[str, bytes]
    deeds: Collection[Deed]
    represented: Mapping[str, bytes]
    memberships: Collection[tuple[bytes, Subject]]
    adoptions: Collection[tuple[str, bytes, Subject]]
    admitted: Collection[str] | None
    certifiers: Collection[str] = frozenset()


@dataclass(frozen=True)
class Figures:
    """Each number as its list, company → what shows it; `home` is the province of every company that is known of."""

    involved: Listed
    admitted: Listed | None
    invited: Listed | None
    represented: Listed
    criteria: Mapping[str, Mapping[str, Listed]]
    home: Mapping[str, str] = field(default_factory=dict)

    def measures(self) -> dict[str, Listed]:
        """Every number that is told by place, by name; along `NESTED` each is part of the one before."""
        found = {ADMITTED: self.admitted, INVOLVED: self.involved, INVITED: self.invited}
        told = {name: listed for name, listed in found.items() if listed is not None}
        for criterion, states in self.criteria.items():
            told |= {f"{criterion}/{state}": states[state] for state in STATES}
        return told


def criteria_names() -> tuple[str, ...]:
    """The shared criteria, in the catalogue's order."""
    return tuple(entry["id"] for entry in catalogue()["criteria"])


def compute(period: Period, said: Said) -> Figures:
    """The indicators of a period of days; independent of the order of what is given, but for the log's own."""
    companies = _Companies(said.memberships)
    admitted = None if said.admitted is None else companies.least({party: party for party in said.admitted})
    invited = companies.least({subject["id"]: digest.hex() for digest, subject in said.memberships})
    return Figures(
        involved=companies.least({party: digest.hex() for party, digest in said.firsts.items()}),
        admitted=admitted,
        invited=None
        if admitted is None
        else {name: shown for name, shown in invited.items() if name not in admitted},
        represented={name: said.represented[name].hex() for name in sorted(said.represented)},
        criteria=_criteria(period, said, companies),
        home=companies.homes(said.admitted or ()),
    )


def first_events(period: Period, deeds: Iterable[Deed]) -> dict[str, bytes]:
    """Participant → its first effective event of the period."""
    found: dict[str, bytes] = {}
    for deed in effective(deeds):
        if deed.version is None and period.has(deed.day):
            found.setdefault(deed.party, deed.digest)
    return found


def workshops(period: Period, on_behalf: Iterable[Step]) -> dict[str, bytes]:
    """Workshops whose goods others moved in their name in the period, with the least of the records.

    Whose name is withheld is told apart by his accounts (`holders`), so of all such records of the log every one that
    was signed for somebody else has to be given.
    """
    steps = [step for step in on_behalf if step.entries]
    gone = {(step.signer, step.corrects[1]) for step in steps if step.corrects}
    found: dict[str, bytes] = {}
    for step in tie_holders(steps):
        if step.corrects is None and (step.signer, step.digest) not in gone and period.has(step.day):
            found[step.holder] = min(step.digest, found.get(step.holder, step.digest))
    return found


class _Companies:
    """Who counts as which company; of several memberships of one participant the log's last."""

    def __init__(self, memberships: Iterable[tuple[bytes, Subject]]) -> None:
        self._members = {subject["id"]: subject for _, subject in memberships}

    def of(self, party: str) -> str:
        return str(self._members.get(party, {}).get("controlGroup", party))

    def least(self, shown: Mapping[str, str]) -> dict[str, str]:
        """Company → what shows it, of several participants the first by URN."""
        found: dict[str, str] = {}
        for party in sorted(shown):
            found.setdefault(self.of(party), shown[party])
        return dict(sorted(found.items()))

    def homes(self, parties: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for party in sorted({*parties, *self._members}):
            if found.get(self.of(party), OTHER) == OTHER:
                found[self.of(party)] = _province(self._members.get(party, {}))
        return found


def _province(member: Subject) -> str:
    address = member.get("address", {})
    return str(address.get("province", OTHER)) if address.get("country") == "IT" else OTHER


def _criteria(period: Period, said: Said, companies: _Companies) -> dict[str, dict[str, dict[str, str]]]:
    adopted = _adopted(period, said, companies)
    evidenced: dict[str, dict[str, str]] = defaultdict(dict)
    proven: dict[str, dict[str, str]] = defaultdict(dict)
    for company, criterion, digest, sure in _evidence(period, said, companies):
        if company in adopted.get(criterion, {}):
            evidenced[criterion].setdefault(company, digest.hex())
            if sure:
                proven[criterion].setdefault(company, digest.hex())
    return {
        name: {
            ADOPTED: dict(sorted(adopted.get(name, {}).items())),
            EVIDENCED: dict(sorted(evidenced[name].items())),
            PROVEN: dict(sorted(proven[name].items())),
        }
        for name in sorted({*criteria_names(), *adopted})
    }


def _adopted(period: Period, said: Said, companies: _Companies) -> dict[str, dict[str, str]]:
    """Criterion → company → adoption; the newest word of each company on each criterion decides."""
    newest: dict[tuple[str, str], tuple[bytes, Subject]] = {}
    for party, digest, subject in sorted(
        (each for each in said.adoptions if each[2]["from"] <= period.end), key=lambda each: each[2]["from"]
    ):
        newest[companies.of(party), subject["criterion"]] = (digest, subject)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for (company, criterion), (digest, subject) in newest.items():
        if subject.get("withdrawn", "9999-12-31") > period.end:
            found[criterion][company] = digest.hex()
    return found


def _evidence(period: Period, said: Said, companies: _Companies) -> Iterator[tuple[str, str, bytes, bool]]:
    """(company, criterion, record, whether it is more than the company's own word), in the order of the log."""
    deeds = effective(said.deeds)
    makers: dict[str, set[str]] = defaultdict(set)
    for deed in deeds:
        for lot in deed.made:
            makers[lot].add(companies.of(deed.party))
    answered = _answered(deeds, companies)
    for deed in deeds:
        if not deed.criteria or not period.has(deed.day, deed.until):
            continue
        own = companies.of(deed.party)
        certified = set()
        if deed.party in said.certifiers:
            certified = {company for lot in deed.about for company in makers.get(lot, ())} - {own}
            certified |= {companies.of(deed.holder)} - {own} if deed.holder else set()
        for criterion in sorted(deed.criteria):
            yield own, criterion, deed.digest, deed.digest in answered
            for company in sorted(certified):
                yield company, criterion, deed.digest, True


def _answered(deeds: Iterable[Deed], companies: _Companies) -> set[bytes]:
    """Shipments that another company received by its own signature, and those receipts."""
    known = {deed.digest: deed for deed in deeds}
    found: set[bytes] = set()
    for deed in known.values():
        other = known.get(deed.answers) if deed.answers else None
        if other is not None and companies.of(other.party) != companies.of(deed.party):
            found |= {deed.digest, other.digest}
    return found
