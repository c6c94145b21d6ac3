"""Dishonest or mistaken makers: every record is really signed and anchored, what they say does not hold together.

Beside each story stands the code that it must get, and its text says why.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import goods, item, lot
from scripts.make_vectors.bundles_parts import coats, yield_

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Signed
    from scripts.make_vectors.bundles_world import World

bad = Stories()
REFUSED, OPEN_END = "refused", "not proven"


# --- double use -------------------------------------------------------------------------------------------------


@bad("lot-used-twice", REFUSED, "LOT_ACCOUNT_FORK")
def lot_used_twice(world: World) -> str:
    """Anna spins the same wool twice; both records carry entry 1 of its account, so the records are the proof."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    twin = anna.twin()
    first = anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "120 KGM"})
    twin.seq, twin.previous = anna.seq, anna.previous
    world.head(wool, first, twin.work("spinning", {"wool": "120 KGM"}, {"twin yarn": "120 KGM"}))
    return lot("yarn")


@bad("number-used-twice", REFUSED, "RECORD_FORK")
def number_used_twice(world: World) -> str:
    """One key signs two records with number 1: two histories, one for each reader."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    twin = anna.twin()
    world.head(wool, anna.declare("silk", "1 KGM"), twin.declare("linen", "1 KGM"))
    return lot("wool")


@bad("predecessor-of-another-history", REFUSED, "RECORD_FORK")
def predecessor_of_another_history(world: World) -> str:
    """Record 1 names a record 0 that is not the one in evidence: the key has signed another beginning."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    anna.previous = bytes(32)
    world.head(wool, anna.declare("silk", "1 KGM"))
    return lot("wool")


@bad("id-used-twice", REFUSED, "RECORD_ID_REUSED")
def id_used_twice(world: World) -> str:
    """Two records of one key under one id: whoever asks by id gets the one that suits."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    again = anna.body("lot-declared", quantityList=goods({"silk": "1 KGM"}), eventID=wool.id)
    world.head(wool, anna.sign(again | {"filiera:account": anna.entries(again)}))
    return lot("wool")


@bad("account-starts-higher", REFUSED, "LOT_ACCOUNT_BROKEN")
def account_starts_higher(world: World) -> str:
    """Entry 1 begins with 200 where entry 0 left 120: eighty kilos from nowhere."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    number, _, unit, record = anna.accounts[lot("wool"), anna.urn]
    anna.accounts[lot("wool"), anna.urn] = (number, Decimal(200), unit, record)
    world.head(wool, anna.work("spinning", {"wool": "200 KGM"}, {"yarn": "200 KGM"}))
    return lot("yarn")


@bad("account-of-another-past", REFUSED, "LOT_ACCOUNT_BROKEN")
def account_of_another_past(world: World) -> str:
    """Entry 1 names another record as its predecessor than the one that carries entry 0."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    number, after, unit, _ = anna.accounts[lot("wool"), anna.urn]
    anna.accounts[lot("wool"), anna.urn] = (number, after, unit, b"\7" * 32)
    world.head(wool, anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "120 KGM"}))
    return lot("yarn")


@bad("entry-left-out", REFUSED, "LOT_ACCOUNT_GAP")
def entry_left_out(world: World) -> str:
    """The record with entry 1 of the wool's account is left out of the file; entry 2 shows that it was there."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    world.head(wool)
    world.head(anna.work("spinning", {"wool": "20 KGM"}, {"hidden": "20 KGM"}), shown=False)
    world.head(anna.work("spinning", {"wool": "100 KGM"}, {"yarn": "100 KGM"}))
    return lot("yarn")


@bad("item-shipped-twice", REFUSED, "ITEM_USED_TWICE ORIGIN_NOT_RAW")
def item_shipped_twice(world: World) -> str:
    """One coat goes to two shops, and both confirm it: one of them has another coat under its name."""
    brand, _ = coats(world)
    one, two = world.company("one", "retailer"), world.company("two", "retailer")
    first, second = brand.ship_items(one, ["coat 1"]), brand.ship_items(two, ["coat 1"])
    world.head(first, second, one.receive(first), two.receive(second))
    return item("coat 1")


@bad("item-born-twice", REFUSED, "ITEM_MADE_TWICE ORIGIN_NOT_RAW")
def item_born_twice(world: World) -> str:
    """Two pieces of the lot get the same name."""
    brand, _ = coats(world)
    world.head(brand.born("coats", "coat 1"))
    return item("coat 1")


@bad("item-recycled-twice", REFUSED, "ITEM_USED_TWICE ORIGIN_NOT_RAW")
def item_recycled_twice(world: World) -> str:
    """One coat is shredded twice, so that recycled fibre comes from nowhere."""
    brand, _ = coats(world)
    for name in ("fibre 1", "fibre 2"):
        lists = {"inputEPCList": [item("coat 1")], "outputQuantityList": goods({name: "1 KGM"})}
        world.head(brand.act("recycling", "shredding", **lists, **yield_(name, "1")))
    world.head(brand.work("blending", {"fibre 1": "1 KGM", "fibre 2": "1 KGM"}, {"blend": "2 KGM"}))
    return lot("blend")


