"""Papers that their own author withdraws by a place in a status list, and those who try to hide it (README §21).

The lists are texts that others published, so that no compressor of ours has a say in the bytes: nothing set, and place
4000 set. Beside each story stands the code that it must get, and its text says why.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

from protocol.base64url import encode
from protocol.status_entries import KIND, Entry, entry_claims
from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import goods, lot, reference
from scripts.make_vectors.bundles_evidence import AT_MILL, WOOL, certificate
from scripts.make_vectors.bundles_world import COORDINATOR

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company, Signed
    from scripts.make_vectors.bundles_world import World

good, bad = Stories(), Stories()
REFUSED, OPEN_END, REVOKED = "refused", "not proven", "revoked"
NOTHING = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
PLACE_4000 = "uH4sIAAAAAAAAA-3OMQEAAAgDoEU3ugEWwENIQMI3cx0AAAAAAAAAAAAAAAAAAACgLGiNcIEAQAAA"
WITHDRAWN, OTHER_PLACE, BEYOND = 4000, 94_567, 131_072
LIST = reference("status-list", "laboratory")
_LATER = "2026-05-04T00:00:00Z"


def listed(by: Company, bits: str, first: Signed | None = None, **changes: Any) -> Signed:
    """The laboratory's list, by whoever signs it: the first version, or the second, which replaces the first."""
    version, replaced = (2, first.reference) if first else (1, None)
    subject = {
        "type": "BitstringStatusList", "id": LIST, "version": version, "statusPurpose": "revocation",
        "encodedList": bits, "filiera:participant": by.id.hex(), "replaces": replaced,
    } | changes  # fmt: skip
    subject = {name: value for name, value in subject.items() if value is not None}
    return by.say(KIND, subject, **({"validFrom": _LATER} if first else {}))


def pointing(index: int, purpose: str = "revocation") -> dict[str, Any]:
    """What a record says about where its status stands."""
    return {"credentialStatus": entry_claims(Entry(LIST, purpose, index))}


def spun(world: World, index: int, purpose: str = "revocation") -> tuple[Company, str]:
    """Anna spins under a certificate that the laboratory signed with a place in its list."""
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    paper = lab.say("FilieraMasterData", certificate(lab, anna).subject, **pointing(index, purpose))
    wool = anna.declare("wool", "100 KGM", **WOOL)
    cited = {"filiera:certificates": [paper.reference]} | AT_MILL
    yarn = anna.work("spinning", {"wool": "100 KGM"}, {"yarn": "90 KGM"}, "10 KGM", **cited)
    world.head(paper)
    world.head(wool, yarn)
    return lab, lot("yarn")


# --- the list is here and is the right one -----------------------------------------------------------------------


@good("status-list-with-nothing-set")
def status_list_with_nothing_set(world: World) -> str:
    """The certificate has a place in the laboratory's list, and nothing in the list is withdrawn."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(lab, NOTHING))
    return target


@good("status-list-with-another-place-set")
def status_list_with_another_place_set(world: World) -> str:
    """The laboratory withdrew another paper: this certificate has the next place of the same byte."""
    lab, target = spun(world, WITHDRAWN + 1)
    world.head(listed(lab, PLACE_4000))
    return target


@good("status-list-replaced")
def status_list_replaced(world: World) -> str:
    """The list was replaced by its second version; the file has that one only."""
    lab, target = spun(world, OTHER_PLACE)
    first = listed(lab, NOTHING)
    world.head(first, shown=False)
    world.head(listed(lab, PLACE_4000, first), affected=[first])
    return target


@good("status-list-of-a-rival-beside")
def status_list_of_a_rival_beside(world: World) -> str:
    """Bice signs a later version of the laboratory's list, in which the certificate is withdrawn: nothing happens."""
    lab, target = spun(world, WITHDRAWN)
    first = listed(lab, NOTHING)
    world.head(first)
    world.head(listed(world.company("bice"), PLACE_4000, first))
    return target


