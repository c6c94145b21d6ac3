"""Reads the worked examples of `tests/vectors/criteria/`: evidence in short form, and arithmetic without the program."""

from __future__ import annotations

import ast
import json
import math
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from protocol.criteria.evidence import Evidence
from protocol.criteria.shares import mass_shares
from protocol.goods import LotRefs, Movement
from protocol.steps import Step

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "criteria"
DAY = "2026-03-02"
EARTH_KM = 6371.0088


def names() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def digest(word: str) -> bytes:
    """`step 3` and `statement 3` as the digests that they stand for."""
    kind, number = word.split()
    return (int(number) + {"step": 0, "statement": 1000}[kind]).to_bytes(32, "big")


def place(word: str) -> str:
    return digest(word).hex() if word.startswith(("step ", "statement ")) else word


def evidence(example: dict[str, Any]) -> Evidence:
    """What the criteria read."""
    named = [(f"step {number}", given) for number, given in enumerate(example["steps"], 1)]
    beside = [(f"statement {number}", given) for number, given in enumerate(example.get("statements", ()), 1)]
    steps, statements = [[_step(word, given) for word, given in each] for each in (named, beside)]
    subjects = {digest(word): given.get("claims", {}) for word, given in [*named, *beside]}
    return Evidence(
        target=example["target"],
        steps=tuple(steps),
        statements=tuple(statements),
        subjects=subjects,
        master={name: (_facility(name, given),) for name, given in example.get("places", {}).items()},
        groups=example.get("groups", {}),
        proven=frozenset(digest(word) for word, given in [*named, *beside] if given.get("proven")),
        shares=mass_shares(example["target"], steps, subjects),
    )


def _step(word: str, given: dict[str, Any]) -> Step:
    act = given.get("act", "process" if given.get("in") else "lot-declared")
    goods = {
        "consumed": _moves(given.get("in", {}), "consumed", "/inputQuantityList"),
        "produced": _moves(given.get("out", {}), "produced", "/outputQuantityList"),
        "sent": _moves(given.get("sent", {}), "sent", "/quantityList"),
        "observed": tuple(
            Movement(lot, None, "KGM", "observed", "/quantityList") for lot in given.get("about", ())
        ),
    }
    scrap = tuple(
        Movement("", *_amount(each), "scrapped", "/filiera:scrap") for each in given.get("scrap", ())
    )
    return Step(
        digest=digest(word), id=word, act=act, process=given.get("process"), day=given.get("day", DAY),
        signer=given.get("signer", given["by"]), holder=given["by"], on_behalf="signer" in given, key=b"", seq=0,
        previous=None, goods=LotRefs(**goods), scrap=scrap, entries=(), yields=None, sender=None,
        recipient=given.get("to"), answers=None, corrects=None, corrected_by=(), stage=given.get("stage"),
        facility=given.get("at"),
    )  # fmt: skip


def _moves(goods: dict[str, str], effect: str, place: str) -> tuple[Movement, ...]:
    return tuple(
        Movement(lot, *_amount(text), effect, f"{place}/{index}")
        for index, (lot, text) in enumerate(goods.items())
    )


def _amount(text: str) -> tuple[Decimal | None, str]:
    number, unit = text.split()
    return (None if number == "?" else Decimal(number)), unit


def _facility(name: str, given: dict[str, str]) -> dict[str, Any]:
    address = {key: given[key] for key in ("country", "province") if key in given}
    found: dict[str, Any] = {"id": name, "version": 1, "validFrom": "2020-01-01", "address": address}
    if "latitude" in given:
        found["location"] = {"latitude": given["latitude"], "longitude": given["longitude"]}
    return found


def worked_out(expression: str) -> Fraction:
    """The value of a sum: + − × ÷ of decimals, min and max, and `km(lat, lon, lat, lon)` in whole kilometres.

    Great circles go by the law of cosines here: another formula than the program's, on the same sphere.
    """
    return _value(
        ast.parse(expression.replace("−", "-").replace("×", "*").replace("÷", "/"), mode="eval").body
    )


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(int() | float()):
            return Fraction(ast.unparse(node))
        case ast.UnaryOp(ast.USub(), inner):
            return -_value(inner)
        case ast.BinOp(left, operator, right):
            one, other = _value(left), _value(right)
            return {
                ast.Add: one.__add__,
                ast.Sub: one.__sub__,
                ast.Mult: one.__mul__,
                ast.Div: one.__truediv__,
            }[type(operator)](other)
        case ast.Call(ast.Name(name), arguments):
            values = [_value(each) for each in arguments]
            return (
                {"min": min, "max": max}[name](values)
                if name != "km"
                else Fraction(_kilometres(*map(float, values)))
            )
    raise ValueError(ast.unparse(node))


def _kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    a, b, c = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    return round(
        EARTH_KM * math.acos(min(1.0, math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(c)))
    )


def rounded(value: Fraction, like: str) -> Decimal:
    """The value to as many places as `like` shows, half to even."""
    step = Decimal(1).scaleb(Decimal(like).as_tuple().exponent)  # type: ignore[arg-type]
    whole = value / Fraction(step)
    below = whole.numerator // whole.denominator
    rest = whole - below
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
    return ((below + up) * step).quantize(step, ROUND_HALF_EVEN)
