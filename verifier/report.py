"""The report: a tree and a table for people, JSON for programs. Same evidence, same report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from protocol.codes import text
from protocol.grades import GRADES
from protocol.vocabulary import vocabulary
from protocol.wording import write_share
from verifier.figures import criterion_json, figure_line
from verifier.later import beside_json, beside_lines
from verifier.texts import say
from verifier.verify import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from protocol.checks.tracing import Traced
    from protocol.checks.view import AsOf
    from protocol.codes import Language
    from protocol.steps import Step
    from protocol.verdict import Finding
    from verifier.verify import Result

FORMAT = "filiera-report/1"
_SHORT = 12
_MAX_LINES = 400


def to_json(result: Result, language: Language) -> dict[str, Any]:
    """The report as one JSON value (`schemas/report.json`)."""
    return {
        "format": FORMAT,
        "target": result.target,
        "verdict": result.verdict.word,
        "exit": result.verdict.exit_status,
        "chainAsked": result.chain_asked,
        **({"asOf": _as_of_json(result.as_of)} if result.as_of else {}),
        "records": result.records,
        "graphDigest": result.graph.hex(),
        "checks": [{"check": name, "verdict": result.verdict.word_of(name)} for name in CHECKS],
        "findings": [_finding_json(found, language) for found in result.verdict.findings],
        **({"traced": _traced_json(result.traced)} if result.traced else {}),
        "links": {digest.hex(): grade for digest, grade in sorted(result.grades.items())},
        "criteria": [criterion_json(criterion) for criterion in result.criteria],
        **({"beside": [beside_json(each) for each in result.beside]} if result.beside else {}),
    }


def to_text(result: Result, language: Language) -> str:
    """The report for a terminal."""
    lines = [say("verdict", language, word=say(result.verdict.word, language), target=result.target)]
    if result.as_of:
        lines.append(_as_of(result.as_of, language))
    lines += ["", *_tree(result, language)]
    lines += ["", say("checks", language)]
    for name in CHECKS:
        word = result.verdict.word_of(name)
        lines.append(f"  {_mark(word)} {say(f'check.{name}', language):<44} {say(word, language)}")
    lines += _said(result, language)
    lines += _traced(result, language)
    lines += _grades(result, language)
    lines += _criteria(result, language)
    lines += beside_lines(result, language)
    lines += ["", say("graph", language, digest=result.graph.hex(), records=result.records)]
    return "\n".join(lines)


def _as_of(as_of: AsOf, language: Language) -> str:
    names = ", ".join(as_of.witnesses)
    return say(
        "as-of", language, block=as_of.block, count=len(as_of.witnesses), names=names, time=as_of.instant
    )


def _as_of_json(as_of: AsOf) -> dict[str, Any]:
    return {"block": as_of.block, "time": as_of.instant, "witnesses": list(as_of.witnesses)}


def _tree(result: Result, language: Language) -> list[str]:
    """Lots and what they were made of; what was already shown is only named again."""
    makers: dict[str, list[Step]] = {}
    for step in sorted(result.steps, key=lambda step: (step.day, step.digest)):
        for lot in step.goods.names("produced"):
            makers.setdefault(lot, []).append(step)
    lines: list[str] = []
    shown: set[str] = set()
    waiting: list[tuple[str, str, str]] = [(result.target, "", "")]
    while waiting and len(lines) < _MAX_LINES:
        lot, first, rest = waiting.pop()
        again = lot in shown
        shown.add(lot)
        made_by = makers.get(lot, [])
        lines.append(first + _lot_line(result, lot, made_by, language, again=again))
        if again:
            continue
        sources = sorted({source for step in made_by for source in step.goods.names("consumed")})
        for number, source in reversed(list(enumerate(sources))):
            last = number == len(sources) - 1
            waiting.append((source, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  ")))
    return lines


def _lot_line(result: Result, lot: str, made_by: list[Step], language: Language, *, again: bool) -> str:
    name = short(lot)
    if again:
        return f"{name} {say('again', language)}"
    if not made_by:
        return f"{name}  {say('unknown-maker', language)}"
    step = made_by[-1]
    amount = next((move for move in step.goods.produced if move.lot == lot), None)
    quantity = ""
    if amount is not None:
        symbol = vocabulary("units")["units"][amount.unit]["symbol"]
        shown = say("withheld", language) if amount.quantity is None else f"{amount.quantity:f}"
        quantity = f"{shown} {symbol}"
    grade = say(f"grade.{result.grades.get(step.digest, GRADES[2])}", language)
    return f"{done(step, language)} · {quantity} · {party(result, step)} · {step.day} · {grade}  [{name}]"


def done(step: Step, language: Language) -> str:
    """What was done, in the reader's language."""
    processes, acts = vocabulary("processes")["processes"], vocabulary("acts")["acts"]
    found = processes.get(step.process or "") or acts.get(step.act, {})
    return str(found.get(language, step.act))


