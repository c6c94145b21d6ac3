"""Finished coats become single garments: an identifier for each, a label, a box; and the first one is sold.

A garment is born out of its lot, one record for each size; a lot of finished coats ends when all its pieces are born.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.demo.coat.bodies import head, records, whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.demo.coat.bodies import Scene
    from client.demo.coat.references import References
    from client.demo.coat.sample import Sample


@dataclass(frozen=True)
class Garment:
    """One coat: its identifier, the name of its lot in the sample, its size, the order that it is of, its box."""

    item: str
    lot: str
    size: str
    scope: str
    box: str


@dataclass(frozen=True)
class Made:
    """The garments of one order."""

    sample: Sample
    garments: tuple[Garment, ...]

    def bodies(self, scene: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield name and body of each record: born by lot and size, labelled one by one, packed box by box."""
        said = self.sample.garments
        for (lot, size), group in itertools.groupby(self.garments, key=lambda each: (each.lot, each.size)):
            yield f"born-{lot}-{size}", _born(scene, lot, size, [each.item for each in group])
        for number, garment in enumerate(self.garments, 1):
            body = _at_home(scene, "labelling", said["labelled"])
            label = scene.references.own("carrier", f"{number}{garment.scope}")
            yield f"label-{number}", {**body, "parentID": garment.item, "childEPCs": [label]}
        for box, group in itertools.groupby(self.garments, key=lambda each: each.box):
            children = [each.item for each in group]
            body = _at_home(scene, "packing", said["packed"])
            body["filiera:evidence"] = records(said["packedWith"], scene)
            yield (
                f"packed-{box}",
                {**body, "parentID": scene.references.own("package", box), "childEPCs": children},
            )


def order_garments(sample: Sample, references: References, scope: str, wanted: int) -> Made:
    """Name the garments of one order, at most `wanted`, lot by lot and size by size."""
    places = [
        (group["lot"], size)
        for group in sample.garments["groups"]
        for size, pieces in group["sizes"].items()
        for _ in range(pieces)
    ][:wanted]
    per_box = sample.garments["perBox"]
    return Made(
        sample,
        tuple(
            Garment(
                references.new_item(f"{number}{scope}"),
                lot,
                size,
                scope,
                f"box-{number // per_box + 1}{scope}",
            )
            for number, (lot, size) in enumerate(places)
        ),
    )


def retail(sample: Sample, scene: Scene, garment: Garment, box: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and body of what happens in the shop: out of the box, sold; no word about the customer."""
    said = sample.garments
    body = _at_home(scene, "unpacking", said["unpacked"])
    yield "unpacked", {**body, "parentID": scene.references.own("package", box), "childEPCs": [garment.item]}
    yield "sold", {**_at_home(scene, "retail-sale", said["sold"], "17:30"), "epcList": [garment.item]}


def _born(scene: Scene, lot: str, size: str, items: Sequence[str]) -> dict[str, Any]:
    said = scene.sample.garments
    group = next(group for group in said["groups"] if group["lot"] == lot)
    return {
        **_at_home(scene, "garment-born", said["born"]),
        "filiera:evidence": records(group["evidence"], scene),
        "epcList": list(items),
        "filiera:lot": scene.lot(lot),
        "filiera:product": scene.references.product(said["product"]),
        "filiera:characteristics": {"article": "CR-26", "colour": said["colour"], "size": size},
    }


def _at_home(scene: Scene, act: str, day: str, at: str | None = None) -> dict[str, Any]:
    return {**head(act, day, at), **whereabouts(scene.sample.garments["by"], scene)}
