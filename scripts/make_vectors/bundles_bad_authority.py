"""Who may not, what is no record, and passports that are not this garment's: signed and anchored all the same.

Beside each story stands the code that it must get, and its text says why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocol import base64url
from protocol.checks.view import ChainKey
from protocol.roles import OPEN
from protocol.strict_json import dump_json
from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import Signed, goods, item, lot
from scripts.make_vectors.bundles_parts import VIRGIN, coats, lot_passport
from scripts.make_vectors.front_door_parts import raw_token

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company
    from scripts.make_vectors.bundles_world import World

bad = Stories()
REFUSED, OPEN_END = "refused", "not proven"


# --- keys and roles ---------------------------------------------------------------------------------------------


@bad("key-closed-before", REFUSED, "KEY_OUTSIDE_WINDOW")
def key_closed_before(world: World) -> str:
    """Anna's key was closed two blocks before the first head that has her record."""
    anna = world.company("anna")
    anna.window = ChainKey(3, 1, world.block - 1, 0)
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


@bad("key-opened-after", REFUSED, "KEY_OUTSIDE_WINDOW")
def key_opened_after(world: World) -> str:
    """The key's window opens one block after the record's first head: `[fromBlock, toBlock)` does not hold it."""
    anna = world.company("anna")
    anna.window = ChainKey(3, world.block + 2, OPEN, 0)
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


@bad("key-closed-in-that-block", REFUSED, "KEY_OUTSIDE_WINDOW")
def key_closed_in_that_block(world: World) -> str:
    """The window ends in the very block of the head: the end is outside."""
    anna = world.company("anna")
    anna.window = ChainKey(3, 1, world.block + 1, 0)
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


@bad("key-of-another-use", REFUSED, "KEY_CAPABILITY")
def key_of_another_use(world: World) -> str:
    """The key may administer and sign passports, not capture events."""
    anna = world.company("anna")
    anna.window = replace(anna.window, capabilities=2 | 4)
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


@bad("key-without-passports", REFUSED, "KEY_CAPABILITY ORIGIN_NOT_RAW")
def key_without_passports(world: World) -> str:
    """The brand's key may capture events, not sign passports."""
    brand, made = coats(world)
    brand.window = replace(brand.window, capabilities=1)
    _passported(world, brand, made)
    return item("coat 1")


@bad("key-never-registered", REFUSED, "KEY_NOT_ON_CHAIN")
def key_never_registered(world: World) -> str:
    """Evil signs in Anna's name with a key of its own: the chain knows Anna, and not that key as hers."""
    anna = world.company("anna")
    evil = world.company("evil")
    body = evil.body("lot-declared", quantityList=goods({"wool": "120 KGM"}))
    body |= {"filiera:participant": anna.id.hex()}
    world.head(evil.sign(body | {"filiera:account": evil.entries(body)}))
    return lot("wool")


@bad("stranger", REFUSED, "KEY_NOT_ON_CHAIN")
def stranger(world: World) -> str:
    """Somebody whom the coordinator never admitted signs for itself."""
    evil = world.company("evil")
    world.companies.clear()
    world.head(evil.declare("wool", "120 KGM"))
    return lot("wool")


@bad("suspended-then", REFUSED, "PARTICIPANT_NOT_ACTIVE")
def suspended_then(world: World) -> str:
    """Anna was suspended in the block of the head, and active again later: the block counts."""
    anna = world.company("anna")
    anna.suspended = (world.block + 1, world.block + 2)
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


@bad("role-of-another", REFUSED, "PARTICIPANT_ROLE")
def role_of_another(world: World) -> str:
    """An observer declares goods."""
    world.head(world.company("anna", "observer").declare("wool", "120 KGM"))
    return lot("wool")


@bad("passport-by-a-supplier", REFUSED, "PARTICIPANT_ROLE ORIGIN_NOT_RAW")
def passport_by_a_supplier(world: World) -> str:
    """A supplier issues the passport of coats that it has sewn: only brands, repairers and recyclers may."""
    brand, made = coats(world)
    brand.roles = ("supplier",)
    _passported(world, brand, made)
    return item("coat 1")


