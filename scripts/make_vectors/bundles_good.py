"""Good graphs, from one step to a thousand: each verifies, with the notices that it deserves and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from protocol.checks.view import ChainKey
from protocol.roles import OPEN
from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import item, lot, reference
from scripts.make_vectors.bundles_parts import (
    VIRGIN,
    coats,
    discreet,
    network,
    rolls,
    states,
    yield_,
)
from scripts.make_vectors.bundles_world import SECOND

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_world import World

good = Stories()

WITHHELD = "LOT_AMOUNT_WITHHELD BALANCE_WITHHELD HANDOVER_PARTY_WITHHELD HANDOVER_QUANTITY_WITHHELD"


@good(
    "one-step",
    figures={"short-chain/companies": "1", "short-chain/tiers": "1", "circularity/second-life": "0"},
)
def one_step(world: World) -> str:
    """Anna declares a lot of wool. The smallest thing that can be verified."""
    world.head(world.company("anna").declare("wool", "120 KGM"))
    return lot("wool")


@good("one-step-ed25519")
def one_step_ed25519(world: World) -> str:
    """The same with an Ed25519 key."""
    world.head(world.company("anna", alg="EdDSA").declare("wool", "120 KGM"))
    return lot("wool")


@good("spun", figures={"short-chain/companies": "1", "circularity/recycled-content": "0.0000"})
def spun(world: World) -> str:
    """Wool becomes yarn, in two heads; what is lost is said to be scrap."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM", **VIRGIN)
    world.head(wool)
    world.head(anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "110.4 KGM"}, "9.6 KGM"))
    return lot("yarn")


@good(
    "handed-over",
    figures={"short-chain/companies": "2", "short-chain/tiers": "1", "short-chain/links-proven": "0.7500"},
)
def handed_over(world: World) -> str:
    """Anna spins, Bice receives the yarn: shipment, receipt and spinning are countersigned, the wool is not."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "120 KGM")
    yarn = anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "110 KGM"}, "10 KGM")
    shipment = anna.ship(bice, {"yarn": "110 KGM"})
    world.head(wool, yarn)
    world.head(shipment, bice.receive(shipment))
    return lot("yarn")


@good("split", figures={"short-chain/companies": "1"})
def split(world: World) -> str:
    """One lot is used in two steps; the account of the wool shows both."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"), anna.work("spinning", {"wool": "50 KGM"}, {"fine": "50 KGM"}))
    world.head(anna.work("spinning", {"wool": "70 KGM"}, {"coarse": "70 KGM"}))
    return lot("coarse")


@good("merge", figures={"circularity/recycled-content": "0.2500"})
def merge(world: World) -> str:
    """Virgin wool and recovered wool are blended, three to one: a quarter of the blend was waste before."""
    anna = world.company("anna")
    world.head(
        anna.declare("wool", "75 KGM", **VIRGIN),
        anna.declare("rags", "25 KGM", "recovered-waste"),
        anna.work("blending", {"wool": "75 KGM", "rags": "25 KGM"}, {"blend": "100 KGM"}),
    )
    return lot("blend")


@good("rework")
def rework(world: World) -> str:
    """Coats are made, ironed and mended: the same goods in their second and third state."""
    anna = world.company("anna")
    world.head(
        anna.declare("coats", "12 C62", "raw-material"),
        anna.work("ironing", {"coats": "12 C62"}, {"coats#2": "12 C62"}),
        anna.work("rework", {"coats#2": "12 C62"}, {"coats#3": "12 C62"}),
    )
    return lot("coats#3")


@good("aggregated")
def aggregated(world: World) -> str:
    """Cloth is packed, travels, and is unpacked: packing changes nobody's holding."""
    anna, bice = world.company("anna"), world.company("bice")
    box = reference("package", "box")
    cloth = anna.declare("cloth", "80 MTR", "raw-material")
    packed = anna.act("packing", parentID=box, childQuantityList=rolls("cloth", "80"))
    shipment = anna.ship(bice, {"cloth": "80 MTR"})
    received = bice.receive(shipment)
    opened = bice.act("unpacking", parentID=box, childQuantityList=rolls("cloth", "80"))
    world.head(cloth, packed, shipment, received, opened)
    return lot("cloth")


