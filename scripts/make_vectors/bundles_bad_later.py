"""Masses that do not add up, and what was found out later: corrections and findings, shown, left out, and faked.

Beside each story stands the code that it must get, and its text says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.make_vectors.bundles_case import Stories
from scripts.make_vectors.bundles_company import goods, lot
from scripts.make_vectors.bundles_parts import yield_
from scripts.make_vectors.bundles_world import SECOND

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company, Signed
    from scripts.make_vectors.bundles_world import World

bad = Stories()
REFUSED, OPEN_END = "refused", "not proven"


# --- mass balance -----------------------------------------------------------------------------------------------


def _spun(world: World, made: str, **claims: object) -> str:
    anna = world.company("anna")
    wool = anna.declare("wool", "100 KGM")
    world.head(wool, anna.work("spinning", {"wool": "100 KGM"}, {"yarn": made}, **claims))
    return lot("yarn")


@bad("more-out-than-in", REFUSED, "BALANCE_GAIN")
def more_out_than_in(world: World) -> str:
    """A hundred kilos of wool become a hundred and one of yarn."""
    return _spun(world, "101 KGM")


@bad("more-out-with-scrap", REFUSED, "BALANCE_GAIN")
def more_out_with_scrap(world: World) -> str:
    """All the wool becomes yarn, and there is scrap as well."""
    return _spun(
        world, "100 KGM", **{"filiera:scrap": [{"quantity": "1", "uom": "KGM", "destination": "recycling"}]}
    )


@bad("gain-behind-wet-scrap", REFUSED, "BALANCE_GAIN YIELD_OUT_OF_BAND")
def gain_behind_wet_scrap(world: World) -> str:
    """Five times the wool comes out, and a litre of waste water, so that not all that came out is in kilos."""
    return _spun(
        world, "500 KGM", **{"filiera:scrap": [{"quantity": "1", "uom": "LTR", "destination": "landfill"}]}
    )


@bad("gain-behind-a-by-product", REFUSED, "BALANCE_GAIN YIELD_OUT_OF_BAND")
def gain_behind_a_by_product(world: World) -> str:
    """Five times the wool comes out, and a micrometre of something else."""
    other = [{"epcClass": lot("lint"), "quantity": "0.000001", "uom": "MTR"}]
    return _spun(world, "500 KGM", **{"filiera:byProducts": other})


@bad("gain-behind-other-inputs", OPEN_END, "YIELD_NOT_DECLARED")
def gain_behind_other_inputs(world: World) -> str:
    """More kilos come out than kilos went in; metres went in too, and no yield says how they became kilos."""
    anna = world.company("anna")
    lists = {"wool": "100 KGM", "tape": "5 MTR"}
    left = {"filiera:scrap": [{"quantity": "1", "uom": "LTR", "destination": "landfill"}]}
    world.head(
        anna.declare("wool", "100 KGM"),
        anna.declare("tape", "5 MTR"),
        anna.work("spinning", lists, {"yarn": "300 KGM"}, **left),
    )
    return lot("yarn")


@bad("by-product-out-of-nowhere", OPEN_END, "YIELD_NOT_DECLARED")
def by_product_out_of_nowhere(world: World) -> str:
    """Five kilometres of by-product from a hundred kilos, without a yield: who uses it, uses a product."""
    other = [{"epcClass": lot("tape"), "quantity": "5000", "uom": "MTR"}]
    _spun(world, "100 KGM", **{"filiera:byProducts": other})
    return lot("tape")


@bad("made-of-electricity", REFUSED, "BALANCE_GAIN")
def made_of_electricity(world: World) -> str:
    """Nothing but energy goes in, and yarn comes out, at the yield that was declared."""
    anna = world.company("anna")
    energy = anna.declare("energy", "10 KWH")
    spun = anna.work("spinning", {"energy": "10 KWH"}, {"yarn": "5 KGM"}, **yield_("yarn", "0.5"))
    world.head(energy, spun)
    return lot("yarn")


@bad("other-yield-than-declared", REFUSED, "YIELD_MISMATCH")
def other_yield_than_declared(world: World) -> str:
    """Two metres a kilo are declared and three come out."""
    return _spun(world, "300 MTR", **yield_("yarn", "2"))


@bad("no-yield", OPEN_END, "YIELD_NOT_DECLARED")
def no_yield(world: World) -> str:
    """Kilos become metres and nothing says how many."""
    return _spun(world, "200 MTR")


# --- what was found out later -----------------------------------------------------------------------------------


@bad("made-then-corrected", OPEN_END, "TARGET_NOT_MADE")
def made_then_corrected(world: World) -> str:
    """The lot's declaration was taken back: it did not happen, so nobody made the target."""
    anna = world.company("anna")
    wrong = anna.declare("silk", "60 KGM")
    world.head(wrong)
    world.head(anna.correct(wrong))
    return lot("silk")


