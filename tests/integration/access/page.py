"""docs/access.md, written from the table: `python -m tests.integration.access.page`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.integration.access.rules import READS, ROLES, RULES, SUSPENDED, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WHOLE = frozenset({Thing.PAPER_A, Thing.PAPER_ALONE, Thing.WRAPPED, Thing.SERIALS})
PAGE = Path(__file__).resolve().parents[3] / "docs" / "access.md"

_HEAD = """# Who may see what

Written by `python -m tests.integration.access.page` from `tests/integration/access/rules.py`; the tests there ask every route of
the application's own list as every role, on a real chain with tokens from `/auth/challenge`, and look for planted values in
bodies, headers and error texts. A route without a rule fails them. Nothing beyond these tables is reachable.

A caller proves a key that the chain knows (`POST /auth/challenge`, signature, `POST /auth/token`); its roles are those of the
chain at that moment. Without a token everybody is *anonymous*; a token that does not hold, or whose company is suspended, is
refused and never read as anonymous. Tiers, each with the former: public, legitimate, authority (`vocabulary/disclosure.json`).

Authors read their own in full. Certifiers, repairers and recyclers read at *legitimate* everywhere, authorities at *authority*. A
company reads at *legitimate* what **concerns** it: records that name it or answer its own, and what made the goods that it
holds, back to their origin; with them the papers that these records enclose, the orders and certificates that passed between
those who made them, and the names of those whom it so deals with. Not the way forward to a supplier's customers, not what he
sold to or made for others. A stranger's record that names a lot, a paper or a digest opens nothing. To find whom one record
concerns, at most `FILIERA_CUSTODY_RECORDS` around it are looked at; whom it concerns by a longer way reads it as anybody does.

Every read above public, and every wrapped key put, leaves a line (who, tier, what, when); `GET /auth/reads` shows a
company the lines about its own data, an authority's after `FILIERA_AUTHORITY_DAYS`. Nobody reads the lines of others.

## What is read
Supplier A sells wool to the brand on its order, the brand sews; supplier B sells silk to the other brand.

"""
_ROUTES = """
## By which route
*open*: never looks at who asks, shows what is public. *as above*: the tier of the table above, a paper or bundle that is not
for the caller as if there were none. Otherwise the code with which the role is turned away.

"""
_FOR_GOOD = """
## What is there for good: chain, log, IPFS
`tests/system/test_no_personal_data.py` runs the demonstration and scans all three for every value of its parties' data, and for
its plain SHA-256.

| place | of the parties' data |
| --- | --- |
| calldata and events of the chain | nothing |
| checkpoint, snapshot, tiles, heads, manifests, affected lists | nothing |
| blocks that `/ipfs` gives (public papers, sealed papers, records without disclosures) | names of organisations, towns and provinces, the places that they show; in public papers what they published |

An organisation's name is public because it answers for its records by it, and the law wants a passport's operator named.
Registration numbers are hidden in the membership that `filiera participant admit` signs, unless one of them is a GS1 prefix: then
they show whose a GTIN is. Of parties that are not on the platform the demonstration hides name, numbers and exact place.
Blocks of papers that are not public lie on the node's disk and are given to nobody by address.
"""


def page() -> str:
    """The whole document."""
    things = _table("what", ROLES, ((str(thing), _tiers(thing)) for thing in Thing))
    rows = ((f"`{route}`", [*_cells(route), RULES[route].why]) for route in RULES)
    return _HEAD + things + _ROUTES + _table("route", (*ROLES, "why"), rows) + _FOR_GOOD


def _tiers(thing: Thing) -> list[str]:
    """A suspended company is turned away wherever it matters who asks; what has no public part is not there."""
    return [
        "refused" if role == SUSPENDED else "nothing" if tier == "public" and thing in _WHOLE else tier
        for role in ROLES
        for tier in [READS[role][thing]]
    ]


def _cells(route: str) -> Iterator[str]:
    rule = RULES[route]
    for role in ROLES:
        code = rule.code_for(role)
        yield f"`{code}`" if code else "as above" if rule.looks else "open"


def _table(first: str, names: Iterable[str], rows: Iterable[tuple[str, list[str]]]) -> str:
    heads = [first, *names]
    lines = [heads, ["---"] * len(heads), *([name, *cells] for name, cells in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