@bad("nobody-named", OPEN_END, "PARTICIPANT_NOT_NAMED")
def nobody_named(world: World) -> str:
    """Master data that do not say who signed them, by a key that the file does not list."""
    anna, other = world.company("anna"), world.company("other")
    wool = anna.declare("wool", "120 KGM")
    subject = {"type": "Party", "id": other.urn, "version": 1, "validFrom": "2020-01-01", "name": "Altra"}
    subject |= {"country": "IT", "address": {"country": "IT"}}
    world.companies.remove(other)
    world.head(wool, other.say("FilieraMasterData", {k: subject[k] for k in _PARTY}))
    return lot("wool")


@bad("on-behalf-of-a-member", REFUSED, "ON_BEHALF_OF_MEMBER")
def on_behalf_of_a_member(world: World) -> str:
    """Evil notifies on behalf of Anna, who is active and signs for herself."""
    anna, evil = world.company("anna"), world.company("evil")
    there = {"filiera:onBehalfOf": {"party": anna.urn, "basis": {"kind": "contract"}}}
    world.head(evil.declare("wool", "120 KGM", **there))
    return lot("wool")


@bad("membership-by-oneself", REFUSED, "MEMBERSHIP_NOT_BY_COORDINATOR")
def membership_by_oneself(world: World) -> str:
    """Anna vouches for herself; only the coordinator's word makes a name."""
    anna = world.company("anna")
    world.memberships.append(anna.vouch(anna))
    world.head(anna.declare("wool", "120 KGM"))
    return lot("wool")


# --- what is no record ------------------------------------------------------------------------------------------


def _one_bad(world: World, change: dict[str, object]) -> str:
    """Anna's wool, and a second record about other goods in which something is changed after the accounts."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    body = anna.body("process", "spinning", **_LINEN)
    world.head(wool, anna.sign(body | change))
    return lot("wool")


@bad("made-of-what-it-makes", REFUSED, "SELF_CONSUMPTION")
def made_of_what_it_makes(world: World) -> str:
    """One step takes and makes the same lot."""
    entry = {"lot": lot("linen"), "lotSeq": 0, "before": "0", "after": "0", "uom": "KGM"}
    change = {"outputQuantityList": goods({"linen": "5 KGM"}), "filiera:account": [entry]}
    return _one_bad(world, change)


@bad("account-does-not-add-up", REFUSED, "ACCOUNT_ARITHMETIC")
def account_does_not_add_up(world: World) -> str:
    """Five kilos were taken and the account goes down by four."""
    return _one_bad(world, {"filiera:account": _entries("6", "2")})


@bad("account-entry-missing", REFUSED, "ACCOUNT_ENTRY_MISSING")
def account_entry_missing(world: World) -> str:
    """The account of what was made is left out."""
    return _one_bad(world, {"filiera:account": _entries("5", "0")[:1]})


@bad("quantity-as-a-number", REFUSED, "QUANTITY_FORM")
def quantity_as_a_number(world: World) -> str:
    """A quantity is a JSON number where signed data hold decimal text."""
    return _one_bad(world, {"inputQuantityList": [{"epcClass": lot("linen"), "quantity": 5, "uom": "KGM"}]})


@bad("act-does-not-exist", REFUSED, "ACT_UNKNOWN")
def act_does_not_exist(world: World) -> str:
    """An act that no vocabulary knows."""
    return _one_bad(world, {"filiera:act": "blessing"})


@bad("day-of-another-time", REFUSED, "DAY_MISMATCH")
def day_of_another_time(world: World) -> str:
    """The day is not that of the event's time at its offset."""
    return _one_bad(world, {"filiera:day": "2026-02-02"})


@bad("id-of-another-event", REFUSED, "EVENT_ID_MISMATCH")
def id_of_another_event(world: World) -> str:
    """eventID and the credential's id differ."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    body = anna.body("process", "spinning", **_LINEN)
    world.head(wool, anna.sign(body, id=wool.id))
    return lot("wool")


@bad("act-hidden", REFUSED, "MUST_DISCLOSE_HIDDEN")
def act_hidden(world: World) -> str:
    """The act is hidden: nobody could tell what was done, so it must be in clear."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    body = anna.body("process", "spinning", **_LINEN)
    signed = anna.sign(body, ("readPoint",))
    world.head(wool, _renamed(anna, signed))
    return lot("wool")