@good("on-behalf", codes="HANDOVER_ONE_SIGNER")
def on_behalf(world: World) -> str:
    """A workshop that is not on the platform sews; the brand notifies both handovers, so neither confirms the other."""
    return outsourced(world, hidden=())


@good("on-behalf-named", codes="HANDOVER_ONE_SIGNER", tier="authority")
def on_behalf_named(world: World) -> str:
    """Two such workshops share the cloth, and only those who may know see which."""
    return outsourced(world, hidden=None, others=True)


@good("on-behalf-unnamed", codes=f"{WITHHELD} HANDOVER_ONE_SIGNER", tier="public")
def on_behalf_unnamed(world: World) -> str:
    """The same as anybody reads it: whose goods each record moves shows by the accounts, without a name."""
    return outsourced(world, hidden=None, others=True)


def outsourced(world: World, hidden: tuple[str, ...] | None, *, others: bool = False) -> str:
    """The brand's cloth is sewn elsewhere, `others`: half of it at a second workshop."""
    brand = world.company("brand", "brand")
    cloth = brand.declare("cloth", "80 MTR", "raw-material", hidden=hidden)
    signed = [cloth]
    for name, sewn_lot in {"workshop": "coats", **({"atelier": "jackets"} if others else {})}.items():
        party = reference("party", name)
        there = {"filiera:onBehalfOf": {"party": party, "basis": {"kind": "contract"}}}
        towards = {"destinationList": [{"type": "possessing_party", "destination": party}]}
        back = {"sourceList": [{"type": "possessing_party", "source": party}]}
        out = brand.ship(brand, {"cloth": "40 MTR"}, hidden=hidden, **towards)
        arrived = brand.receive(out, hidden=hidden, **there)
        share = yield_(sewn_lot, "0.5")
        sewn = brand.work(
            "sewing", {"cloth": "40 MTR"}, {sewn_lot: "20 C62"}, hidden=hidden, **share, **there
        )
        home = brand.ship(brand, {sewn_lot: "20 C62"}, hidden=hidden, **back, **there)
        signed += [out, arrived, sewn, home, brand.receive(home, hidden=hidden)]
    world.head(*signed)
    return lot("coats")


@good("opening-stock", codes="ORIGIN_OPENING_STOCK")
def opening_stock(world: World) -> str:
    """The yarn was in the store before the company joined: the chain ends there, and says so."""
    anna = world.company("anna")
    stock = anna.act(
        "opening-stock", quantityList=[{"epcClass": lot("yarn"), "quantity": "40", "uom": "KGM"}]
    )
    world.head(stock, anna.work("knitting", {"yarn": "40 KGM"}, {"knit": "40 KGM"}))
    return lot("knit")


@good("bought-in", codes="ORIGIN_NOT_RAW")
def bought_in(world: World) -> str:
    """The chain ends at yarn that was bought: an honest origin, though not a raw one."""
    anna = world.company("anna")
    yarn = anna.declare("yarn", "40 KGM", "yarn")
    world.head(yarn, anna.work("knitting", {"yarn": "40 KGM"}, {"knit": "40 KGM"}))
    return lot("knit")


@good("contoterzi", figures={"short-chain/companies": "2", "short-chain/tiers": "2"})
def contoterzi(world: World) -> str:
    """Work for a third party: cloth goes to the workshop and comes back as coats, the owner never changes."""
    brand, workshop = world.company("brand", "brand"), world.company("workshop")
    cloth = brand.declare("cloth", "60 MTR", "raw-material")
    out = brand.ship(workshop, {"cloth": "60 MTR"}, **{"filiera:maySubcontract": False})
    arrived = workshop.receive(out)
    sewn = workshop.work("sewing", {"cloth": "60 MTR"}, {"coats": "30 C62"}, **yield_("coats", "0.5"))
    back = workshop.ship(brand, {"coats": "30 C62"})
    world.head(cloth, out, arrived)
    world.head(sewn, back, brand.receive(back))
    return lot("coats")