# --- where the goods come from ----------------------------------------------------------------------------------


@bad("nobody-made-it", OPEN_END, "CLOSURE_OPEN")
def nobody_made_it(world: World) -> str:
    """A coat is shredded that nobody ever made: the chain is open there."""
    anna = world.company("anna", "recycler")
    lists = {"inputEPCList": [item("ghost")], "outputQuantityList": goods({"fibre": "1 KGM"})}
    world.head(anna.act("recycling", "shredding", **lists, **yield_("fibre", "1")))
    return lot("fibre")


@bad("origin-left-out", REFUSED, "CLOSURE_OPEN LOT_ACCOUNT_GAP")
def origin_left_out(world: World) -> str:
    """The wool's own record is left out: nobody made it, and its account begins at entry 1."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"), shown=False)
    world.head(anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "120 KGM"}))
    return lot("yarn")


@bad("target-never-made", OPEN_END, "TARGET_NOT_MADE")
def target_never_made(world: World) -> str:
    """The file is about a lot that was only packed: nobody in it says to have made it."""
    anna = world.company("anna")
    children = [{"epcClass": lot("cloth"), "quantity": "3", "uom": "MTR"}]
    world.head(anna.act("packing", childQuantityList=children))
    return lot("cloth")


@bad("two-makers", REFUSED, "LOT_TWO_MAKERS")
def two_makers(world: World) -> str:
    """Bice declares the lot that Anna has declared."""
    anna, bice = world.company("anna"), world.company("bice")
    world.head(anna.declare("wool", "120 KGM"), bice.declare("wool", "80 KGM"))
    return lot("wool")


@bad("made-of-itself", REFUSED, "CUSTODY_CYCLE")
def made_of_itself(world: World) -> str:
    """Yarn is made of wool and wool of that yarn: every account adds up, and there is no beginning."""
    anna = world.company("anna")
    world.head(
        anna.declare("wool", "10 KGM"),
        anna.work("spinning", {"wool": "10 KGM"}, {"yarn": "10 KGM"}),
        anna.work("shredding", {"yarn": "10 KGM"}, {"wool": "10 KGM"}),
    )
    return lot("yarn")


@bad("returned-from-nowhere", OPEN_END, "RETURN_WITHOUT_SALE")
def returned_from_nowhere(world: World) -> str:
    """Evil has never bought Anna's wool: it has it "returned", and a return answers no shipment."""
    anna, evil = world.company("anna"), world.company("evil")
    wool = anna.declare("wool", "100 KGM")
    back = evil.act("return", quantityList=goods({"wool": "100 KGM"}))
    world.head(wool, back, evil.work("spinning", {"wool": "100 KGM"}, {"yarn": "100 KGM"}))
    return lot("yarn")


@bad("found-in-stock", OPEN_END, "STOCK_COUNT_GAIN")
def found_in_stock(world: World) -> str:
    """A stock count finds ten times the wool that there was."""
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM")
    count = anna.act("stock-count", quantityList=goods({"wool": "1000 KGM"}), **{"filiera:reason": "found"})
    world.head(wool, count, anna.work("spinning", {"wool": "1000 KGM"}, {"yarn": "1000 KGM"}))
    return lot("yarn")


# --- possession and handover ------------------------------------------------------------------------------------


@bad("never-held", REFUSED, "POSSESSION_NEVER_HELD BALANCE_WITHHELD LOT_AMOUNT_WITHHELD")
def never_held(world: World) -> str:
    """Evil spins Anna's wool as entry 0 of an account of its own, and hides the figures that could not be written."""
    anna, evil = world.company("anna"), world.company("evil")
    wool = anna.declare("wool", "100 KGM")
    account = [
        {"lot": lot("wool"), "lotSeq": 0, "before": "0", "after": "0", "uom": "KGM"},
        {"lot": lot("yarn"), "lotSeq": 0, "before": "0", "after": "100", "uom": "KGM"},
    ]
    hidden = (
        "inputQuantityList[].quantity",
        "outputQuantityList[].quantity",
        "filiera:account[].before",
        "filiera:account[].after",
    )
    spun = evil.work(
        "spinning",
        {"wool": "100 KGM"},
        {"yarn": "100 KGM"},
        hidden=hidden,
        **{"filiera:account": account},
    )
    world.head(wool, _closed(spun))
    return lot("yarn")


@bad("item-not-shown-to-be-held", OPEN_END, "POSSESSION_NOT_SHOWN")
def item_not_shown_to_be_held(world: World) -> str:
    """A recycler shreds a coat; how it came to the recycler does not show."""
    coats(world)
    recycler = world.company("recycler", "recycler")
    lists = {"inputEPCList": [item("coat 1")], "outputQuantityList": goods({"fibre": "1 KGM"})}
    world.head(recycler.act("recycling", "shredding", **lists, **yield_("fibre", "1")))
    return lot("fibre")


