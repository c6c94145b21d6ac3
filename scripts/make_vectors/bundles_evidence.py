"""Borrowed proof, gamed yields, chosen dates, friends and papers shown twice; and honest makers who look like it.

Beside each story stands the code that it must get, and its text says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.checks.view import ChainKey
from protocol.roles import OPEN
from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import goods, lot, reference
from scripts.make_vectors.bundles_parts import coats, rolls, yield_

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company, Signed
    from scripts.make_vectors.bundles_world import World

good, bad = Stories(), Stories()
REFUSED, OPEN_END, EXPIRED, REVOKED = "refused", "not proven", "expired", "revoked"
MILL, OTHER_MILL = reference("facility", "mill"), reference("facility", "other mill")
AT_MILL = {"readPoint": {"id": MILL}, "bizLocation": {"id": MILL}}
WOOL = {"filiera:material": [{"fibre": "wool", "share": "1"}]}
_SPRING_2026 = 1_777_593_600  # 2026-05-01: two months after the day of the stories
_PAPER = "3" * 64


# --- evidence that does not cover the work ----------------------------------------------------------------------


def certificate(by: Company, owner: Company, **changes: Any) -> Signed:
    """A certificate of a mill for spinning, valid in 2026, as its issuer or its holder writes it down."""
    subject = {
        "type": "Certificate", "id": reference("certificate", "mill"), "version": 1, "validFrom": "2026-01-01",
        "validUntil": "2026-12-31", "scheme": "gots", "number": "C-1", "issuer": "Ente di prova", "holder": owner.urn,
        "facilities": [MILL], "processes": ["spinning"], "scope": ["process"], "status": "valid",
        "documents": [{"kind": "certificate"}], "filiera:participant": by.id.hex(),
    } | changes  # fmt: skip
    return by.say("FilieraMasterData", {name: value for name, value in subject.items() if value is not None})


def certified(
    world: World, *, by_holder: bool = False, left_out: bool = False, work: Any = None, **changes: Any
) -> str:
    """Anna spins at her mill and cites a certificate."""
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    paper = certificate(anna if by_holder else lab, anna, **changes)
    wool = anna.declare("wool", "100 KGM", **WOOL)
    cited = {"filiera:certificates": [paper.reference]} | AT_MILL | (work or {})
    yarn = anna.work("spinning", {"wool": "100 KGM"}, {"yarn": "90 KGM"}, "10 KGM", **cited)
    world.head(paper, shown=not left_out)
    world.head(wool, yarn)
    return lot("yarn")


@good("certificate-that-covers")
def certificate_that_covers(world: World) -> str:
    """The certifier signed the certificate with its own key; it covers the mill, spinning, and the day."""
    return certified(world)


@good("certificate-transcribed", codes="EVIDENCE_TRANSCRIBED")
def certificate_transcribed(world: World) -> str:
    """Anna writes down what her certificate says: it counts as her own word."""
    return certified(world, by_holder=True)


@good(
    "certificate-of-a-hidden-place",
    codes="EVIDENCE_PLACE_WITHHELD BALANCE_WITHHELD LOT_AMOUNT_WITHHELD",
    tier="public",
)
def certificate_of_a_hidden_place(world: World) -> str:
    """The public does not see in which mill the work was done, so it cannot see whether the certificate covers it."""
    return certified(world, work={"hidden": None})


@bad("certificate-of-another-mill", OPEN_END, "EVIDENCE_OTHER_FACILITY")
def certificate_of_another_mill(world: World) -> str:
    """The certificate is of Anna's other mill, the one where nobody spins."""
    return certified(world, facilities=[OTHER_MILL])


@bad("certificate-of-another-process", OPEN_END, "EVIDENCE_OTHER_PROCESS")
def certificate_of_another_process(world: World) -> str:
    """The certificate is for dyeing; Anna spins."""
    return certified(world, processes=["dyeing"])


@bad("certificate-of-another-product", OPEN_END, "EVIDENCE_OTHER_PRODUCT")
def certificate_of_another_product(world: World) -> str:
    """The certificate names one lot, and it is none of those behind the yarn."""
    return certified(world, lots=[lot("another wool")])


@bad("certificate-of-another-company", OPEN_END, "EVIDENCE_OTHER_HOLDER")
def certificate_of_another_company(world: World) -> str:
    """The certificate of the process is in Bice's name; Anna did the work."""
    return certified(world, holder=world.company("bice").urn)