@good("partial-deliveries")
def partial_deliveries(world: World) -> str:
    """One shipment arrives in two deliveries, both answer it, together they are what was sent."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    first = bice.receive(shipment, {"wool": "60 KGM"}, **{"filiera:reason": "partial"})
    second = bice.receive(shipment, {"wool": "40 KGM"}, day="2026-03-05")
    world.head(wool, shipment, first)
    world.head(second, bice.work("spinning", {"wool": "100 KGM"}, {"yarn": "100 KGM"}, day="2026-03-06"))
    return lot("yarn")


@good("two-shipments")
def two_shipments(world: World) -> str:
    """A lot travels in two shipments, each with its receipt."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    one, two = anna.ship(bice, {"wool": "30 KGM"}), anna.ship(bice, {"wool": "70 KGM"})
    world.head(wool, one, two, bice.receive(two), bice.receive(one))
    return lot("wool")


@good("short-delivery", codes="HANDOVER_SHORT")
def short_delivery(world: World) -> str:
    """Less arrives than was sent: said, not refused."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool, shipment, bice.receive(shipment, {"wool": "98.5 KGM"}, **{"filiera:reason": "short"}))
    return lot("wool")


@good("corrected")
def corrected(world: World) -> str:
    """Spun with the wrong figures, taken back by an error declaration, signed again: both are there, one counts."""
    anna = world.company("anna")
    wool = anna.declare("wool", "120 KGM")
    wrong = anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "101 KGM"}, "19 KGM")
    world.head(wool, wrong)
    taken_back = anna.correct(wrong)
    world.head(taken_back, anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "110 KGM"}, "10 KGM"))
    return lot("yarn")


@good("components", codes="ORIGIN_NOT_RAW", figures={"short-chain/companies": "1"})
def components(world: World) -> str:
    """A coat of shell, lining and buttons; the metres lead, the pieces follow by the declared yield."""
    anna = world.company("anna")
    used = [
        {"lot": lot(name), "component": part}
        for name, part in (("shell", "shell"), ("silk", "lining"), ("buttons", "trims"))
    ]
    world.head(
        anna.declare("shell", "50 MTR", "fabric"),
        anna.declare("silk", "30 MTR", "fabric"),
        anna.declare("buttons", "120 C62", "trim"),
        anna.work(
            "sewing",
            {"shell": "50 MTR", "silk": "30 MTR", "buttons": "120 C62"},
            {"coats": "20 C62"},
            **{"filiera:component": used},
            **yield_("coats", "0.25"),
        ),
    )
    return lot("coats")


@good("wide-units")
def wide_units(world: World) -> str:
    """Kilos of yarn into metres of cloth into pieces: each change of unit has its declared yield."""
    anna = world.company("anna")
    cloth = {"filiera:parameters": {"grammage": "300", "width": "150"}} | yield_("cloth", "2.2")
    world.head(
        anna.declare("yarn", "100 KGM", "raw-material"),
        anna.work("weaving", {"yarn": "100 KGM"}, {"cloth": "220 MTR"}, **cloth),
        anna.work("cutting", {"cloth": "220 MTR"}, {"parts": "110 C62"}, **yield_("parts", "0.5")),
        anna.work("sewing", {"parts": "110 C62"}, {"coats": "55 C62"}),
    )
    return lot("coats")


@good("scrap-and-by-products", codes="BALANCE_LOSS_UNEXPLAINED")
def scrap_and_by_products(world: World) -> str:
    """Combing leaves noils, a lot of their own, and scrap without one; half a kilo is missing and is said."""
    anna = world.company("anna")
    left = {
        "filiera:byProducts": [{"epcClass": lot("noils"), "quantity": "8", "uom": "KGM"}],
        "filiera:scrap": [{"quantity": "1.5", "uom": "KGM", "destination": "process-loss"}],
    }
    world.head(
        anna.declare("wool", "100 KGM"), anna.work("combing", {"wool": "100 KGM"}, {"tops": "90 KGM"}, **left)
    )
    return lot("tops")


@good("open-to-members", tier="legitimate")
def open_to_members(world: World) -> str:
    """The makers hide what is hidden by default; a member is shown all but the links between records."""
    return discreet(world)


@good("open-to-authorities", tier="authority")
def open_to_authorities(world: World) -> str:
    """The same evidence as an authority reads it: everything."""
    return discreet(world)


@good("closed-to-the-public", codes=WITHHELD, tier="public")
def closed_to_the_public(world: World) -> str:
    """The same evidence as anybody reads it: quantities and parties are withheld, which refuses nothing."""
    return discreet(world)


@good("two-logs")
def two_logs(world: World) -> str:
    """Anna's node and Bice's node keep a log each; the history crosses both."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    world.head(wool)
    world.head(bice.receive(shipment), log=SECOND)
    world.head(shipment)
    world.head(bice.work("spinning", {"wool": "100 KGM"}, {"yarn": "100 KGM"}), log=SECOND)
    return lot("yarn")


