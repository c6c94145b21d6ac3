"""What a cell says: dates, numbers, units, words, materials as Italian makers write them; nothing is guessed.

Each function takes a cell's value (text, number, date) and a place, and returns the one form of the written format or
raises ClientError or FormatError with that place. A number that can be read in two ways is refused, not chosen.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, cast

from client.errors import ClientError
from protocol.errors import FormatError
from protocol.gs1 import GS1_STEM
from protocol.identifiers import parse_facility, parse_reference, participant_urn
from protocol.quantities import format_decimal, units
from protocol.vocabulary import vocabulary

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?", re.ASCII)
_PLAIN = re.compile(r"\d{1,15}", re.ASCII)
_FRACTION = re.compile(r"(\d{1,15})[.,](\d{1,6})", re.ASCII)
_GROUPED = re.compile(r"(\d{1,3}(?:([.' ])\d{3})+)(?:,(\d{1,6}))?", re.ASCII)
_GROUPED_ENGLISH = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d{1,6})", re.ASCII)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_GLN = re.compile(r"\d{13}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MATERIAL = re.compile(
    r"(?:(\d{1,3}(?:[.,]\d{1,4})?)\s*%)?\s*([^\d%]+?)\s*(?:(\d{1,3}(?:[.,]\d{1,4})?)\s*%)?"
)
# Hazard statements of Regulation (EC) No 1272/2008: H317, H360FD, EUH208.
_HAZARD = re.compile(r"\b(?:EU)?H\d{3}[A-Za-z]{0,2}\b", re.ASCII)
_MAX_TEXT = 500
# Excel keeps 15 significant digits: behind them is only the noise of binary fractions.
_EXCEL_DIGITS = ".15g"
Cell = Any


def text(value: Cell, place: str = "") -> str:
    """A cell as text: whole numbers without a fraction, white space made single; `ROW_TEXT` if it is too long."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, datetime | date):
        value = value.isoformat()
    found = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if len(found) > _MAX_TEXT or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in found):
        raise ClientError("ROW_TEXT", place, limit=_MAX_TEXT)
    return found


def key(value: Cell) -> str:
    """A word as it is compared: lower case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", str(value).casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def day(value: Cell, place: str) -> str:
    """`YYYY-MM-DD` from a date cell, `gg/mm/aaaa` or `aaaa-mm-gg`; ClientError `ROW_DATE`."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    match = _DAY.fullmatch(text(value, place))
    try:
        if match and match[1]:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        if match:
            return date(int(match[4]), int(match[5]), int(match[6])).isoformat()
    except ValueError:
        pass
    raise ClientError("ROW_DATE", place, given=text(value, place))


def clock(value: Cell, place: str) -> time:
    """A time of day from a time cell or `hh:mm`; ClientError `ROW_TIME`."""
    if isinstance(value, datetime):
        return value.time().replace(microsecond=0)
    if isinstance(value, time):
        return value.replace(microsecond=0)
    match = _TIME.fullmatch(text(value, place))
    try:
        if match:
            return time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError:
        pass
    raise ClientError("ROW_TIME", place, given=text(value, place))


def decimal(value: Cell, place: str) -> str:
    """A quantity as the written format has it; ClientError `ROW_NUMBER`, `NUMBER_AMBIGUOUS`."""
    try:
        return format_decimal(_number(value, place))
    except (FormatError, ArithmeticError) as error:
        raise ClientError("ROW_NUMBER", place, given=text(value, place)) from error


def _number(value: Cell, place: str) -> Decimal:
    if isinstance(value, bool):
        raise ClientError("ROW_NUMBER", place, given=str(value))
    if isinstance(value, int | float):
        return Decimal(format(value, _EXCEL_DIGITS) if isinstance(value, float) else value)
    given = text(value, place)
    if _AMBIGUOUS.fullmatch(given):
        plain = given.replace(".", "").replace(",", "")
        fraction = given.replace(".", ",") + "0"
        raise ClientError("NUMBER_AMBIGUOUS", place, given=given, whole=plain, fraction=fraction)
    if _PLAIN.fullmatch(given):
        return Decimal(given)
    if match := _FRACTION.fullmatch(given):
        return Decimal(f"{match[1]}.{match[2]}")
    if match := _GROUPED.fullmatch(given):
        whole = match[1].replace(match[2], "")
        return Decimal(f"{whole}.{match[3] or 0}")
    if match := _GROUPED_ENGLISH.fullmatch(given):
        return Decimal(f"{match[1].replace(',', '')}.{match[2]}")
    raise ClientError("ROW_NUMBER", place, given=given)


def unit(value: Cell, place: str, extra: Mapping[str, str] | None = None) -> str:
    """A unit's code from its code, symbol or name; FormatError `UNIT_UNKNOWN`."""
    found = {key(name): code for name, code in (extra or {}).items()}.get(key(value)) or _units().get(
        key(value)
    )
    if found is None or found not in units():
        shown = ", ".join(entry["symbol"] for entry in vocabulary("units")["units"].values())
        raise FormatError("UNIT_UNKNOWN", place, unit=text(value, place), known=shown)
    return found


def word(value: Cell, kind: str, place: str, allowed: Iterable[str] | None = None) -> str:
    """A word of a closed list: `stages`, `destinations`, `reasons`, `processes`, `acts`; ClientError `ROW_WORD`."""
    names = _words(kind)
    found = names.get(key(value))
    if found is None or (allowed is not None and found not in set(allowed)):
        known = [code for code in dict.fromkeys(names.values()) if allowed is None or code in set(allowed)]
        raise ClientError("ROW_WORD", place, given=text(value, place), known=", ".join(known))
    return found


