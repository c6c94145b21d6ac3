"""Alter a good bundle in every way of a list; none may be verified.

`python -m scripts.mutate_bundle [--sample N] [NAME …]`; names as in tests/vectors/bundle/good.json. What is altered
has to be refused when it is read, or judged to be less than verified. What is verified all the same has to be on the
list of alterations that say nothing else (`MEANINGLESS`), each with a test of its own and the reason; anything else is
printed and the exit status is 1. So is whatever makes the verifier fall over instead of answering. Lists are put in
order again after every alteration but those of the order itself, so that a check has to see it, not the spelling.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import random
import sys
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_records
from protocol.checks.view_form import view_from_json
from protocol.errors import FilieraError
from protocol.strict_json import dump_json
from scripts.make_vectors import bundles
from scripts.make_vectors.bundles_patch import patch_one
from scripts.mutate_tokens import token_mutations
from verifier.trust import parse_trust
from verifier.verify import Result, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SOURCES = (
    "handed-over", "many-heads", "two-logs", "corrected", "passport", "passport-in-a-batch", "related-companies",
    "open-to-members", "key-disputed-later", "components",
)  # fmt: skip
OUTCOMES = ("not read", "refused", "incomplete", "meaningless", "ACCEPTED", "FELL OVER")
_TOKENS = ("records", "memberships")

Value = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """One altered file; `label` says what was done to it and where."""

    family: str
    label: str
    data: bytes


@dataclass(frozen=True)
class Judged:
    """What became of a mutation: one of `OUTCOMES`, and why if it was let through."""

    mutation: Mutation
    outcome: str
    reason: str


class Source:
    """A good vector: its bundle's value, what the chain said, and the verdict that it gets unaltered."""

    def __init__(self, name: str) -> None:
        story = bundles.GOOD[name].play()
        self.name = name
        self.data = story.bundle
        self.bundle = parse_bundle(story.bundle)
        self.value: Value = json.loads(story.bundle)
        self.trust = parse_trust(json.dumps(story.trust).encode())
        self.view = story.view
        self.result = self.judge(story.bundle)

    def judge(self, data: bytes) -> Result:
        """Read and verify; FilieraError if it is not even read."""
        bundle = parse_bundle(data)
        records, unsound = read_records(bundle.records)
        return verify(bundle, records, unsound, self.trust, view_from_json(self._said(data)))

    def _said(self, data: bytes) -> Value:
        """The chain's answers about the altered file: without its place, a batch's passport is not asked for."""
        view = deepcopy(self.view or {})
        placed = {each["passportId"] for each in self.value.get("batches", ())}
        still = {(each["passportId"], each["digest"]) for each in json.loads(data).get("batches", ())}
        view["passports"] = [
            each
            for each in view["passports"]
            if each["passport"] not in placed or (each["passport"], each["digest"]) in still
        ]
        return view


# --- the list of alterations ------------------------------------------------------------------------------------


def mutations(source: Source) -> Iterator[Mutation]:
    """Every alteration of the list, in a fixed order."""
    value = source.value
    for family in (_leaves, _members, _elements, _swaps, _orders, _tokens):
        yield from family(value)
    yield from _bytes(source.data)


def _leaves(value: Value) -> Iterator[Mutation]:
    """Each plain value flipped, emptied, raised, lowered, or of another type."""
    for path, leaf in _walk(value):
        if (
            path.split("/")[1] in _TOKENS
            and path.endswith(("/token", *map(str, range(10))))
            and isinstance(leaf, str)
        ):
            continue  # tokens have a family of their own
        for what, other in _others(leaf):
            yield _patched("value", f"{path} {what}", value, {"op": "replace", "path": path, "value": other})


def _members(value: Value) -> Iterator[Mutation]:
    """Each member removed, and one added to each object."""
    for path, inner in _containers(value):
        if isinstance(inner, dict):
            for name in inner:
                yield _patched(
                    "member removed", f"{path}/{name}", value, {"op": "remove", "path": f"{path}/{name}"}
                )
            for name in ("x", "toBlock", "disputedFrom", "checkpoint", "state", "batches"):
                if name not in inner:
                    extra = {
                        "op": "add",
                        "path": f"{path}/{name}",
                        "value": 1 if name.endswith("k") else "received",
                    }
                    yield _patched("member added", f"{path}/{name}", value, extra)


