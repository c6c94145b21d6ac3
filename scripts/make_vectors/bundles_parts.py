"""Parts that several stories share: coats of a brand, discreet makers, a network as chance has it."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from protocol.quantities import format_decimal
from scripts.make_vectors.bundles_company import GTIN, lot

if TYPE_CHECKING:
    from scripts.make_vectors.bundles_company import Company, Signed
    from scripts.make_vectors.bundles_world import World

VIRGIN = {"filiera:material": [{"fibre": "wool", "share": "1"}]}


def coats(world: World) -> tuple[Company, list[Signed]]:
    """A brand sews six coats and gives three of them a name; returns how "coat 1" to "coat 3" were made."""
    brand = world.company("brand", "brand")
    cloth = brand.declare("cloth", "12 MTR", "fabric")
    sewn = brand.work("sewing", {"cloth": "12 MTR"}, {"coats": "6 C62"}, **yield_("coats", "0.5"))
    born = brand.born("coats", "coat 1", "coat 2", "coat 3")
    world.head(cloth, sewn)
    world.head(born)
    return brand, [cloth, sewn, born]


def lot_passport(company: Company, name: str, made: list[Signed], **changes: object) -> Signed:
    """The passport of a lot."""
    about = {"granularityLevel": "batch", "item": None, "lot": lot(name), "batch": None}
    above = {"id": f"https://id.gs1.org/01/{GTIN}/10/{name}"}
    return company.passport(name, "", made, **about | above | changes)


def discreet(world: World) -> str:
    """Two companies that hide what is hidden by default."""
    anna, bice = world.company("anna"), world.company("bice")
    wool = anna.declare("wool", "120 KGM", hidden=None)
    yarn = anna.work("spinning", {"wool": "120 KGM"}, {"yarn": "110 KGM"}, "10 KGM", hidden=None)
    shipment = anna.ship(bice, {"yarn": "110 KGM"}, hidden=None)
    world.head(wool, yarn, shipment, bice.receive(shipment, hidden=None, **bice.parties(bice) | from_(anna)))
    return lot("yarn")


def network(world: World, events: int) -> str:
    """Companies that spin, blend, ship and receive until there are so many events; the target is the last yarn."""
    chance = random.Random(events)  # noqa: S311 - the same network each time is what is wanted
    makers = [world.company(f"maker {number}", alg="EdDSA") for number in range(4)]
    held: dict[int, dict[str, Decimal]] = {number: {} for number in range(4)}
    waiting: list[Signed] = []
    for number, maker in enumerate(makers):
        held[number][f"wool {number}"] = Decimal(100_000)
        waiting.append(maker.declare(f"wool {number}", "100000 KGM", **VIRGIN))
    turn, count = 0, len(waiting)
    while count < events:
        maker, store = makers[turn], held[turn]
        if events - count >= 2 and chance.random() < 0.3:
            name = chance.choice(sorted(store))
            part = min(store[name], Decimal(chance.randint(1, 50)))
            other = (turn + chance.randint(1, 3)) % 4
            shipment = maker.ship(makers[other], {name: f"{format_decimal(part)} KGM"})
            waiting += [shipment, makers[other].receive(shipment)]
            _take(store, name, part)
            held[other][name] = held[other].get(name, Decimal(0)) + part
            count += 2
        else:
            names = chance.sample(sorted(store), min(len(store), chance.randint(1, 2)))
            parts = {name: min(store[name], Decimal(chance.randint(2, 40))) for name in names}
            made = (sum(parts.values()) * chance.randint(90, 100) / 100).quantize(Decimal("0.01"))
            target = f"yarn {count}"
            takes = {name: f"{format_decimal(part)} KGM" for name, part in parts.items()}
            waiting.append(maker.work("spinning", takes, {target: f"{format_decimal(made)} KGM"}))
            for name, part in parts.items():
                _take(store, name, part)
            store[target] = made
            count += 1
        turn = chance.randrange(4)
    while waiting:
        size = chance.randint(20, 60)
        world.head(*waiting[:size])
        waiting = waiting[size:]
    return lot(target)


def _take(store: dict[str, Decimal], name: str, part: Decimal) -> None:
    store[name] -= part
    if not store[name]:
        del store[name]


def states(company: Company, count: int, amount: str = "50 KGM") -> list[Signed]:
    """One lot and its further states, `count` records in all."""
    steps = [company.declare("goods", amount)]
    for number in range(2, count + 1):
        before = "goods" if number == 2 else f"goods#{number - 1}"
        steps.append(company.work("inspection", {before: amount}, {f"goods#{number}": amount}))
    return steps


def from_(company: Company) -> dict[str, object]:
    return {"sourceList": [{"type": "possessing_party", "source": company.urn}]}


def yield_(name: str, ratio: str) -> dict[str, object]:
    return {"filiera:declaredYield": [{"output": lot(name), "yield": ratio}]}


def rolls(name: str, metres: str) -> list[dict[str, str]]:
    return [{"epcClass": lot(name), "quantity": metres, "uom": "MTR"}]
