"""What the paper says, before it is laid out: the product, the journey leg by leg, and what an auditor starts from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol.bundle import serialise
from protocol.criteria.footprint import by_step
from protocol.criteria.shares import downstream_first
from protocol.criteria.short_chain import kilometres
from protocol.grades import GRADES
from protocol.hashing import sha256
from protocol.heads import Head, head_hash
from protocol.passport import link_above
from protocol.steps import WITHHELD
from protocol.vocabulary import vocabulary
from protocol.wording import write_decimal
from verifier.report import done, short
from verifier.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

    from protocol.bundle_model import Bundle, BundleHead
    from protocol.checks.view import ChainView, Trust
    from protocol.codes import Language
    from protocol.goods import Movement
    from protocol.steps import Step
    from verifier.verify import Result

_LEVELS_UP = 2
_CODE_SHOWN = 2 + 32


@dataclass(frozen=True)
class Basis:
    """What the verdict was given on: the evidence, what was pinned, and what the chain said (None: not asked)."""

    bundle: Bundle
    trust: Trust | None = None
    view: ChainView | None = None


@dataclass(frozen=True)
class Product:
    """What the evidence is about in words; empty where no passport says it."""

    name: str = ""
    brand: str = ""
    description: str = ""


@dataclass(frozen=True)
class Leg:
    """One step of the journey as it is printed. `km`: from the farthest place its goods came from; None: not shown."""

    step: Step
    day: str
    done: str
    who: str
    place: str
    km: str
    amount: str
    grade: str


@dataclass(frozen=True)
class Part:
    """What one step adds to a footprint, kg CO2e; None: nobody states it. `proven`: more than its maker says so."""

    step: Step
    amount: Decimal | None
    proven: bool


def product_of(result: Result) -> Product:
    """Name, brand and description from the passport that was judged, or from the levels above it."""
    subject: Mapping[str, Any] = result.passport.subject if result.passport else {}
    found: dict[str, str] = {}
    for _ in range(_LEVELS_UP + 1):
        for field in ("name", "brand", "description"):
            if isinstance(subject.get(field), str):
                found.setdefault(field, subject[field])
        above = link_above(subject) if "granularityLevel" in subject else None
        subjects = result.evidence.subjects if result.evidence else {}
        subject = subjects.get(bytes.fromhex(above["digest"]), {}) if above else {}
    return Product(**found)


def legs_of(result: Result, language: Language) -> list[Leg]:
    """The steps that made something, in the order of the journey."""
    made = [step for step in result.steps if step.goods.produced]
    makers = _makers(made)
    return [
        _leg(result, step, makers, language) for step in sorted(made, key=_journey(result.target, makers))
    ]


def weakest(result: Result) -> tuple[str, int] | None:
    """The weakest trust grade of all links, and how many have it."""
    count = {grade: sum(each == grade for each in result.grades.values()) for grade in GRADES}
    return next(((grade, number) for grade, number in count.items() if number), None)


def grade_of(result: Result, step: Step) -> str:
    """Who stands for a step; the weakest grade where nothing says more."""
    return result.grades.get(step.digest, GRADES[0])


def whose(result: Result, step: Step, language: Language) -> str:
    """The name of whose work it was: the coordinator's word, else the maker's, else that it is not shown."""
    if step.holder.startswith(WITHHELD):
        return say("paper.confidential", language)
    known = result.names.get(step.holder)
    versions = result.evidence.master.get(step.holder, ()) if result.evidence else ()
    name = known or next((each["name"] for each in versions if isinstance(each.get("name"), str)), None)
    return name or say("paper.unnamed", language, short=short(step.holder))


def place_of(result: Result, step: Step) -> Mapping[str, Any]:
    """The facility where the work was done; empty if it is not shown."""
    found = result.evidence.facility(step.facility, step.day) if result.evidence else None
    return found or {}


def amount_of(move: Movement, language: Language) -> str:
    """A quantity with its unit."""
    if move.quantity is None:
        return say("withheld", language)
    symbol = vocabulary("units")["units"][move.unit]["symbol"]
    return f"{write_decimal(move.quantity, language)} {symbol}"


def footprint_legs(result: Result) -> list[Part]:
    """What each step of work adds to the kg CO2e of one kilogram, as the journey goes; [] if no step states it."""
    if result.evidence is None:
        return []
    order = _journey(result.target, _makers(result.steps))
    parts = [
        Part(step, None, proven=False)
        if stated is None or amount is None
        else Part(step, share * amount, proven=stated.digest in result.evidence.proven)
        for step, share, stated, amount in by_step(result.evidence)
    ]
    if all(part.amount is None for part in parts):
        return []
    return sorted(parts, key=lambda part: order(part.step))


def anchors(basis: Basis, language: Language) -> Iterator[tuple[str, str]]:
    """Name and value of everything that an auditor starts from, besides the graph's digest."""
    bundle = basis.bundle
    data = serialise(bundle)
    yield "paper.file", say("paper.file-is", language, digest=sha256(data).hex(), size=len(data))
    yield "paper.ledger", f"{_chain_id(basis)} · {_genesis(basis)}"
    if basis.trust is not None:
        pinned = basis.trust.contracts.items()
        for name, each in pinned:
            code = say("paper.code", language, hash=each.code_hash[2:_CODE_SHOWN])
            yield f"paper.contract.{name}", f"{each.address} · {code}"
    else:
        yield "paper.contract.anchors", say("paper.not-pinned", language, address=bundle.chain.anchors)
    for head in bundle.newest():
        yield "paper.log", f"{head.origin} · {head.seq} · {head.size}"
        yield "paper.root", head.root.hex()
        yield "paper.head", _head_hash(head, basis)
        yield (
            "paper.transaction",
            say("paper.transaction-is", language, hash=head.transaction, block=head.block),
        )
    if bundle.snapshot is not None:
        yield "paper.snapshot", sha256(bundle.snapshot.note.encode()).hex()