@good("many-heads")
def many_heads(world: World) -> str:
    """Nine records in nine heads of one log, with heads about other goods in between that the bundle does not need."""
    anna, other = world.company("anna"), world.company("other")
    for number, step in enumerate(states(anna, 9)):
        world.head(step)
        world.head(other.declare(f"silk {number}", "1 KGM"), shown=False)
    return lot("goods#9")


@good("unrelated", figures={"short-chain/companies": "1"})
def unrelated(world: World) -> str:
    """Records about other goods ride along: they change nothing."""
    anna, other = world.company("anna"), world.company("other")
    wool = anna.declare("wool", "120 KGM")
    world.head(
        wool, other.declare("silk", "3 KGM"), other.work("spinning", {"silk": "3 KGM"}, {"thread": "3 KGM"})
    )
    return lot("wool")


@good("keys-changed")
def keys_changed(world: World) -> str:
    """Anna changes her key between two records; each was signed in its key's window."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"))
    later = replace(anna, key_number=1, seq=0, previous=None)
    anna.window = ChainKey(3, 1, world.block + 1, 0)
    later.window = ChainKey(3, world.block + 1, OPEN, 0)
    world.companies.append(later)
    world.head(later.work("spinning", {"wool": "120 KGM"}, {"yarn": "120 KGM"}))
    return lot("yarn")


@good("key-disputed-later", codes="KEY_DISPUTED_LATER")
def key_disputed_later(world: World) -> str:
    """A key is declared compromised from a block on: what it had signed stands, and is said to be disputed."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"))
    anna.window = ChainKey(3, 1, world.block + 5, world.block)
    return lot("wool")


@good("sold-and-returned", codes="ORIGIN_NOT_RAW", figures={"circularity/second-life": "1"})
def sold_and_returned(world: World) -> str:
    """A coat is sold, comes back, and is mended."""
    brand, _ = coats(world)
    coat = [item("coat 1")]
    sold = brand.act("retail-sale", epcList=coat)
    back = brand.act("return", epcList=coat, day="2026-04-01")
    mended = brand.act("repair", epcList=coat, day="2026-04-08", **{"filiera:parts": None})
    world.head(sold, back, mended)
    return item("coat 1")


@good("recycled", codes="ORIGIN_NOT_RAW HANDOVER_SHORT", figures={"short-chain/companies": "2"})
def recycled(world: World) -> str:
    """Twelve of thirteen worn coats reach the recycler and become fibre again."""
    brand, recycler = world.company("brand", "brand"), world.company("recycler", "recycler")
    worn = brand.declare("worn", "13 C62", "garment")
    shipment = brand.ship(recycler, {"worn": "13 C62"})
    arrived = recycler.receive(shipment, {"worn": "12 C62"}, **{"filiera:reason": "short"})
    lists = {
        "inputQuantityList": [{"epcClass": lot("worn"), "quantity": "12", "uom": "C62"}],
        "outputQuantityList": [{"epcClass": lot("fibre"), "quantity": "9", "uom": "KGM"}],
    }
    world.head(
        worn, shipment, arrived, recycler.act("recycling", "shredding", **lists, **yield_("fibre", "0.75"))
    )
    return lot("fibre")