@good("test-withdrawn-of-other-goods")
def test_withdrawn_of_other_goods(world: World) -> str:
    """The laboratory withdraws its test of a silk that is not in this cloth."""
    return _tested(world, "silk")


@good("membership-withdrawn", codes="MEMBERSHIP_REVOKED")
def membership_withdrawn(world: World) -> str:
    """The coordinator withdraws its description of Anna: whether she might sign is the chain's to say, and it did."""
    anna = world.company("anna")
    world.memberships.append(
        COORDINATOR.say("FilieraMembership", COORDINATOR.vouch(anna).subject, **pointing(WITHDRAWN))
    )
    world.memberships.append(listed(COORDINATOR, PLACE_4000, **{"filiera:participant": None}))
    world.head(anna.declare("wool", "100 KGM"))
    return lot("wool")


# --- withdrawn ---------------------------------------------------------------------------------------------------


@bad("status-revoked", REVOKED, "EVIDENCE_REVOKED")
def status_revoked(world: World) -> str:
    """The laboratory sets the certificate's place: the yarn that rests on it falls with it."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(lab, PLACE_4000))
    return target


@bad("status-revoked-in-the-second-version", REVOKED, "EVIDENCE_REVOKED")
def status_revoked_in_the_second_version(world: World) -> str:
    """Two months later a second version of the list withdraws the certificate; the file has both versions."""
    lab, target = spun(world, WITHDRAWN)
    first = listed(lab, NOTHING)
    world.head(first)
    world.head(listed(lab, PLACE_4000, first), affected=[first])
    return target


@bad("status-revocation-taken-back", REVOKED, "EVIDENCE_REVOKED")
def status_revocation_taken_back(world: World) -> str:
    """The laboratory, under pressure, publishes a version in which nothing was ever withdrawn: a withdrawal stays."""
    lab, target = spun(world, WITHDRAWN)
    first = listed(lab, PLACE_4000)
    world.head(first)
    world.head(listed(lab, NOTHING, first), affected=[first])
    return target


@bad("status-suspended", OPEN_END, "EVIDENCE_SUSPENDED")
def status_suspended(world: World) -> str:
    """A list for suspensions: the certificate is suspended."""
    lab, target = spun(world, WITHDRAWN, "suspension")
    world.head(listed(lab, PLACE_4000, statusPurpose="suspension"))
    return target


@good("status-suspension-lifted")
def status_suspension_lifted(world: World) -> str:
    """The suspension is lifted in the second version: other than a withdrawal, it may be."""
    lab, target = spun(world, WITHDRAWN, "suspension")
    first = listed(lab, PLACE_4000, statusPurpose="suspension")
    world.head(first)
    world.head(listed(lab, NOTHING, first, statusPurpose="suspension"), affected=[first])
    return target


@bad("test-withdrawn", REVOKED, "EVIDENCE_REVOKED")
def test_withdrawn(world: World) -> str:
    """No step cites the laboratory's test of the wool, and yet it speaks for it: withdrawn, it does not."""
    return _tested(world, "wool")


def _tested(world: World, name: str) -> str:
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    lots = {each: anna.declare(each, "50 KGM") for each in ("wool", "silk")}
    body = lab.body("lab-test", quantityList=goods({name: "1 KGM"}))
    test = lab.sign(body, **pointing(WITHDRAWN))
    world.head(*lots.values(), test)
    world.head(listed(lab, PLACE_4000))
    return lot("wool")


# --- hidden ------------------------------------------------------------------------------------------------------


@bad("status-list-left-out", OPEN_END, "STATUS_LIST_MISSING")
def status_list_left_out(world: World) -> str:
    """The certificate has a place in a list that is not in the file: nobody knows, and nobody asks the laboratory."""
    _, target = spun(world, WITHDRAWN)
    return target


@bad("status-list-of-a-rival", REFUSED, "STATUS_LIST_FOREIGN")
def status_list_of_a_rival(world: World) -> str:
    """In place of the laboratory's list there is one that Bice signed under its name, with nothing set."""
    _, target = spun(world, WITHDRAWN)
    world.head(listed(world.company("bice"), NOTHING))
    return target