@bad("certificate-expired", EXPIRED, "EVIDENCE_NOT_VALID_THEN")
def certificate_expired(world: World) -> str:
    """The certificate ended the day before the work."""
    return certified(world, validUntil="2026-03-01")


@bad("certificate-begun-later", EXPIRED, "EVIDENCE_NOT_VALID_THEN")
def certificate_begun_later(world: World) -> str:
    """The certificate begins the day after the work."""
    return certified(world, validFrom="2026-03-03")


@good("certificate-on-its-last-day")
def certificate_on_its_last_day(world: World) -> str:
    """The last day of validity is a day of validity."""
    return certified(world, validUntil="2026-03-02")


@bad("certificate-left-out", OPEN_END, "EVIDENCE_ABSENT")
def certificate_left_out(world: World) -> str:
    """The step cites a certificate that whoever wrote the file kept back: absent is not false, and not proven."""
    return certified(world, left_out=True)


@bad("certificate-suspended", OPEN_END, "EVIDENCE_SUSPENDED")
def certificate_suspended(world: World) -> str:
    """Two months later the certifier suspends the certificate."""
    return _later_word(world, "suspended")


@bad("certificate-revoked", REVOKED, "EVIDENCE_REVOKED")
def certificate_revoked(world: World) -> str:
    """Two months later the certifier withdraws the certificate: the yarn that rests on it falls with it."""
    return _later_word(world, "withdrawn")


@good("certificate-revoked-by-a-rival")
def certificate_revoked_by_a_rival(world: World) -> str:
    """Bice, who has nothing to say about it, "withdraws" Anna's certificate: nothing happens."""
    return _later_word(world, "withdrawn", rival=True)


@good("certificate-revoked-for-others")
def certificate_revoked_for_others(world: World) -> str:
    """The certificate that falls is another one: this yarn does not rest on it."""
    target = certified(world)
    lab, anna = world.companies[1], world.companies[0]
    other = {"id": reference("certificate", "other"), "number": "C-2"}
    first = certificate(lab, anna, **other)
    world.head(first)
    world.head(_withdrawn(lab, anna, first, "withdrawn", **other))
    return target


def _later_word(world: World, status: str, *, rival: bool = False) -> str:
    target = certified(world)
    anna, lab = world.companies
    first = certificate(lab, anna)
    world.head(_withdrawn(world.company("bice") if rival else lab, anna, first, status))
    return target


def _withdrawn(by: Company, holder: Company, first: Signed, status: str, **changes: Any) -> Signed:
    later = {"version": 2, "validFrom": "2026-05-04", "replaces": first.reference, "status": status}
    return certificate(by, holder, **later | changes)


@bad("declaration-of-another-lot", OPEN_END, "EVIDENCE_OTHER_PRODUCT")
def declaration_of_another_lot(world: World) -> str:
    """The data sheet that Anna cites for her dyeing is about a lot that is not in this chain."""
    anna = world.company("anna")
    said = anna.act(
        "chemical-declaration", quantityList=[{"epcClass": lot("silk"), "quantity": "1", "uom": "KGM"}]
    )
    wool = anna.declare("wool", "50 KGM")
    cited = {"filiera:substances": None, "filiera:evidence": [said.reference]}
    world.head(said, wool, anna.work("dyeing", {"wool": "50 KGM"}, {"dyed": "50 KGM"}, **cited))
    return lot("dyed")


# --- certificates and papers used twice --------------------------------------------------------------------------


@bad("certificate-used-up", REFUSED, "CERTIFICATE_OVERDRAWN")
def certificate_used_up(world: World) -> str:
    """The certificate is good for 100 kilos of wool; under it Anna declares 80 and 30."""
    return _declared_under(world, "110 KGM", "80 KGM", "30 KGM")


@good("certificate-used-to-the-last-kilo")
def certificate_used_to_the_last_kilo(world: World) -> str:
    """80 and 20 kilos are 100; the yarn that is made of them cites the certificate too and uses nothing more."""
    return _declared_under(world, "100 KGM", "80 KGM", "20 KGM")


def _declared_under(world: World, made: str, *amounts: str) -> str:
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    quantity = {"quantity": "100", "uom": "KGM"}
    paper = certificate(lab, anna, quantity=quantity, scope=["transaction"], processes=None, facilities=None)
    cited = {"filiera:certificates": [paper.reference]}
    wools = [anna.declare(f"wool {number}", amount, **cited) for number, amount in enumerate(amounts)]
    takes = {f"wool {number}": amount for number, amount in enumerate(amounts)}
    world.head(paper, *wools, anna.work("blending", takes, {"yarn": made}, **cited))
    return lot("yarn")