@good("counted")
def counted(world: World) -> str:
    """The stock is counted and found to be half a kilo less: the account follows the count."""
    anna = world.company("anna")
    wool = anna.declare("wool", "40 KGM")
    counted_ = anna.act(
        "stock-count", quantityList=[{"epcClass": lot("wool"), "quantity": "39.5", "uom": "KGM"}]
    )
    world.head(wool, counted_, anna.work("spinning", {"wool": "39.5 KGM"}, {"yarn": "39.5 KGM"}))
    return lot("yarn")


@good("tested", figures={"chemicals/tests-passed": "1", "chemicals/tests-failed": "0"})
def tested(world: World) -> str:
    """A laboratory tests the dyed yarn and finds it conformant."""
    anna, laboratory = world.company("anna"), world.company("laboratory", "certifier")
    wool = anna.declare("wool", "50 KGM")
    dyed = anna.work("dyeing", {"wool": "50 KGM"}, {"dyed": "50 KGM"})
    test = laboratory.act("lab-test", quantityList=[{"epcClass": lot("dyed"), "quantity": "1", "uom": "KGM"}])
    world.head(wool, dyed, test)
    return lot("dyed")


@good(
    "related-companies",
    codes="COUNTERPARTY_RELATED",
    figures={"short-chain/companies": "1", "short-chain/links-proven": "0.0000"},
)
def related_companies(world: World) -> str:
    """Sender and receiver are of one control group, by the coordinator's word: they confirm nothing to each other."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "120 KGM")
    shipment = anna.ship(bice, {"wool": "120 KGM"})
    for company in (anna, bice):
        world.member(company, controlGroup="Gruppo Uno")
    world.head(wool, shipment, bice.receive(shipment))
    return lot("wool")


@good("placed", figures={"short-chain/in-italy": "1.0000", "short-chain/in-eu": "1.0000"})
def placed(world: World) -> str:
    """The mill's place is known from its master data: the one working step was in Italy."""
    anna = world.company("anna")
    mill = reference("facility", "mill")
    subject = {
        "type": "Facility", "id": mill, "version": 1, "validFrom": "2020-01-01", "name": "Filatura",
        "party": anna.urn, "address": {"country": "IT", "province": "PO"}, "filiera:participant": anna.id.hex(),
    }  # fmt: skip
    at = {"readPoint": {"id": mill}, "bizLocation": {"id": mill}}
    wool = anna.declare("wool", "30 KGM", **at)
    spun_ = anna.work("spinning", {"wool": "30 KGM"}, {"yarn": "30 KGM"}, **at)
    world.head(anna.say("FilieraMasterData", subject), wool, spun_)
    return lot("yarn")


@good("hundred-events", codes="BALANCE_LOSS_UNEXPLAINED")
def hundred_events(world: World) -> str:
    """A hundred events of four companies: lots are split, merged and handed on, as chance (seeded) will have it."""
    return network(world, 100)


@good("thousand-events", codes="BALANCE_LOSS_UNEXPLAINED", figures={"short-chain/companies": "4"})
def thousand_events(world: World) -> str:
    """A thousand events of four companies."""
    return network(world, 1000)


@good("deep", figures={"short-chain/companies": "1", "short-chain/tiers": "1"})
def deep(world: World) -> str:
    """Four hundred steps on the same coats, one after the other: a reader that recurses must not run out of stack."""
    steps = states(world.company("anna"), 400, "50 C62")
    for start in range(0, len(steps), 100):
        world.head(*steps[start : start + 100])
    return lot("goods#400")
