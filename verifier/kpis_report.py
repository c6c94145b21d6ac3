"""What `filiera kpis` prints: the indicators as a person reads them, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protocol.codes import text
from protocol.criteria.evaluate import catalogue
from protocol.kpis.figures import OTHER
from protocol.kpis.published import opened
from verifier.texts import say

if TYPE_CHECKING:
    from protocol.codes import Language
    from verifier.kpis import Recount

_MOST_LINES = 40


def to_text(result: Recount, language: Language, *, lists: bool) -> str:
    """The indicators as lines; with `lists` every number with what it counts."""
    shown = result.document
    lines = [say("kpis.period", language, start=shown["from"], end=shown["to"], records=result.records)]
    if shown["head"]:
        lines.append(say("kpis.head", language, **shown["head"]))
    for name, number in shown["companies"].items():
        lines += _number(say(f"kpis.{name}", language), number, language, lists=lists)
    for criterion, states in shown["criteria"].items():
        lines.append(_criterion(criterion, language))
        for state, number in states.items():
            lines += [
                f"  {line}" for line in _number(say(f"kpis.{state}", language), number, language, lists=lists)
            ]
    lines += _places(result, language, lists=lists)
    return "\n".join([*lines, *_findings(result, language)])


def _number(label: str, number: dict[str, Any], language: Language, *, lists: bool) -> list[str]:
    value = say("kpis.unknown", language) if number["value"] is None else number["value"]
    opened = [f"    {company}  {shown}" for company, shown in number["list"].items()] if lists else []
    return [f"  {label}: {value}", *opened]


def _places(result: Recount, language: Language, *, lists: bool) -> list[str]:
    """Areas with the numbers that may be told; with `lists` every province, which is not for passing on."""
    shown = result.document
    lines = [say("kpis.areas", language, smallest=shown["smallest"])] if shown["areas"] else []
    for area, cells in shown["areas"].items():
        within = ", ".join(name for name, its in shown["areaOf"].items() if its == area and name != area)
        told = ", ".join(
            f"{_measure(name, language)} {count}" for name, count in cells.items() if count is not None
        )
        name = say("kpis.other", language) if area == OTHER else area
        lines.append(f"  {name}{f' ({within})' if within else ''}: {told or '–'}")
    if lists:
        lines.append(say("kpis.opened", language))
        for province, measures in opened(result.figures).items():
            lines += [
                f"  {province} · {_measure(name, language)}: {len(found)}" for name, found in measures.items()
            ]
    return lines


def _measure(name: str, language: Language) -> str:
    criterion, _, state = name.rpartition("/")
    word = say(f"kpis.{state}", language)
    return f"{_criterion(criterion, language)} ({word})" if criterion else word


def _criterion(name: str, language: Language) -> str:
    """A criterion's name; its id if this catalogue has none, for anybody may have adopted one of another."""
    named = {entry["id"]: str(entry[language]["name"]) for entry in catalogue()["criteria"]}
    return named.get(name, name)


def _findings(result: Recount, language: Language) -> list[str]:
    found = result.verdict.findings
    lines = []
    for each in found[:_MOST_LINES]:
        sentence, remedy = text(each.code, language, place=each.place, **each.values)
        lines.append(f"{'✗' if each.severity == 'refused' else '·'} {sentence} [{each.code}]\n  → {remedy}")
    if len(found) > _MOST_LINES:
        lines.append(say("more", language, count=len(found) - _MOST_LINES))
    return lines or [say("kpis.whole", language)]


def to_json(result: Recount, language: Language, *, lists: bool) -> dict[str, Any]:
    """`{format, verdict, exit, records, kpis: <as published>, opened?, findings}`."""
    return {
        "format": "filiera-kpis-report/1",
        "verdict": result.verdict.word,
        "exit": result.verdict.exit_status,
        "records": result.records,
        "kpis": result.document,
        **({"opened": opened(result.figures)} if lists else {}),
        "findings": [
            {
                "check": each.check,
                "code": each.code,
                "severity": each.severity,
                "place": each.place,
                "values": {name: str(value) for name, value in sorted(each.values.items())},
                "sentence": text(each.code, language, place=each.place, **each.values)[0],
            }
            for each in result.verdict.findings
        ],
    }
