"""The coordinator's two indicators: companies involved, and shared criteria adopted. Recomputable by any outsider.

A company is a control group where the coordinator names one. Small numbers are not broken down: a province with
fewer than `SMALL` companies is counted among `other`, together with the next smallest if `other` itself would be
small, so that no cell and no difference of cells names a company.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

SMALL = 3
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from … to, both included, YYYY-MM-DD."""

    start: str
    end: str

    def has(self, day: str) -> bool:
        """Whether a day lies in it."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Indicators:
    """The figures of a period.

    `involved` maps each company with an anchored event to one record that shows it (hex); `admitted` counts those whom
    the ledger admits, `represented` workshops for which others signed. `adopted` maps a criterion to the companies that
    adopted it by the period's end and had not withdrawn. `provinces` counts the involved, small numbers merged.
    """

    involved: Mapping[str, str]
    admitted: int
    represented: int
    adopted: Mapping[str, tuple[str, ...]]
    provinces: Mapping[str, int]


def indicators(
    period: Period,
    active: Mapping[str, bytes],
    represented: Collection[str],
    admitted: Collection[str],
    memberships: Iterable[Mapping[str, Any]],
    adoptions: Iterable[tuple[str, Mapping[str, Any]]],
) -> Indicators:
    """Compute the indicators of a period.

    `active`: participant URN → digest of one of its anchored events in the period. `represented`: parties acted for.
    `admitted`: participant URNs on the ledger. `memberships`: subjects. `adoptions`: (participant URN, subject).
    """
    members = {subject["id"]: subject for subject in memberships}
    involved: dict[str, str] = {}
    for party in sorted(active):
        involved.setdefault(_company(members, party), active[party].hex())
    home = {_company(members, party): _province(members, party) for party in active}
    return Indicators(
        involved=involved,
        admitted=len({_company(members, party) for party in admitted}),
        represented=len(set(represented)),
        adopted=_adopted(period, members, adoptions),
        provinces=suppressed(Counter(home.values())),
    )


def suppressed(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts in which no cell is smaller than `SMALL` unless it is the only one, and then it is 0 for "fewer than"."""
    kept = {name: count for name, count in counts.items() if count >= SMALL and name != OTHER}
    rest = sum(count for name, count in counts.items() if name not in kept)
    while 0 < rest < SMALL and kept:
        smallest = min(kept, key=lambda name: (kept[name], name))
        rest += kept.pop(smallest)
    return dict(sorted(kept.items())) | ({OTHER: rest if rest >= SMALL else 0} if rest else {})


def _company(members: Mapping[str, Mapping[str, Any]], party: str) -> str:
    return str(members.get(party, {}).get("controlGroup", party))


def _province(members: Mapping[str, Mapping[str, Any]], party: str) -> str:
    return str(members.get(party, {}).get("address", {}).get("province", OTHER))


def _adopted(
    period: Period,
    members: Mapping[str, Mapping[str, Any]],
    adoptions: Iterable[tuple[str, Mapping[str, Any]]],
) -> dict[str, tuple[str, ...]]:
    """The newest word of each company on each criterion decides."""
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for party, subject in sorted(
        adoptions, key=lambda pair: (pair[1]["from"], pair[0], str(pair[1].get("withdrawn")))
    ):
        newest[_company(members, party), subject["criterion"]] = subject
    found: dict[str, list[str]] = defaultdict(list)
    for (company, criterion), subject in sorted(newest.items()):
        withdrawn = subject.get("withdrawn")
        if subject["from"] <= period.end and (withdrawn is None or withdrawn > period.end):
            found[criterion].append(company)
    return {criterion: tuple(companies) for criterion, companies in sorted(found.items())}