@bad("status-list-under-a-false-name", REFUSED, "KEY_NOT_ON_CHAIN")
def status_list_under_a_false_name(world: World) -> str:
    """Bice signs the list with her own key and names the laboratory as its author."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(world.company("bice"), NOTHING, **{"filiera:participant": lab.id.hex()}))
    return target


@bad("status-list-of-the-coordinator", OPEN_END, "STATUS_LIST_MISSING")
def status_list_of_the_coordinator(world: World) -> str:
    """The coordinator signs the laboratory's list in its stead: what stands in no log speaks for memberships only."""
    lab, target = spun(world, WITHDRAWN)
    world.memberships.append(listed(COORDINATOR, NOTHING, **{"filiera:participant": lab.id.hex()}))
    return target


@bad("status-list-out-of-date", REFUSED, "STATUS_LIST_STALE")
def status_list_out_of_date(world: World) -> str:
    """The second version withdraws the certificate; the file has the first: the log says that it was replaced."""
    lab, target = spun(world, WITHDRAWN)
    first = listed(lab, NOTHING)
    world.head(first)
    world.head(listed(lab, PLACE_4000, first), affected=[first], shown=False)
    world.head(world.companies[0].declare("linen", "1 KGM"))
    return target


@bad("status-list-forked", REFUSED, "STATUS_LIST_FORK EVIDENCE_REVOKED")
def status_list_forked(world: World) -> str:
    """Two lists of one version, one to show to buyers, one to show to inspectors."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(lab, NOTHING), listed(lab, PLACE_4000))
    return target


@bad("status-place-outside", REFUSED, "STATUS_INDEX_OUTSIDE")
def status_place_outside(world: World) -> str:
    """The certificate names the place behind the last one: it could never be withdrawn."""
    lab, target = spun(world, BEYOND)
    world.head(listed(lab, PLACE_4000))
    return target


@bad("status-of-another-purpose", REFUSED, "STATUS_PURPOSE_MISMATCH")
def status_of_another_purpose(world: World) -> str:
    """The certificate asks for withdrawals, and the list is one of suspensions."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(lab, NOTHING, statusPurpose="suspension"))
    return target


@bad("status-list-too-short", REFUSED, "STATUS_LIST_LENGTH STATUS_LIST_MISSING")
def status_list_too_short(world: World) -> str:
    """A list of 128 places: whoever asked for one would tell which certificate is meant."""
    lab, target = spun(world, 7)
    world.head(listed(lab, _stored(bytes(16))))
    return target


@bad("status-list-not-whole", REFUSED, "STATUS_LIST_MALFORMED STATUS_LIST_MISSING")
def status_list_not_whole(world: World) -> str:
    """The last byte of the compressed list is missing."""
    lab, target = spun(world, WITHDRAWN)
    world.head(listed(lab, NOTHING[:-4]))
    return target


@bad("status-of-work", REFUSED, "STATUS_ENTRY_REFUSED TARGET_NOT_MADE")
def status_of_work(world: World) -> str:
    """Anna gives her own spinning a place in a list, so as to take it back unseen: what moves goods is corrected."""
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM", **WOOL)
    body = anna.body("lot-declared", quantityList=goods({"yarn": "1 KGM"}), **{"filiera:stage": "fibre"})
    body |= {"filiera:account": anna.entries(body)}
    world.head(wool, anna.sign(body, **pointing(WITHDRAWN)))
    return lot("yarn")


def _stored(bits: bytes) -> str:
    """A list that is packed and not compressed: one stored block (RFC 1951 §3.2.4)."""
    block = b"\x01" + struct.pack("<HH", len(bits), len(bits) ^ 0xFFFF) + bits
    trailer = struct.pack("<II", zlib.crc32(bits), len(bits))
    return "u" + encode(b"\x1f\x8b\x08\x00" + bytes(5) + b"\xff" + block + trailer)
