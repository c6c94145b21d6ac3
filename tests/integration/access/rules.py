"""Who may see what: the one table from which the test matrix and docs/access.md are made.

A route without a rule fails the tests, and so does a rule without a route. What a role may read of what stands in the
records and papers is one row of `READS`; a route can only show less.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ANYBODY = "anonymous"
SUPPLIER_A, SUPPLIER_B = "supplier A", "supplier B"
BRAND, OTHER_BRAND = "brand", "other brand"
AUDITOR, AUTHORITY, COORDINATOR, SUSPENDED = "auditor", "authority", "coordinator", "suspended"
ROLES = (
    ANYBODY, SUPPLIER_A, SUPPLIER_B, BRAND, OTHER_BRAND, AUDITOR, AUTHORITY, COORDINATOR, SUSPENDED,
)  # fmt: skip
MEMBERS = ROLES[1:-1]

Tier = Literal["public", "legitimate", "authority"]
TIERS: tuple[Tier, ...] = ("public", "legitimate", "authority")


class Thing(StrEnum):
    """What is read. A sells wool to the brand, which sews; B sells silk to the other brand."""

    ORDER = "the brand's order to A"
    WOOL = "A's declaration of the wool"
    SHIPMENT = "A's shipment to the brand"
    SEWING = "the brand's own steps with the wool"
    SILK = "B's declaration and shipment to the other brand"
    MEMBER_A = "the coordinator's membership of A"
    MEMBER_B = "the coordinator's membership of B"
    PAPER_A = "A's papers that the declaration encloses"
    PAPER_ALONE = "A's paper that no record encloses"
    ADOPTION = "the brand's adoption of a criterion"
    WRAPPED = "the wrapped key of A's sealed paper"
    SERIALS = "the serials that the brand reserved"


_NOTHING: dict[Thing, Tier] = dict.fromkeys(Thing, "public")
_OF_MEMBERS = _NOTHING | {Thing.WRAPPED: "legitimate"}
_SEEN_BY_INSPECTORS: dict[Thing, Tier] = dict.fromkeys(Thing, "legitimate") | {Thing.SERIALS: "public"}
_CHAIN_A = (Thing.ORDER, Thing.WOOL, Thing.SHIPMENT)

READS: dict[str, dict[Thing, Tier]] = {
    ANYBODY: _NOTHING,
    SUPPLIER_A: _OF_MEMBERS | {
        Thing.ORDER: "legitimate", Thing.WOOL: "authority", Thing.SHIPMENT: "authority",
        Thing.MEMBER_A: "legitimate", Thing.PAPER_A: "authority", Thing.PAPER_ALONE: "authority",
    },
    SUPPLIER_B: _OF_MEMBERS | {Thing.SILK: "authority", Thing.MEMBER_B: "legitimate"},
    BRAND: _OF_MEMBERS | dict.fromkeys(_CHAIN_A, "legitimate") | {
        Thing.ORDER: "authority", Thing.SEWING: "authority", Thing.ADOPTION: "authority", Thing.MEMBER_A: "legitimate",
        Thing.PAPER_A: "legitimate", Thing.SERIALS: "authority",
    },
    OTHER_BRAND: _OF_MEMBERS | {Thing.SILK: "legitimate", Thing.MEMBER_B: "legitimate"},
    AUDITOR: _SEEN_BY_INSPECTORS,
    AUTHORITY: dict.fromkeys(Thing, "authority") | {Thing.SERIALS: "public"},
    COORDINATOR: _OF_MEMBERS | {Thing.MEMBER_A: "authority", Thing.MEMBER_B: "authority"},
    SUSPENDED: _NOTHING,
}  # fmt: skip
"""The highest tier that a role reads of a thing. Each tier contains the former."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route does about who asks.

    `looks` False: it never looks, so everybody is answered as anybody is, a suspended company too. True: it looks; a
    token that holds no more is refused, and the others read as `READS` says. `refused` are the roles that are turned
    away, each with the code that it is told; `why` is the reason, for docs/access.md.
    """

    why: str
    looks: bool = False
    refused: tuple[tuple[str, str], ...] = ()

    def code_for(self, role: str) -> str | None:
        """The code with which a role is turned away, None if it is not."""
        if self.looks and role == SUSPENDED:
            return "PARTICIPANT_SUSPENDED"
        return dict(self.refused).get(role)


def _open(why: str) -> Rule:
    return Rule(why)


def _tiered(why: str, *refused: tuple[str, str]) -> Rule:
    return Rule(why, looks=True, refused=refused)


_HASHES = "hashes and positions, no content: the chain and every verifier need them"
_SIGNED = "what is signed decides, not who brings it; nothing stored is told back"
_PASSPORT = "what the law makes public; hidden parts by tier"
_ALL_BUT_BRANDS = tuple(
    (role, "PASSPORT_BRAND_NEEDED") for role in ROLES[:-1] if role not in {BRAND, OTHER_BRAND}
)

RULES: dict[str, Rule] = {
    "POST /events": _open(_SIGNED),
    "GET /events/{name}": _tiered("the same record for all, disclosures by tier and concern"),
    "GET /events/{name}/proof": _open(_HASHES),
    "POST /documents": _tiered("papers have an owner who answers for them", (ANYBODY, "DOCUMENT_AUTHOR_NEEDED")),
    "GET /documents/{cid}": _tiered("owner's terms, within them who is concerned; else as if there were none"),
    "HEAD /documents/{cid}": _tiered("as GET"),
    "PUT /documents/{cid}/keys": _tiered(
        "the owner's alone", (ANYBODY, "DOCUMENT_AUTHOR_NEEDED"),
        *((role, "DOCUMENT_UNKNOWN") for role in MEMBERS if role != SUPPLIER_A),
    ),
    "GET /documents/{cid}/keys": _tiered(
        "members: the node knows no readers, a wrapped key opens for its reader only, to others it is noise",
        (ANYBODY, "DOCUMENT_READER_NEEDED"),
    ),
    "GET /ipfs/{cid}": _open("public blocks only: papers made public, ciphertext, what the chain leads to"),
    "HEAD /ipfs/{cid}": _open("as GET"),
    "GET /lots/{lot:path}/custody": _tiered("every record as /events gives it to this caller"),
    "GET /checkpoint": _open(_HASHES),
    "GET /tile/{path:path}": _open(_HASHES),
    "GET /heads": _open(_HASHES),
    "GET /heads/{seq}": _open(_HASHES),
    "GET /heads/{seq}/manifest": _open(_HASHES),
    "GET /heads/{seq}/affected": _open(_HASHES),
    "GET /snapshot": _open("the chain's state as witnesses signed it: no names"),
    "GET /status/{name}": _open("status lists are public: bits, no names"),
    "GET /peers": _open("which other logs are copied, and how far: addresses and positions"),
    "GET /participants": _open("ids, roles and keys, which are on the chain; never a name"),
    "GET /participants/nonce": _open("a number that is on the chain"),
    "POST /participants/acts": _open("the signature in the act decides; the chain checks it"),
    "GET /participants/{participant}": _open("as /participants"),
    "GET /deployment": _open("where the contracts are, which are public"),
    "POST /auth/challenge": _open("a random number for any key: whoever asks learns nothing about the key"),
    "POST /auth/token": _open("the signed challenge decides"),
    "GET /auth/reads": _tiered("who looked at one's own data, and nothing of anybody else's", (ANYBODY, "AUTH_TOKEN")),
    "GET /schemas/{name}@{sha256}": _open("published formats"),
    "GET /contexts/{name}@{sha256}": _open("published formats"),
    "GET /schemas": _open("published formats"),
    "GET /contexts": _open("published formats"),
    "GET /health": _open("one word"),
    "GET /ready": _open("which parts work, for whoever watches the node"),
    "GET /metrics": _open("sums without a label that names anybody"),
    "GET /criteria": _open("the catalogue is public"),
    "GET /criteria/lives": _open("who proposes, comments and adopts does so in public"),
    "GET /criteria/{criterion}": _open("who proposes, comments and adopts does so in public"),
    "GET /kpis": _open("computed from the public tier only, small numbers withheld"),
    "POST /passports": _open(_SIGNED),
    "POST /passports/batches": _open("the brand's signed act decides; the chain checks it"),
    "POST /passports/serials": _tiered(
        "only the brand whose number it is", (OTHER_BRAND, "GTIN_NOT_OF_ISSUER"), *_ALL_BUT_BRANDS,
    ),
    "POST /passports/serials/void": _tiered(
        "only who reserved the numbers; to another brand they are as if there were none", *_ALL_BUT_BRANDS,
    ),
    "GET /passports/serials": _tiered("one's own only: they tell how much is made", *_ALL_BUT_BRANDS),
    "GET /passports/{name:path}/bundle": _tiered("every record as /events gives it to this caller"),
    "GET /passports/{name:path}": _tiered(_PASSPORT),
    "GET /01/{gtin}": _tiered(_PASSPORT),
    "GET /01/{gtin}/10/{lot}": _tiered(_PASSPORT),
    "GET /01/{gtin}/21/{serial}": _tiered(_PASSPORT),
    "GET /01/{gtin}/10/{lot}/21/{serial}": _tiered(_PASSPORT),
    "GET /web/{name}": _open("scripts and words of the pages"),
    "GET /inspect": _open("the desk, a file without data"),
    "GET /openapi.json": _open("the description of these routes"),
    "HEAD /openapi.json": _open("as GET"),
}  # fmt: skip