@bad("delivery-note-twice", OPEN_END, "DOCUMENT_REUSED")
def delivery_note_twice(world: World) -> str:
    """Two deliveries of two wools, days apart, show the same delivery note, byte for byte."""
    return _two_deliveries(world, "transport-document", "2026-03-04")


@good("invoice-of-the-month")
def invoice_of_the_month(world: World) -> str:
    """Two deliveries of one month to one customer stand on one invoice, as is the custom."""
    return _two_deliveries(world, "invoice", "2026-03-04")


def _two_deliveries(world: World, kind: str, day: str) -> str:
    anna, bice = world.company("anna"), world.company("bice")
    paper = {"filiera:documents": [{"kind": kind, "sha256": _PAPER}]}
    wools = [anna.declare(name, "50 KGM") for name in ("wool 1", "wool 2")]
    numbers = iter(("DDT 1/2026", "DDT 2/2026"))
    sent = [
        anna.ship(bice, {name: "50 KGM"}, day=when, bizTransactionList=[_number(next(numbers))], **paper)
        for name, when in (("wool 1", "2026-03-02"), ("wool 2", day))
    ]
    came = [bice.receive(each, day=day) for each in sent]
    blend = bice.work("blending", {"wool 1": "50 KGM", "wool 2": "50 KGM"}, {"blend": "100 KGM"}, day=day)
    world.head(*wools, *sent, *came, blend)
    return lot("blend")


def _number(text: str) -> dict[str, str]:
    return {"type": "desadv", "bizTransaction": text}


@bad("test-of-another-lot", OPEN_END, "DOCUMENT_REUSED")
def test_of_another_lot(world: World) -> str:
    """One laboratory report is told for the dyed wool and, by another record, for the silk."""
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    lots = {"wool": anna.declare("wool", "50 KGM"), "silk": anna.declare("silk", "50 KGM")}
    tests = [
        lab.act("lab-test", quantityList=[{"epcClass": lot(name), "quantity": "1", "uom": "KGM"}])
        for name in lots
    ]
    blend = anna.work("blending", {"wool": "50 KGM", "silk": "50 KGM"}, {"blend": "100 KGM"})
    world.head(*lots.values(), *tests, blend)
    return lot("blend")