@bad("signed-by-nobody", REFUSED, "SIGNATURE_INVALID")
def signed_by_nobody(world: World) -> str:
    """The signature is another record's."""
    anna = world.company("anna")
    wool, silk = anna.declare("wool", "120 KGM"), anna.declare("silk", "1 KGM")
    head, payload, _ = silk.token.split(".")
    forged = replace(silk, token=".".join((head, payload, wool.token.rsplit(".", 1)[1])))
    world.head(wool, forged)
    return lot("wool")


@bad("signed-by-the-wrong-key", REFUSED, "SIGNATURE_INVALID")
def signed_by_the_wrong_key(world: World) -> str:
    """Evil's signature under a header that names Anna's key."""
    anna, evil = world.company("anna"), world.company("evil")
    wool, silk = anna.declare("wool", "120 KGM"), anna.declare("silk", "1 KGM")
    head, payload, _ = silk.token.split(".")
    token = raw_token(base64url.decode(head), base64url.decode(payload), evil.key)
    world.head(wool, replace(silk, token=token))
    return lot("wool")


@bad("issuer-is-another", REFUSED, "ISSUER_KEY_MISMATCH")
def issuer_is_another(world: World) -> str:
    """Evil signs with its own key and writes Anna's as issuer."""
    anna, evil = world.company("anna"), world.company("evil")
    wool = anna.declare("wool", "120 KGM")
    body = evil.body("lot-declared", quantityList=goods({"silk": "1 KGM"}))
    world.head(wool, evil.sign(body | {"filiera:account": evil.entries(body)}, issuer=anna.key.public.did))
    return lot("wool")


@bad("algorithm-none", REFUSED, "ALG_REFUSED")
def algorithm_none(world: World) -> str:
    """No signature, by a header that says so."""
    anna = world.company("anna")
    wool, silk = anna.declare("wool", "120 KGM"), anna.declare("silk", "1 KGM")
    _, payload, signature = silk.token.split(".")
    head = base64url.encode(dump_json({"alg": "none", "kid": anna.key.public.kid, "typ": "vc+jwt"}))
    world.head(wool, replace(silk, token=f"{head}.{payload}.{signature}"))
    return lot("wool")


@bad("passport-without-issuer", REFUSED, "SCHEMA_PROPERTY_MISSING ORIGIN_NOT_RAW")
def passport_without_issuer(world: World) -> str:
    """A passport that does not say whose it is has not the form of one."""
    brand, made = coats(world)
    signed = brand.passport("S1", item("coat 1"), made, **{"filiera:participant": None})
    world.head(signed)
    return item("coat 1")


# --- passports --------------------------------------------------------------------------------------------------


@bad("passport-of-another-history", REFUSED, "GRAPH_DIGEST_MISMATCH ORIGIN_NOT_RAW")
def passport_of_another_history(world: World) -> str:
    """The passport was signed over a history without the cloth."""
    brand, made = coats(world)
    _passported(world, brand, made[1:])
    return item("coat 1")


@bad("passport-by-a-stranger", REFUSED, "PASSPORT_NOT_OF_ISSUER ORIGIN_NOT_RAW")
def passport_by_a_stranger(world: World) -> str:
    """Another brand registers a passport about coats that it never touched."""
    _, made = coats(world)
    _passported(world, world.company("evil", "brand"), made)
    return item("coat 1")


@bad("passport-under-anothers-gtin", REFUSED, "GTIN_NOT_OF_ISSUER ORIGIN_NOT_RAW")
def passport_under_anothers_gtin(world: World) -> str:
    """The maker of the coats uses a GTIN whose prefix the coordinator gives to another brand."""
    label = world.company("label", "brand")
    world.member(label, registrations=[{"scheme": "gs1-prefix", "number": "9527700"}])
    brand, made = coats(world)
    _passported(world, brand, made)
    return item("coat 1")


@bad("passport-not-registered", "pending", "PASSPORT_NOT_ON_CHAIN ORIGIN_NOT_RAW")
def passport_not_registered(world: World) -> str:
    """The passport is signed and in the log; on the ledger there is none."""
    brand, made = coats(world)
    world.head(brand.passport("S1", item("coat 1"), made))
    return item("coat 1")


