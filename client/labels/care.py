"""How to care for a garment, drawn as strokes in a unit square, in the order of ISO 3758.

Plain forms of our own with the words beside them. The symbols of GINETEX are trademarks: a brand that has the licence
prints them from its own files.
"""

from __future__ import annotations

from typing import Final

Stroke = tuple[tuple[float, float], ...]

_TUB: Final[Stroke] = ((0.05, 0.7), (0.18, 0.15), (0.82, 0.15), (0.95, 0.7))
_WATER: Final[Stroke] = ((0.09, 0.58), (0.3, 0.64), (0.5, 0.58), (0.7, 0.64), (0.91, 0.58))
_HAND: Final[Stroke] = ((0.42, 0.95), (0.5, 0.5), (0.62, 0.42))
_TRIANGLE: Final[Stroke] = ((0.08, 0.12), (0.92, 0.12), (0.5, 0.9), (0.08, 0.12))
_SQUARE: Final[Stroke] = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1))
_DRUM: Final[Stroke] = tuple(
    (round(0.5 + 0.36 * x, 3), round(0.5 + 0.36 * y, 3))
    for x, y in (
        (1, 0), (0.707, 0.707), (0, 1), (-0.707, 0.707), (-1, 0), (-0.707, -0.707), (0, -1), (0.707, -0.707), (1, 0),
    )
)  # fmt: skip
_LINE: Final[Stroke] = ((0.1, 0.9), (0.3, 0.66), (0.5, 0.6), (0.7, 0.66), (0.9, 0.9))
_IRON: Final[Stroke] = ((0.05, 0.18), (0.95, 0.18), (0.82, 0.62), (0.3, 0.62), (0.05, 0.18))
_CIRCLE: Final[Stroke] = _DRUM
_CROSS: Final[tuple[Stroke, ...]] = (((0.05, 0.05), (0.95, 0.95)), ((0.05, 0.95), (0.95, 0.05)))
_BAR: Final[Stroke] = ((0.15, 0.08), (0.85, 0.08))

_BAR_TWICE: Final[tuple[Stroke, ...]] = (_BAR, ((0.15, 0.0), (0.85, 0.0)))
_BARS: Final[dict[str, tuple[Stroke, ...]]] = {"": (), "mild": (_BAR,), "very-mild": _BAR_TWICE}
_GENTLE: Final[dict[str, tuple[Stroke, ...]]] = {"": (), "gentle": (_BAR,), "very-gentle": _BAR_TWICE}
_DROP: Final[tuple[Stroke, ...]] = tuple(((x, 0.25), (x, 0.75)) for x in (0.35, 0.5, 0.65))
_FLAT: Final[Stroke] = ((0.25, 0.5), (0.75, 0.5))
_SHADE: Final[tuple[Stroke, ...]] = (((0.1, 0.6), (0.4, 0.9)), ((0.1, 0.75), (0.25, 0.9)))

Symbol = tuple[tuple[Stroke, ...], str]


def _symbols() -> dict[str, Symbol]:
    """Strokes and the letters inside, in the order in which symbols stand beside one another."""
    found: dict[str, Symbol] = {}
    for heat in ("95", "70", "60", "50", "40", "30"):
        for care, bars in _BARS.items():
            found[f"wash-{heat}" + (f"-{care}" if care else "")] = ((_TUB, _WATER, *bars), heat)
    found |= {"hand-wash": ((_TUB, _HAND), ""), "do-not-wash": ((_TUB, *_CROSS), "")}
    found |= {
        "bleach": ((_TRIANGLE,), ""),
        "bleach-oxygen-only": ((_TRIANGLE, ((0.35, 0.12), (0.62, 0.66)), ((0.55, 0.12), (0.72, 0.46))), ""),
        "do-not-bleach": ((_TRIANGLE, *_CROSS), ""),
        "tumble-dry-normal": ((_SQUARE, _DRUM), "··"),
        "tumble-dry-low": ((_SQUARE, _DRUM), "·"),
        "do-not-tumble-dry": ((_SQUARE, _DRUM, *_CROSS), ""),
        "line-dry": ((_SQUARE, _LINE), ""),
        "line-dry-shade": ((_SQUARE, _LINE, *_SHADE), ""),
        "drip-line-dry": ((_SQUARE, *_DROP), ""),
        "flat-dry": ((_SQUARE, _FLAT), ""),
        "flat-dry-shade": ((_SQUARE, _FLAT, *_SHADE), ""),
        "drip-flat-dry": ((_SQUARE, _FLAT, ((0.25, 0.35), (0.75, 0.35))), ""),
        "iron-low": ((_IRON,), "·"),
        "iron-medium": ((_IRON,), "··"),
        "iron-high": ((_IRON,), "···"),
        "do-not-iron": ((_IRON, *_CROSS), ""),
    }
    for care, bars in _GENTLE.items():
        tail = f"-{care}" if care else ""
        for letter in ("P", "F") if care != "very-gentle" else ():
            found[f"dry-clean-{letter}{tail}"] = ((_CIRCLE, *bars), letter)
        found[f"wet-clean{tail}"] = ((_CIRCLE, *bars), "W")
    found |= {"do-not-dry-clean": ((_CIRCLE, *_CROSS), ""), "do-not-wet-clean": ((_CIRCLE, *_CROSS), "W")}
    return found


SYMBOLS: Final = _symbols()


def in_order(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes as they stand on a label; a code that has no form is left to the words."""
    return tuple(code for code in SYMBOLS if code in codes)