def hazard(value: Cell, place: str) -> str:
    """Why a substance is of concern: a word of the list, `clp` for H codes alone; ClientError `ROW_WORD`."""
    given = text(value, place)
    rest = _HAZARD.sub("", given).strip(" ,;/+")
    return word(rest, "hazards", place) if rest or not given else "clp"


def yes(value: Cell, place: str) -> bool:
    """Sì or no; ClientError `ROW_WORD`."""
    if isinstance(value, bool):
        return value
    given = key(value)
    for answer in ("yes", "no"):
        if given in {key(name) for name in _own(answer)}:
            return answer == "yes"
    raise ClientError("ROW_WORD", place, given=text(value, place), known="sì, no")


def country(value: Cell, place: str) -> str:
    """Two letters, upper case; ClientError `ROW_WORD`."""
    given = text(value, place).upper()
    if not re.fullmatch(r"[A-Z]{2}", given):
        raise ClientError("ROW_WORD", place, given=given, known="IT, AU, CN …")
    return given


def materials(value: Cell, place: str) -> list[dict[str, str]]:
    """`80% lana; 20% poliammide riciclata` as a material list; ClientError `ROW_MATERIAL`."""
    entries = [entry.strip() for entry in re.split(r"[;+/\n]|,(?!\d)", text(value, place)) if entry.strip()]
    found = [_material(entry, place, alone=len(entries) == 1) for entry in entries]
    if not found:
        raise ClientError("ROW_MATERIAL", place, given=text(value, place))
    return found


def _material(entry: str, place: str, *, alone: bool) -> dict[str, str]:
    match = _MATERIAL.fullmatch(entry)
    percent = match and (match[1] or match[3] or ("100" if alone else None))
    if match is None or percent is None or (match[1] and match[3]):
        raise ClientError("ROW_MATERIAL", place, given=entry)
    words = [part for part in match[2].replace("(", " ").replace(")", " ").split() if part]
    recycled = {key(name) for name in _own("recycled")}
    name = " ".join(part for part in words if key(part) not in recycled)
    fibre = _words("materials").get(key(name))
    if fibre is None:
        raise ClientError("ROW_MATERIAL", place, given=entry)
    share = format_decimal(Decimal(percent.replace(",", ".")) / 100)
    return {"fibre": fibre, "share": share} | ({"recycled": "1"} if len(name.split()) < len(words) else {})


def participant(value: Cell, place: str, names: Mapping[str, str]) -> str:
    """A participant's URN from its id, its URN or a name of the mapping; ClientError `ROW_PARTICIPANT`."""
    given = text(value, place)
    given = next((entry for name, entry in names.items() if key(name) == key(given)), given)
    try:
        found = participant_urn(given) if _HEX32.fullmatch(given) else parse_reference(given).text
    except FormatError as error:
        raise ClientError("ROW_PARTICIPANT", place, given=given) from error
    if parse_reference(found).kind not in {"participant", "party"}:
        raise ClientError("ROW_PARTICIPANT", place, given=given)
    return found


def facility(value: Cell, place: str, names: Mapping[str, str]) -> str:
    """A facility reference from itself, a GLN of 13 digits or a name of the mapping; FormatError `IDENTIFIER_*`."""
    given = text(value, place)
    given = next((entry for name, entry in names.items() if key(name) == key(given)), given)
    if _GLN.fullmatch(given):
        given = f"{GS1_STEM}/414/{given}"
    return parse_facility(given, place).text


def known_words(kind: str, language: str) -> list[str]:
    """The words of a list to choose from in a sheet, in a language where the vocabulary has one."""
    if kind == "units":
        return [entry["symbol"] for entry in vocabulary("units")["units"].values()]
    if kind in {"processes", "acts"}:
        return [str(entry[language]) for entry in vocabulary(kind)[kind].values()]
    own = _own(kind)
    return [names[0] if language == "it" else code for code, names in own.items()]


@cache
def _units() -> dict[str, str]:
    found = {key(name): code for code, names in _own("units").items() for name in names}
    for code, entry in vocabulary("units")["units"].items():
        found |= {key(name): code for name in (code, entry["symbol"], entry["it"], entry["en"])}
    return found


@cache
def _words(kind: str) -> dict[str, str]:
    """Every spelling of the words of a list, as `key` makes it, with the one word that is meant."""
    if kind == "materials":
        fibres = vocabulary("materials")["fibres"]
        names: dict[str, tuple[str, ...]] = {
            code: (code, entry.get("short", code), entry["it"], entry["en"]) for code, entry in fibres.items()
        }
    elif kind in {"processes", "acts"}:
        names = {code: (code, entry["it"], entry["en"]) for code, entry in vocabulary(kind)[kind].items()}
    else:
        names = {code: (code, *others) for code, others in _own(kind).items()}
    found: dict[str, str] = {}
    for code, spellings in names.items():
        for spelling in spellings:
            found.setdefault(key(spelling), code)
            found.setdefault(key(spelling.replace("-", " ")), code)
    return found


@cache
def _own(kind: str) -> Any:
    data = cast("dict[str, Any]", json.loads((files("client.imports") / "words.json").read_text("utf-8")))
    return data[kind]


def added(first: str, second: str) -> str:
    """The sum of two quantities of the written format."""
    return format_decimal(Decimal(first) + Decimal(second))