@bad("passport-older-version", REFUSED, "PASSPORT_OTHER_ON_CHAIN ORIGIN_NOT_RAW")
def passport_older_version(world: World) -> str:
    """The file holds version 1; the ledger holds version 2."""
    brand, made = coats(world)
    first = brand.passport("S1", item("coat 1"), made)
    second = brand.passport("S1", item("coat 1"), made, version=2, replaces=first.reference)
    world.head(first)
    world.head(second, shown=False)
    world.head(brand.act("packing", childEPCs=[item("coat 2")]))
    world.register(second)
    return item("coat 1")


@bad("passport-suspended", "revoked", "PASSPORT_SUSPENDED ORIGIN_NOT_RAW")
def passport_suspended(world: World) -> str:
    """The product was recalled."""
    brand, made = coats(world)
    _passported(world, brand, made, status=2)
    return item("coat 1")


@bad("passport-withdrawn", "revoked", "PASSPORT_WITHDRAWN ORIGIN_NOT_RAW")
def passport_withdrawn(world: World) -> str:
    """The passport was withdrawn."""
    brand, made = coats(world)
    _passported(world, brand, made, status=3)
    return item("coat 1")


@bad("share-claimed", REFUSED, "PASSPORT_CLAIM_CONTRADICTED")
def share_claimed(world: World) -> str:
    """The passport claims a recycled share of nine tenths; the records give a quarter."""
    anna = world.company("anna", "brand")
    made = [
        anna.declare("wool", "75 KGM", **VIRGIN),
        anna.declare("rags", "25 KGM", "recovered-waste"),
        anna.work("blending", {"wool": "75 KGM", "rags": "25 KGM"}, {"blend": "100 KGM"}),
    ]
    return _claiming(world, anna, made, "recycled-content = 0.9")


@bad("word-claimed", REFUSED, "PASSPORT_CLAIM_CONTRADICTED")
def word_claimed(world: World) -> str:
    """Where the passport prints the figure it says a word, which is no quarter."""
    anna = world.company("anna", "brand")
    made = [
        anna.declare("wool", "75 KGM", **VIRGIN),
        anna.declare("rags", "25 KGM", "recovered-waste"),
        anna.work("blending", {"wool": "75 KGM", "rags": "25 KGM"}, {"blend": "100 KGM"}),
    ]
    return _claiming(world, anna, made, "recycled-content = plenty")


def _claiming(world: World, brand: Company, made: list[Signed], figure: str) -> str:
    claim = {"criterion": "circularity", "figure": figure, "state": "evaluated"}
    signed = lot_passport(brand, "blend", made, criteria=[claim])
    world.head(*made, signed)
    world.register(signed)
    return lot("blend")


@bad("fibre-claimed", REFUSED, "PASSPORT_CLAIM_CONTRADICTED")
def fibre_claimed(world: World) -> str:
    """The passport says cashmere; the records say wool."""
    anna = world.company("anna", "brand")
    made = [anna.declare("wool", "75 KGM", **VIRGIN)]
    signed = lot_passport(anna, "wool", made, materials=[{"fibre": "cashmere", "share": "1"}])
    world.head(*made, signed)
    world.register(signed)
    return lot("wool")


def _passported(world: World, company: Company, made: list[Signed], status: int = 1) -> None:
    signed = company.passport("S1", item("coat 1"), made)
    world.head(signed)
    world.register(signed, status=status)


def _entries(before: str, after: str) -> list[dict[str, object]]:
    return [
        {
            "lot": lot("linen"),
            "lotSeq": 1,
            "before": before,
            "after": after,
            "uom": "KGM",
            "previous": "7" * 64,
        },
        {"lot": lot("thread"), "lotSeq": 0, "before": "0", "after": "5", "uom": "KGM"},
    ]


def _renamed(company: Company, signed: Signed) -> Signed:
    """Sign the same payload with the act moved among the digests."""
    head, payload, _ = signed.token.partition("~")[0].split(".")
    changed = base64url.decode(payload).replace(b'"filiera:act":"process",', b"")
    return replace(signed, token=raw_token(base64url.decode(head), changed, company.key) + "~")


_LINEN = {
    "inputQuantityList": goods({"linen": "5 KGM"}),
    "outputQuantityList": goods({"thread": "5 KGM"}),
    "filiera:account": _entries("5", "0"),
}
_PARTY = ("type", "id", "version", "validFrom", "name")