@bad("sold-twice-on-paper", OPEN_END, "PROBABLE_DUPLICATE")
def sold_twice_on_paper(world: World) -> str:
    """Two shipments of the same 50 kilos to the same customer on the same delivery note, on different days."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    sent = [anna.ship(bice, {"wool": "50 KGM"}, day=day) for day in ("2026-03-02", "2026-03-03")]
    numbers = ("RIC 1/2026", "RIC 2/2026")
    came = [
        bice.receive(
            each, day="2026-03-04", bizTransactionList=[{"type": "recadv", "bizTransaction": number}]
        )
        for each, number in zip(sent, numbers, strict=True)
    ]
    world.head(wool, *sent, *came)
    return lot("wool")


# --- yields and measures -----------------------------------------------------------------------------------------


@bad("yield-too-poor", OPEN_END, "YIELD_OUT_OF_BAND")
def yield_too_poor(world: World) -> str:
    """Of 100 kilos of wool only 40 become yarn; the rest is called scrap. No mill spins like that."""
    return _spun(world, "40 KGM", "60 KGM")


@bad("yield-too-rich", OPEN_END, "YIELD_OUT_OF_BAND")
def yield_too_rich(world: World) -> str:
    """Seed cotton gives a third of its mass as lint; here it gives three quarters."""
    anna = world.company("anna")
    cotton = anna.declare("cotton", "100 KGM", **{"filiera:material": [{"fibre": "cotton", "share": "1"}]})
    world.head(cotton, anna.work("ginning", {"cotton": "100 KGM"}, {"lint": "75 KGM"}, "25 KGM"))
    return lot("lint")


@bad("scrap-gone-nowhere", OPEN_END, "SCRAP_WITHOUT_DESTINATION")
def scrap_gone_nowhere(world: World) -> str:
    """Ten kilos of scrap, and nobody says where they went."""
    left = [{"quantity": "10", "uom": "KGM", "destination": "unknown"}]
    return _spun(world, "90 KGM", "", **{"filiera:scrap": left})


def _spun(world: World, made: str, scrap: str, **claims: Any) -> str:
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM", **WOOL)
    world.head(wool, anna.work("spinning", {"wool": "100 KGM"}, {"yarn": made}, scrap, **claims))
    return lot("yarn")


@bad("cloth-heavier-than-its-yarn", REFUSED, "CONVERSION_MISMATCH")
def cloth_heavier_than_its_yarn(world: World) -> str:
    """300 metres at 300 g/m² and 150 cm weigh 135 kilos; 100 kilos of yarn went in."""
    anna = world.company("anna")
    cloth = {"filiera:parameters": {"grammage": "300", "width": "150"}} | yield_("cloth", "3")
    world.head(
        anna.declare("yarn", "100 KGM", "raw-material"),
        anna.work("weaving", {"yarn": "100 KGM"}, {"cloth": "300 MTR"}, **cloth),
    )
    return lot("cloth")


@bad("more-pieces-than-cloth", REFUSED, "CONVERSION_MISMATCH")
def more_pieces_than_cloth(world: World) -> str:
    """Forty pieces at two metres each need 80 metres; 60 were cut."""
    anna = world.company("anna")
    cut = {"filiera:parameters": {"consumptionPerPiece": "2"}} | yield_("parts", "0.666667")
    lists = {"inputQuantityList": rolls("cloth", "60"), "outputQuantityList": goods({"parts": "40 C62"})}
    world.head(anna.declare("cloth", "60 MTR", "raw-material"), anna.act("process", "cutting", **lists | cut))
    return lot("parts")


@good("gain-by-moisture", codes="GAIN_BY_MOISTURE")
def gain_by_moisture(world: World) -> str:
    """Wool is weighed dry, at 8 % of moisture, and the yarn at 17 %: 100 kilos become 108, and none is invented."""
    return _wet(world, "108 KGM", "17")


@bad("gain-beyond-moisture", REFUSED, "BALANCE_GAIN YIELD_OUT_OF_BAND")
def gain_beyond_moisture(world: World) -> str:
    """The yarn is said to hold 40 % of water; more than wool's agreed allowance is nobody's gain."""
    return _wet(world, "125 KGM", "40")


def _wet(world: World, made: str, after: str) -> str:
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM", **WOOL)
    measured = {"filiera:parameters": {"moistureIn": "8", "moistureOut": after}}
    world.head(wool, anna.work("spinning", {"wool": "100 KGM"}, {"yarn": made}, **measured))
    return lot("yarn")


@good("gain-by-dye")
def gain_by_dye(world: World) -> str:
    """Three kilos of dye go onto 100 kilos of wool, and 102 come out."""
    anna = world.company("anna")
    dye = [{"name": "Acid Green 25", "quantity": "3", "uom": "KGM"}]
    wool = anna.declare("wool", "100 KGM", **WOOL)
    dyed = anna.work("dyeing", {"wool": "100 KGM"}, {"dyed": "102 KGM"}, **{"filiera:substances": dye})
    world.head(wool, dyed)
    return lot("dyed")


@good("gain-by-stretch")
def gain_by_stretch(world: World) -> str:
    """Finishing stretches 100 metres of cloth to 104."""
    return _stretched(world, "104 MTR")


@bad("gain-beyond-stretch", REFUSED, "BALANCE_GAIN")
def gain_beyond_stretch(world: World) -> str:
    """No frame makes 120 metres of 100."""
    return _stretched(world, "120 MTR")


def _stretched(world: World, made: str) -> str:
    anna = world.company("anna")
    cloth = anna.declare("cloth", "100 MTR", "raw-material")
    world.head(cloth, anna.work("finishing", {"cloth": "100 MTR"}, {"finished": made}))
    return lot("finished")


# --- dates, corrections, keys ------------------------------------------------------------------------------------


@good("declared-late", codes="DECLARED_LATE")
def declared_late(world: World) -> str:
    """Signed as of 2 March, in a head of 1 May: the day is what Anna says."""
    world.clock = _SPRING_2026
    anna = world.company("anna")
    world.head(anna.declare("wool", "50 KGM"))
    return lot("wool")


@good("opening-stock-in-its-sixty-days", codes="ORIGIN_OPENING_STOCK")
def opening_stock_in_its_sixty_days(world: World) -> str:
    """Opening stock has sixty days, and takes them."""
    world.clock = _SPRING_2026
    anna = world.company("anna")
    world.head(anna.act("opening-stock", quantityList=goods({"wool": "50 KGM"})))
    return lot("wool")


@bad("day-chosen-for-the-certificate", OPEN_END, "TIME_CONTRADICTED")
def day_chosen_for_the_certificate(world: World) -> str:
    """The certificate is of March, and so is the day that Anna writes; Bice sent her the wool in January and had the
    yarn back in April: on no day that Bice signed was it valid."""
    return _dated(world, "2026-03-02", "2026-04-20")


@good("day-the-counterpart-bears-out")
def day_the_counterpart_bears_out(world: World) -> str:
    """The certificate was valid when Bice received the yarn, too."""
    return _dated(world, "2026-02-01", "2026-03-03")


def _dated(world: World, valid_from: str, back: str) -> str:
    anna, bice = world.company("anna"), world.company("bice")
    lab = world.company("laboratory", "certifier")
    ends = {"validFrom": valid_from, "validUntil": "2026-03-31"}
    paper = certificate(lab, anna, **ends)
    wool = bice.declare("wool", "100 KGM", day="2026-01-10", **WOOL)
    sent = bice.ship(anna, {"wool": "100 KGM"}, day="2026-01-12")
    came = anna.receive(sent, day="2026-01-13")
    cited = {"filiera:certificates": [paper.reference]} | AT_MILL
    yarn = anna.work("spinning", {"wool": "100 KGM"}, {"yarn": "90 KGM"}, "10 KGM", **cited)
    returned = anna.ship(bice, {"yarn": "90 KGM"}, day=back)
    world.head(paper, wool, sent, came, yarn, returned, bice.receive(returned, day=back))
    return lot("yarn")


@bad("receipt-taken-back-alone", OPEN_END, "CORRECTION_NEEDS_COUNTERPART")
def receipt_taken_back_alone(world: World) -> str:
    """Bice takes back the receipt that she has signed; Anna's shipment stands, and she has signed nothing about it."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    came = bice.receive(shipment)
    world.head(wool, shipment, came)
    world.head(bice.correct(came))
    return lot("wool")