@bad("correction-left-out", REFUSED, "RECORD_AFFECTED_WITHHELD")
def correction_left_out(world: World) -> str:
    """The correction is left out of the file; the newest head's list of affected records tells on it."""
    anna, _ = _corrected_later(world)
    world.head(anna.declare("linen", "1 KGM"))
    return lot("silk")


@bad("correction-played-by-another", REFUSED, "RECORD_AFFECTED_WITHHELD")
def correction_played_by_another(world: World) -> str:
    """The real correction is left out; another company signs one that names the same record and changes nothing."""
    _, wrong = _corrected_later(world)
    evil = world.company("evil")
    own = evil.declare("straw", "1 KGM")
    world.head(own, evil.correct(own, **{"filiera:corrects": wrong.reference}))
    return lot("silk")


@bad("correction-of-another-id", REFUSED, "RECORD_AFFECTED_WITHHELD")
def correction_of_another_id(world: World) -> str:
    """Anna herself signs a "correction" with the right digest and another id: it takes nothing back."""
    anna, wrong = _corrected_later(world)
    own = anna.declare("straw", "1 KGM")
    reference = wrong.reference | {"id": own.id}
    world.head(own, anna.correct(own, **{"filiera:corrects": reference}))
    return lot("silk")


@bad("correction-in-another-log", REFUSED, "RECORD_AFFECTED_WITHHELD")
def correction_in_another_log(world: World) -> str:
    """The correction went to another node than the record, and is left out: that node's list tells on it."""
    anna = world.company("anna")
    wrong = anna.declare("silk", "60 KGM")
    world.head(wrong)
    world.head(anna.correct(wrong), log=SECOND, shown=False)
    world.head(anna.declare("linen", "1 KGM"), log=SECOND)
    return lot("silk")


@bad("finding-left-out", REFUSED, "RECORD_AFFECTED_WITHHELD")
def finding_left_out(world: World) -> str:
    """A laboratory found the wool not conformant; the finding is left out of the file."""
    _tested(world, shown=False)
    return lot("wool")


@bad("finding-replaced-and-taken-back", REFUSED, "RECORD_AFFECTED_WITHHELD")
def finding_replaced_and_taken_back(world: World) -> str:
    """The real finding is left out; Evil signs one of its own to stand in for it, and takes it back."""
    _tested(world, shown=False)
    evil = world.company("evil")
    fake = evil.act("lab-test", quantityList=goods({"wool": "1 KGM"}), disposition="non_conformant")
    world.head(fake)
    world.head(evil.correct(fake))
    return lot("wool")


@bad("not-conformant", OPEN_END, "GOODS_NON_CONFORMANT")
def not_conformant(world: World) -> str:
    """A laboratory found the wool not conformant, and the file says so."""
    _tested(world, shown=True)
    return lot("wool")


@bad("not-yet-anchored", "pending", "RECORD_PENDING")
def not_yet_anchored(world: World) -> str:
    """The spinning is received and in no head yet: pending is no error, and not verified either."""
    anna = world.company("anna")
    world.head(anna.declare("wool", "120 KGM"))
    world.waiting(anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "120 KGM"}))
    return lot("yarn")


def _corrected_later(world: World) -> tuple[Company, Signed]:
    """Silk that was declared, and a correction that is not in the file."""
    anna = world.company("anna")
    wrong = anna.declare("silk", "60 KGM")
    world.head(wrong)
    world.head(anna.correct(wrong), shown=False)
    return anna, wrong


def _tested(world: World, *, shown: bool) -> None:
    anna, laboratory = world.company("anna"), world.company("laboratory", "certifier")
    wool = anna.declare("wool", "120 KGM")
    test = laboratory.act("lab-test", quantityList=goods({"wool": "1 KGM"}), disposition="non_conformant")
    world.head(wool)
    world.head(test, affected=[wool], shown=shown)
    world.head(anna.declare("linen", "1 KGM"))