def newest_time(basis: Basis) -> int:
    """Seconds since 1970 of the newest head that the chain holds; 0 if it does not say."""
    return max((head.time for head in basis.view.heads.values()), default=0) if basis.view else 0


def _makers(steps: Iterable[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda each: each.digest):
        for lot in step.goods.names("produced"):
            found[lot].append(step)
    return found


def _journey(target: str, makers: Mapping[str, list[Step]]) -> Callable[[Step], tuple[str, int]]:
    """The order of a journey: by day, and on the same day as the goods went."""
    place = {lot: -number for number, lot in enumerate(downstream_first(target, makers))}
    return lambda step: (
        step.day,
        min((place.get(lot, 0) for lot in step.goods.names("produced")), default=0),
    )


def _leg(result: Result, step: Step, makers: Mapping[str, Iterable[Step]], language: Language) -> Leg:
    address = place_of(result, step).get("address", {})
    parts = [address.get(name) for name in ("city", "province")]
    places = " ".join(part for part in parts if isinstance(part, str)) or str(address.get("country", ""))
    km = _distance(result, step, makers)
    return Leg(
        step=step,
        day=step.day,
        done=done(step, language),
        who=whose(result, step, language),
        place=places or "–",
        km="–" if km is None else write_decimal(km, language),
        amount=amount_of(step.goods.produced[0], language),
        grade=say(f"paper.grade.{grade_of(result, step)}", language),
    )


def _distance(result: Result, step: Step, makers: Mapping[str, Iterable[Step]]) -> Decimal | None:
    here = place_of(result, step)
    sources = [maker for lot in step.goods.names("consumed") for maker in makers.get(lot, ())]
    found = [kilometres(dict(place_of(result, maker)), dict(here)) for maker in sources]
    known = [each for each in found if each is not None]
    return max(known) if known and len(known) == len(found) else None


def _chain_id(basis: Basis) -> int:
    return basis.trust.chain_id if basis.trust else basis.bundle.chain.chain_id


def _genesis(basis: Basis) -> str:
    return basis.trust.genesis if basis.trust else basis.bundle.chain.genesis


def _head_hash(head: BundleHead, basis: Basis) -> str:
    address = basis.trust.contracts["anchors"].address if basis.trust else basis.bundle.chain.anchors
    found = Head(head.log, head.seq, head.prev, head.root, head.size, head.manifest)
    return head_hash(found, _chain_id(basis), bytes.fromhex(address[2:])).hex()