@good("handover-taken-back-by-both")
def handover_taken_back_by_both(world: World) -> str:
    """The goods never left: Bice takes back her receipt, and Anna her shipment."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    came = bice.receive(shipment)
    world.head(wool, shipment, came)
    world.head(bice.correct(came), anna.correct(shipment))
    return lot("wool")


@good("receipt-signed-again")
def receipt_signed_again(world: World) -> str:
    """Bice takes back a receipt with swapped figures and signs it again: two parties stand for it as before."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "100 KGM")
    shipment = anna.ship(bice, {"wool": "100 KGM"})
    wrong = bice.receive(shipment, {"wool": "10 KGM"})
    world.head(wool, shipment, wrong)
    world.head(bice.correct(wrong), bice.receive(shipment))
    return lot("wool")


@bad(
    "corrected-after-the-passport",
    REFUSED,
    "CORRECTED_AFTER_PASSPORT GRAPH_DIGEST_MISMATCH TARGET_NOT_MADE PASSPORT_NOT_OF_ISSUER",
)
def corrected_after_the_passport(world: World) -> str:
    """The passport is out; then the brand takes back the birth of the coat that it is about."""
    brand, made = coats(world)
    passport = brand.passport("S1", reference("item", "coat 1"), made)
    world.head(passport)
    world.register(passport)
    world.head(brand.correct(made[-1]))
    return reference("item", "coat 1")


@good("key-added-by-the-coordinator", codes="KEY_ADDED_WITHOUT_HOLDER")
def key_added_by_the_coordinator(world: World) -> str:
    """The key that signs for Anna was put in her name by the coordinator: the record stands, and it is said."""
    anna = world.company("anna")
    anna.window = ChainKey(3, 1, OPEN, 0, 2)
    world.head(anna.declare("wool", "50 KGM"))
    return lot("wool")


@good("attested-inside-the-group", figures={"short-chain/links-proven": "0.0000"})
def attested_inside_the_group(world: World) -> str:
    """The laboratory that tests Anna's cloth is of Anna's own group: its word attests nothing."""
    anna, lab = world.company("anna"), world.company("laboratory", "certifier")
    for company in (anna, lab):
        world.member(company, controlGroup="Gruppo Uno")
    wool = anna.declare("wool", "50 KGM")
    dyed = anna.work("dyeing", {"wool": "50 KGM"}, {"dyed": "50 KGM"})
    test = lab.act("lab-test", quantityList=[{"epcClass": lot("dyed"), "quantity": "1", "uom": "KGM"}])
    world.head(wool, dyed, test)
    return lot("dyed")