def party(result: Result, step: Step) -> str:
    """Whose goods they were: the company's name, where the coordinator gives one."""
    holder = result.names.get(step.holder)
    return holder or short(step.holder)


def short(reference: str) -> str:
    """A reference short enough to be read."""
    tail = (
        reference.rpartition(":")[2]
        if reference.startswith("urn:")
        else reference.partition("/01/")[2] or reference
    )
    lot, mark, state = tail.partition("#")
    return (lot if len(lot) <= _SHORT else lot[:_SHORT] + "…") + mark + state


def _said(result: Result, language: Language) -> Iterator[str]:
    """What keeps the verdict from being better first; then notices, each code once with how often."""
    heavy = [found for found in result.verdict.findings if found.severity != "notice"]
    if heavy:
        yield ""
    for found in heavy[:20]:
        sentence, remedy = _texts(found, language)
        yield f"  {_mark(found.status)} {sentence} [{found.code}]"
        yield f"    → {remedy}"
    if len(heavy) > 20:  # noqa: PLR2004
        yield say("more", language, count=len(heavy) - 20)
    counts: dict[str, list[Finding]] = {}
    for found in result.verdict.findings:
        if found.severity == "notice":
            counts.setdefault(found.code, []).append(found)
    if counts:
        yield ""
        yield say("notices", language)
    for code, founds in sorted(counts.items()):
        times = f" (×{len(founds)})" if len(founds) > 1 else ""
        yield f"  · {_texts(founds[0], language)[0]}{times} [{code}]"


def _traced(result: Result, language: Language) -> Iterator[str]:
    """How much of the mass begins raw, and what the rest is traced back to."""
    if result.traced is None or not result.traced.known:
        return
    yield ""
    yield say(
        "traced", language, raw=write_share(result.traced.raw, language), unweighed=result.traced.unweighed
    )
    for stop in result.traced.stops:
        values = {
            "stage": stop.stage or "–",
            "share": write_share(stop.share, language),
            "holder": result.names.get(stop.holder, "–"),
        }
        yield say("traced-stop", language, **values)


def _traced_json(traced: Traced) -> dict[str, Any]:
    stops = [
        {"lot": stop.lot, "stage": stop.stage, "holder": stop.holder, "share": f"{stop.share:f}"}
        for stop in traced.stops
    ]
    return {
        "raw": f"{traced.raw:f}",
        "known": f"{traced.known:f}",
        "stops": stops,
        "unweighed": traced.unweighed,
    }


def _grades(result: Result, language: Language) -> Iterator[str]:
    if not result.grades:
        return
    counts = {grade: sum(each == grade for each in result.grades.values()) for grade in reversed(GRADES)}
    yield ""
    mix = ", ".join(f"{say(f'grade.{grade}', language)} {count}" for grade, count in counts.items() if count)
    yield say("links", language, mix=mix)


def _criteria(result: Result, language: Language) -> Iterator[str]:
    yield ""
    yield say("criteria", language, version=result.criteria[0].catalogue)
    names = {entry["id"]: entry[language]["name"] for entry in _catalogue(result)["criteria"]}
    for criterion in result.criteria:
        yield f"  {names[criterion.id]}"
        for figure in criterion.figures:
            yield f"    {say(f'figure.{figure.id}', language):<46} {figure_line(figure, language)}"


def _catalogue(result: Result) -> Any:
    return vocabulary(f"catalogue-{result.criteria[0].catalogue}")


def _texts(found: Finding, language: Language) -> tuple[str, str]:
    place = short(found.place) if found.place.startswith(("urn:", "https:")) else found.place[:_SHORT]
    values = {name: short(value) if _is_reference(value) else value for name, value in found.values.items()}
    return text(found.code, language, **{"place": place, **values})


def _is_reference(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.startswith(("urn:", "https://id.gs1.org/"))


def _finding_json(found: Finding, language: Language) -> dict[str, Any]:
    sentence, remedy = _texts(found, language)
    return {
        "check": found.check,
        "verdict": found.status,
        "severity": found.severity,
        "code": found.code,
        "place": found.place,
        "values": {name: str(value) for name, value in sorted(found.values.items())},
        "sentence": sentence,
        "remedy": remedy,
    }


def _mark(word: str) -> str:
    return {"verified": "✓", "refused": "✗", "revoked": "✗"}.get(word, "?")