def _elements(value: Value) -> Iterator[Mutation]:
    """Each element of each list removed, repeated; each list emptied and cut in half."""
    for path, inner in _containers(value):
        if isinstance(inner, list):
            for number in range(len(inner)):
                gone = {"op": "remove", "path": f"{path}/{number}"}
                yield _patched("element removed", f"{path}/{number}", value, gone)
                twice = {"op": "copy", "from": f"{path}/{number}", "path": f"{path}/-"}
                yield _patched("element repeated", f"{path}/{number}", value, twice)
            for keep in {0, len(inner) // 2} - {len(inner)}:
                cut = {"op": "replace", "path": path, "value": inner[:keep]}
                yield _patched("list cut", f"{path} to {keep}", value, cut)


def _swaps(value: Value) -> Iterator[Mutation]:
    """Each value exchanged with, and replaced by, every other of the same name; proofs turned, cut, lengthened."""
    named: dict[str, list[tuple[str, Any]]] = collections.defaultdict(list)
    for path, leaf in [*_walk(value), *_containers(value)]:
        name = path.rsplit("/", 1)[-1]
        if name and not name.isdigit():
            named[name].append((path, leaf))
    for name, places in sorted(named.items()):
        for number, (path, leaf) in enumerate(places):
            for other, theirs in places[number + 1 :]:
                if leaf != theirs:
                    label = f"{path} and {other}"
                    one = {"op": "replace", "path": path, "value": theirs}
                    two = {"op": "replace", "path": other, "value": leaf}
                    yield _patched("exchanged", label, value, one, two)
                    yield _patched(f"copied {name}", f"{other} to {path}", value, one)
                    yield _patched(f"copied {name}", f"{path} to {other}", value, two)
    for path, inner in _containers(value):
        if isinstance(inner, list) and path.endswith("/proof"):
            for turned in (inner[::-1], inner[1:], [*inner, "0" * 64]):
                if turned != inner:
                    yield _patched("proof", path, value, {"op": "replace", "path": path, "value": turned})


def _orders(value: Value) -> Iterator[Mutation]:
    """Each list in another order, as the file is written."""
    for path, inner in _containers(value):
        if isinstance(inner, list) and path.count("/") == 1:
            for start in range(1, len(inner)):
                turned = inner[start:] + inner[:start]
                change = {"op": "replace", "path": path, "value": turned}
                yield _patched("order", f"{path} from {start}", value, change, sort=False)


def _tokens(value: Value) -> Iterator[Mutation]:
    """Each token's header, claims, signature and disclosures; see mutate_tokens."""
    tokens = [each["token"] for each in value["records"]] + value["memberships"]
    for kind in _TOKENS:
        for number, each in enumerate(value[kind]):
            path = f"/{kind}/{number}" + ("/token" if kind == "records" else "")
            token = each["token"] if kind == "records" else each
            for family, label, other in token_mutations(token, tokens):
                change = {"op": "replace", "path": path, "value": other}
                yield _patched(family, f"{path} {label}", value, change)


def _bytes(data: bytes) -> Iterator[Mutation]:
    """One bit of each byte, bytes left out, and the file cut."""
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 7)
        yield Mutation("bit", str(at), bytes(flipped))
        if at % 7 == 0:
            yield Mutation("byte left out", str(at), data[:at] + data[at + 1 :])
    for at in range(0, len(data), max(1, len(data) // 50)):
        yield Mutation("cut", str(at), data[:at])
    for extra in (b"\n", b" ", b"{}", b"\0"):
        yield Mutation("appended", repr(extra), data + extra)


# --- alterations that say nothing else --------------------------------------------------------------------------


def _withheld(source: Source, mutation: Mutation, result: Result) -> bool:
    told = {found.code for found in result.verdict.findings} - {
        found.code for found in source.result.verdict.findings
    }
    return mutation.family == "disclosure withheld" and all("WITHHELD" in code for code in told)


def _same(family: str) -> Callable[[Source, Mutation, Result], bool]:
    return lambda source, mutation, result: (
        mutation.family == family and result.verdict.findings == source.result.verdict.findings
    )


def _mirrored(source: Source, mutation: Mutation, result: Result) -> bool:
    mirrored = mutation.family == "signature" and mutation.label.endswith("the other s")
    told = mutation.label.startswith("/memberships") and set(result.names) == set(source.result.names)
    said = [{found.code for found in each.verdict.findings} for each in (source.result, result)]
    return mirrored and told and said[0] == said[1]


def _key_left_out(source: Source, mutation: Mutation, result: Result) -> bool:
    bundle, altered = source.bundle, parse_bundle(mutation.data)
    same = replace(altered, keys=bundle.keys) == bundle and set(altered.keys) < set(bundle.keys)
    return same and result.verdict.findings == source.result.verdict.findings


def _other_question(source: Source, mutation: Mutation, result: Result) -> bool:
    altered = parse_bundle(mutation.data)
    return (
        result.target != source.result.target
        and replace(altered, target=source.result.target) == source.bundle
    )


def _other_count(source: Source, mutation: Mutation, result: Result) -> bool:
    altered = parse_bundle(mutation.data)
    places = tuple(
        replace(place, count=other.count)
        for place, other in zip(altered.batches, source.bundle.batches, strict=False)
    )
    same = replace(altered, batches=places) == source.bundle
    return same and result.verdict.findings == source.result.verdict.findings


def _unneeded(source: Source, mutation: Mutation, result: Result) -> bool:
    short = mutation.family == "element removed" and mutation.label.startswith("/records/")
    return short and result.graph == source.result.graph and result.target == source.result.target


def _unnamed(source: Source, mutation: Mutation, result: Result) -> bool:
    short = mutation.family in {"element removed", "list cut"} and mutation.label.startswith("/memberships")
    return short and result.graph == source.result.graph and set(result.names) < set(source.result.names)


def _older(source: Source, _mutation: Mutation, result: Result) -> bool:
    said, now = ({each.code for each in found.verdict.findings} for found in (source.result, result))
    return "KEY_CHANGED_SINCE" in now - said


MEANINGLESS: tuple[tuple[str, Callable[[Source, Mutation, Result], bool]], ...] = (
    ("what a maker has hidden may be withheld by any holder; the verdict says so and claims less", _withheld),
    ("the order of disclosures is no evidence: each is found by its digest", _same("disclosures reordered")),
    ("windows of keys are information: the chain is asked for every signer, listed or not", _key_left_out),
    ("a file older than the chain: a key was closed or disputed since, and the verdict says so", _older),
    (
        "a membership under the other s: no log counts it, and the coordinator signed the same words",
        _mirrored,
    ),
    ("how many passports a batch holds is information: the place leads to the registered root", _other_count),
    ("another target is another question, answered from the same evidence", _other_question),
    ("a record on which the making of the target does not rest: it may not be there yet", _unneeded),
    ("the coordinator's word can be left out: names and control groups are then not shown", _unnamed),
)


# --- judging ----------------------------------------------------------------------------------------------------


def judge(source: Source, mutation: Mutation) -> Judged:
    """Read and verify one altered file."""
    try:
        result = source.judge(mutation.data)
    except (FilieraError, UnicodeDecodeError) as error:
        return Judged(mutation, "not read", getattr(error, "code", type(error).__name__))
    except Exception as error:  # noqa: BLE001 - whatever is not an answer is what this looks for
        return Judged(mutation, "FELL OVER", f"{type(error).__name__}: {error}")
    if result.verdict.exit_status:
        return Judged(
            mutation, ("", "refused", "incomplete")[result.verdict.exit_status], result.verdict.word
        )
    for reason, holds in MEANINGLESS:
        if holds(source, mutation, result):
            return Judged(mutation, "meaningless", reason)
    return Judged(mutation, "ACCEPTED", "")


def run(names: Iterable[str], sample: int | None = None) -> Iterator[Judged]:
    """Judge the mutations of each source: all, or a seeded sample of each family."""
    for name in names:
        source = Source(name)
        if source.result.verdict.exit_status:
            raise ValueError(name)
        altered = (each for each in mutations(source) if each.data != source.data)
        for mutation in altered if sample is None else _sampled(altered, sample, name):
            yield judge(source, mutation)


def _sampled(altered: Iterable[Mutation], most: int, seed: str) -> Iterator[Mutation]:
    """At most so many of each family, each with the same chance (reservoir sampling, seeded)."""
    chance = random.Random(seed)  # noqa: S311 - the same sample each time
    seen: collections.Counter[str] = collections.Counter()
    kept: dict[str, list[Mutation]] = collections.defaultdict(list)
    for mutation in altered:
        family = kept[mutation.family]
        seen[mutation.family] += 1
        if len(family) < most:
            family.append(mutation)
        elif (place := chance.randrange(seen[mutation.family])) < most:
            family[place] = mutation
    for family in kept.values():
        yield from family


def table(judged: Iterable[Judged]) -> str:
    """What became of each family, and of those that say nothing else, how many by which reason."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    reasons: collections.Counter[str] = collections.Counter()
    for each in judged:
        counts[_row(each.mutation.family)][each.outcome] += 1
        reasons[each.reason] += each.outcome == "meaningless"
    lines = [f"{'':22}" + "".join(f"{outcome:>13}" for outcome in OUTCOMES)]
    for family in [*sorted(counts), "all"]:
        row = counts[family] if family != "all" else sum(counts.values(), collections.Counter())
        lines.append(f"{family:22}" + "".join(f"{row[outcome] or '–':>13}" for outcome in OUTCOMES))
    return "\n".join([*lines, "", *(f"{number:6} {reason}" for reason, number in reasons.items() if number)])


def main() -> int:
    """Judge, print the table, and every alteration that was let through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=SOURCES)
    parser.add_argument("--sample", type=int, default=None, help="at most so many of each family")
    asked = parser.parse_args()
    judged = list(run(asked.names, asked.sample))
    print(table(judged))
    failed = [each for each in judged if each.outcome in {"ACCEPTED", "FELL OVER"}]
    for each in failed:
        print(f"{each.outcome}: {each.mutation.family}: {each.mutation.label} {each.reason}")
    return 1 if failed else 0


def _row(family: str) -> str:
    return "copied" if family.startswith("copied ") else family


def _patched(family: str, label: str, value: Value, *operations: Value, sort: bool = True) -> Mutation:
    document = {"bundle": deepcopy(value)}
    for operation in operations:
        moved = {name: f"/bundle{operation[name]}" for name in ("path", "from") if name in operation}
        patch_one(document, operation | moved)
    if sort:
        # What has no order any more is not read in any.
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            patch_one(document, {"op": "sort"})
    return Mutation(family, label, dump_json(document["bundle"]) + b"\n")


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Paths of plain values."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _walk(inner, f"{path}/{name}")
        else:
            yield f"{path}/{name}", inner


def _containers(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Paths of objects and lists, the outermost first."""
    yield path, value
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _containers(inner, f"{path}/{name}")


def _others(leaf: Any) -> Iterator[tuple[str, Any]]:
    yield "null", None
    yield "list", [leaf]
    if isinstance(leaf, int):
        yield from (("raised", leaf + 1), ("zero", 0), ("large", 2**53 - 1), ("text", str(leaf)))
        if leaf:
            yield "lowered", leaf - 1
        return
    yield "empty", ""
    yield "zeros", "0" * len(leaf)
    yield "upper case", leaf.upper()
    for at in {0, len(leaf) // 2, len(leaf) - 1}:
        other = "1" if leaf[at] != "1" else "2"
        yield f"letter {at}", leaf[:at] + other + leaf[at + 1 :]
    yield "shorter", leaf[:-1]
    yield "longer", leaf + leaf[-1]


if __name__ == "__main__":
    sys.exit(main())