@bad("not-answered", OPEN_END, "HANDOVER_NOT_ANSWERED")
def not_answered(world: World) -> str:
    """The coat was shipped to the recycler, who shreds it without a receipt."""
    brand, _ = coats(world)
    recycler = world.company("recycler", "recycler")
    lists = {"inputEPCList": [item("coat 1")], "outputQuantityList": goods({"fibre": "1 KGM"})}
    sent = brand.ship_items(recycler, ["coat 1"])
    world.head(sent, recycler.act("recycling", "shredding", **lists, **yield_("fibre", "1")))
    return lot("fibre")


@bad("worked-before-it-came", REFUSED, "TIME_ORDER")
def worked_before_it_came(world: World) -> str:
    """The wool is spun a month before it was declared."""
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM", day="2026-03-02")
    world.head(wool, anna.work("spinning", {"wool": "100 KGM"}, {"yarn": "100 KGM"}, day="2026-02-02"))
    return lot("yarn")


@bad("received-before-it-left", REFUSED, "TIME_ORDER")
def received_before_it_left(world: World) -> str:
    """The receipt is dated a week before its shipment: more than any two time zones explain."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM", day="2026-02-01")
    shipment = anna.ship(bice, {"wool": "100 KGM"}, day="2026-03-09")
    world.head(wool, shipment, bice.receive(shipment, day="2026-03-02"))
    return lot("wool")


@bad("shipment-left-out", OPEN_END, "HANDOVER_SHIPMENT_MISSING")
def shipment_left_out(world: World) -> str:
    """Bice's receipt answers a shipment that is not in the file."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool)
    world.head(shipment, shown=False)
    world.head(bice.receive(shipment))
    return lot("wool")


@bad("shipment-taken-back", OPEN_END, "HANDOVER_SHIPMENT_MISSING CORRECTION_NEEDS_COUNTERPART")
def shipment_taken_back(world: World) -> str:
    """Anna takes back her shipment after Bice has confirmed it: the correction is followed, the handover falls."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool, shipment, bice.receive(shipment))
    world.head(anna.correct(shipment))
    return lot("wool")


def _handover(world: World, found: dict[str, str] | None = None, **claims: object) -> str:
    anna, bice = world.company("anna"), world.company("bice")
    wool, silk = anna.declare("wool", "100 KGM"), anna.declare("silk", "9 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool, silk, shipment, bice.receive(shipment, found, **claims))
    return lot("wool")


@bad("answered-by-another-id", REFUSED, "HANDOVER_ID_MISMATCH")
def answered_by_another_id(world: World) -> str:
    """The receipt names the shipment's digest under another id."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    answers = shipment.reference | {"id": wool.id}
    world.head(wool, shipment, bice.receive(shipment, **{"filiera:answers": answers}))
    return lot("wool")


@bad("received-other-goods", REFUSED, "HANDOVER_LOT_MISMATCH")
def received_other_goods(world: World) -> str:
    """Wool was sent, silk is confirmed under the same shipment, and the target is that silk."""
    _handover(world, {"silk": "9 KGM"})
    return lot("silk")


@bad("received-by-a-third-party", REFUSED, "HANDOVER_PARTY_MISMATCH")
def received_by_a_third_party(world: World) -> str:
    """The shipment was for Bice, Carla confirms it."""
    anna, bice, carla = world.company("anna"), world.company("bice"), world.company("carla")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool, shipment, carla.receive(shipment))
    return lot("wool")


@bad("received-from-a-third-party", REFUSED, "HANDOVER_PARTY_MISMATCH")
def received_from_a_third_party(world: World) -> str:
    """Bice confirms Anna's shipment as coming from Carla."""
    carla = world.company("carla")
    sources = [{"type": "possessing_party", "source": carla.urn}]
    return _handover(world, sourceList=sources)


@bad("received-in-other-units", OPEN_END, "HANDOVER_UNIT_MISMATCH")
def received_in_other_units(world: World) -> str:
    """A hundred kilos were sent and thirty metres confirmed: nobody can compare them."""
    return _handover(world, {"wool": "30 MTR"})


@bad("more-arrived", OPEN_END, "HANDOVER_OVER")
def more_arrived(world: World) -> str:
    """More arrives than was sent: somebody has counted wrong, and who does not show."""
    return _handover(world, {"wool": "104 KGM"})


@bad("confirmed-twice", REFUSED, "HANDOVER_RECEIVED_TWICE PROBABLE_DUPLICATE")
def confirmed_twice(world: World) -> str:
    """One shipment, confirmed twice in full: twice the wool."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool, shipment, bice.receive(shipment), bice.receive(shipment))
    return lot("wool")


def _closed(signed: Signed) -> Signed:
    """The token as its maker hands it out: without a single disclosure."""
    return replace(signed, token=signed.token.partition("~")[0] + "~")
