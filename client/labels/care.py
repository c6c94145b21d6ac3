"""How to care for a garment: plain forms in a unit square, and words, in the order of ISO 3758.

The five groups are washing, bleaching, drying, ironing, professional care. The forms are our own, drawn from strokes,
and stand beside words. The symbols of GINETEX are trademarks: a brand that has the licence prints them from its own
files. `care.json` says of each code of the passport which forms it is made of, and its words.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from protocol.codes import Language

Stroke = tuple[tuple[float, float], ...]
"""Points from one to the next, as (right, down) in a square of side 1; only a second bar stands a little below it."""
Forms = tuple[Stroke, ...]


def _ring(radius: float, corners: int = 36) -> Stroke:
    angles = [math.tau * corner / corners for corner in range(corners + 1)]
    return tuple((0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)) for angle in angles)


def _waves() -> Stroke:
    points = [at / 24 for at in range(25)]
    return tuple((0.08 + 0.84 * at, 0.32 - 0.04 * math.cos(3 * math.tau * at)) for at in points)


_FORMS: Final[Mapping[str, Forms]] = {
    "tub": (((0.04, 0.22), (0.16, 0.84), (0.84, 0.84), (0.96, 0.22)),),
    "water": (_waves(),),
    "hand": (
        ((0.68, 0.0), (0.54, 0.28), (0.26, 0.42), (0.3, 0.49), (0.46, 0.45), (0.3, 0.6), (0.36, 0.66), (0.53, 0.53)),
        ((0.53, 0.53), (0.42, 0.69), (0.5, 0.74), (0.62, 0.57), (0.74, 0.46), (0.9, 0.12)),
    ),
    "triangle": (((0.5, 0.1), (0.95, 0.88), (0.05, 0.88), (0.5, 0.1)),),
    "oblique": (((0.36, 0.88), (0.62, 0.31)), ((0.56, 0.88), (0.74, 0.51))),
    "square": (((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92), (0.08, 0.08)),),
    "circle": (_ring(0.37),),
    "drum": (_ring(0.32),),
    "upright": (((0.5, 0.22), (0.5, 0.78)),),
    "upright-pair": (((0.4, 0.22), (0.4, 0.78)), ((0.6, 0.22), (0.6, 0.78))),
    "flat": (((0.22, 0.5), (0.78, 0.5)),),
    "flat-pair": (((0.22, 0.4), (0.78, 0.4)), ((0.22, 0.6), (0.78, 0.6))),
    "shade": (((0.08, 0.34), (0.34, 0.08)),),
    "iron": (
        ((0.3, 0.22), (0.74, 0.22), (0.8, 0.42), (0.95, 0.8), (0.05, 0.8), (0.12, 0.58), (0.26, 0.44), (0.8, 0.44)),
    ),
    "cross": (((0.04, 0.04), (0.96, 0.96)), ((0.04, 0.96), (0.96, 0.04))),
    "bar": (((0.16, 0.97), (0.84, 0.97)),),
    "bar-twice": (((0.16, 1.08), (0.84, 1.08)),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Care:
    """One symbol: its strokes, how many dots and which sign stand at the height `middle`, its words by language."""

    code: str
    strokes: Forms
    dots: int
    sign: str
    middle: float
    words: Mapping[Language, str]


@cache
def symbols() -> Mapping[str, Care]:
    """Every symbol by its code, in the order in which symbols stand beside one another."""
    table: list[dict[str, Any]] = json.loads((files("client") / "labels" / "care.json").read_text("utf-8"))
    return {entry["code"]: _care(entry) for entry in table}


def in_order(codes: Iterable[str]) -> tuple[Care, ...]:
    """The symbols as they stand on a label, each once; ClientError `LABEL_CARE_UNKNOWN`."""
    known, wanted = symbols(), set(codes)
    unknown = sorted(wanted - known.keys())
    if unknown:
        raise ClientError("LABEL_CARE_UNKNOWN", "--care", given=unknown[0], known=", ".join(known))
    return tuple(care for code, care in known.items() if code in wanted)


def _care(entry: Mapping[str, Any]) -> Care:
    strokes = tuple(stroke for form in entry["forms"] for stroke in _FORMS[form])
    words: dict[Language, str] = {"it": entry["it"], "en": entry["en"]}
    middle = 0.6 if entry["forms"][0] in {"tub", "iron"} else 0.5
    return Care(entry["code"], strokes, entry.get("dots", 0), entry.get("sign", ""), middle, words)
