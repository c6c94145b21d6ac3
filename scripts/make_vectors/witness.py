"""Vectors of README §15 and §16: cosignatures, states, snapshots, and whole files that are verified without a chain.

The files of `bundles` are those stories of the bundle vectors, witnessed; what must be said of them is written here by
hand. Keys and times are counted, so the same story gives the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.bundle import parse_bundle, serialise
from protocol.checkpoint import Checkpoint, format_vkey, sign_note, split_note
from protocol.checks.credentials import read_memberships, read_records
from protocol.checks.snapshot_view import questions_of
from protocol.checks.view import Pinned
from protocol.cosignature import CHECKPOINT, SNAPSHOT, Statement, add_lines, cosign, format_cosigner
from protocol.hashing import sha256
from protocol.keys import private_key_from_secret
from protocol.registry_state import RegistryLog, RegistryState, entry_bytes, topics_of
from protocol.roles import OPEN
from protocol.snapshot import Evidence, Snapshot, SnapshotTree, snapshot_origin
from scripts.make_vectors.bundles_company import seeded
from scripts.make_vectors.bundles_good import good
from scripts.make_vectors.bundles_good_passports import good as passports
from scripts.make_vectors.bundles_world import CHAIN, CODES, MAIN, World, log_key, trust
from scripts.make_vectors.front_door import render

if TYPE_CHECKING:
    from protocol.bundle import Bundle
    from protocol.checks.view import ChainView

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "witness"
ALWAYS = ["OTHER_PRODUCTS_NOT_CHECKED"]
TIME = 1_790_000_000
NAMES = ("witness.example/w1", "witness.example/w2", "witness.example/w3")
KEYS = {name: private_key_from_secret("EdDSA", seeded("witness", name)) for name in NAMES}
W1, W2, W3 = NAMES
BLOCK_HASH = "0x" + sha256(b"block of the vectors").hex()

Case = dict[str, Any]


def build() -> dict[str, list[Case]]:
    """Return the cases of every file by its name."""
    return {
        "cosignatures": cosignature_cases(),
        "states": [state_case()],
        "snapshots": snapshot_cases(),
        "bundles": bundle_cases(),
    }


def pinned(*names: str) -> list[dict[str, str]]:
    """Witnesses as a trust file names them."""
    return [{"name": name, "key": KEYS[name].public.raw.hex()} for name in names]


def signed(note: str, *names: str, statement: Statement = CHECKPOINT, time: int = TIME) -> str:
    """A note with cosignatures, each a second later than the one before."""
    body, _ = split_note(note)
    lines = [cosign(body, time + number, name, KEYS[name], statement) for number, name in enumerate(names)]
    return add_lines(note, "".join(lines))


def cosignature_cases() -> list[Case]:
    """Each case: `note`, `statement`, `pinned`; then `times` by name (who cosigned, and when), or an `error`."""
    note = sign_note(Checkpoint(MAIN, 12, sha256(b"root")), log_key(MAIN))
    other = sign_note(Checkpoint("log.example/other", 12, sha256(b"root")), log_key(MAIN))
    newer = sign_note(Checkpoint(MAIN, 13, sha256(b"newer")), log_key(MAIN))

    def case(name: str, text: str, expected: Case, statement: str = "checkpoint", *who: str) -> Case:
        return {
            "name": name,
            "note": text,
            "statement": statement,
            "pinned": pinned(*(who or (W1, W2))),
        } | expected

    refused = {"error": "WITNESS_SIGNATURE"}
    line = signed(note, W1).removeprefix(note)
    return [
        {
            "name": "verifier-key",
            "witness": pinned(W1)[0],
            "vkey": format_cosigner(W1, KEYS[W1].public),
            "snapshotVkey": format_cosigner(W1, KEYS[W1].public, SNAPSHOT),
        },
        case("none", note, {"times": {}}),
        case("two", signed(note, W1, W2), {"times": {W1: TIME, W2: TIME + 1}}),
        case("a-stranger-is-read-over", signed(note, W1, W3), {"times": {W1: TIME}}),
        case("twice-counts-once", signed(note, W1, W1), {"times": {W1: TIME + 1}}),
        case("of-another-log", note + signed(other, W1).removeprefix(other), refused),
        case("of-an-older-tree", newer + line, refused),
        case("other-statement", signed(note, W1, statement=SNAPSHOT), {"times": {}}),
        case("a-snapshot", signed(note, W1, statement=SNAPSHOT), {"times": {W1: TIME}}, "snapshot"),
        case("under-anothers-name", note + line.replace(W1, W2), {"times": {}}),
        case("no-line", note + "hello\n", {"error": "CHECKPOINT_MALFORMED"}),
    ]


def state_case() -> Case:
    """Events as an endpoint gives them, in order, and the facts that they leave behind."""
    party, key, issuer, name, root = (
        sha256(word.encode()) for word in ("party", "key", "issuer", "p", "root")
    )
    first, second = sha256(b"first"), sha256(b"second")
    coordinators: list[bytes | int] = [1, 128, 192, 0, 1, key]
    logs = [
        _event("participants", "CoordinatorsChanged", [bytes(32)], coordinators, 1),
        _event("anchors", "LogOpened", [root, bytes(32), party], [key], 2),
        _event("participants", "ParticipantAdmitted", [party], [2, bytes(32)], 3),
        _event("participants", "KeyAdded", [party, key], [1, 1, 7, 0, 3, 224, 0], 3),
        _event("anchors", "HeadAnchored", [root, _word(1), first], [4, bytes(32), second, first, 192], 4),
        _event("passports", "PassportIssued", [issuer, name], [first, 1, 0], 5),
        _event("passports", "PassportStatusChanged", [issuer, name], [1, 2, bytes(32), 5], 6),
        _event("passports", "PassportIssued", [issuer, name], [second, 2, 6], 7),
        _event("passports", "BatchIssued", [issuer, root], [500, first], 8),
        _event("passports", "ItemStatusChanged", [issuer, root, name], [first, 1, 3, bytes(32), 8], 9),
        _event("participants", "ParticipantChanged", [party], [2, 0, 3], 10),
        _event("participants", "KeyClosed", [party, key], [2**64 - 2, 6, 1, 0, 10], 11),
    ]
    state = RegistryState()
    for log in logs:
        state.apply(log)
    tree = SnapshotTree(state.entries())
    return {
        "events": [
            {
                "contract": log.contract,
                "topics": [topic.hex() for topic in log.topics],
                "data": log.data.hex(),
                "block": log.block,
                "transaction": log.transaction,
            }
            for log in logs
        ],
        "facts": [entry.decode() for entry in tree.entries],
        "root": tree.root.hex(),
    }


def snapshot_cases() -> list[Case]:
    """Each case: a log's `vkey` for the note, the enclosed facts, questions; then `answers` and `open`, or `error`."""
    log = sha256(b"log").hex()
    facts = [entry_bytes(("head", log, seq), [seq]) for seq in (1, 2, 12, 123)]
    facts += [entry_bytes(("key", log, sha256(bytes([n])).hex()), [7, 1, None, None]) for n in range(4)]
    tree = SnapshotTree(sorted(facts))
    note = _snapshot(tree, 40).sign(log_key(MAIN))
    there, absent = ("head", log, 12), ("head", log, 3)

    def case(name: str, entries: Any, questions: Any, expected: Case, text: str = note) -> Case:
        evidence = [
            {
                "index": each.index,
                "fact": json.loads(each.entry),
                "proof": [each_hash.hex() for each_hash in each.proof],
            }
            for each in entries
        ]
        key = format_vkey(snapshot_origin(MAIN), log_key(MAIN).public)
        asked = [list(question) for question in questions]
        return {"name": name, "vkey": key, "note": text, "entries": evidence, "questions": asked} | expected

    proofs = tree.prove([there])
    moved = [replace(proofs[0], index=proofs[0].index + 1)]
    altered = [replace(proofs[0], entry=entry_bytes(there, [99]))]
    edges = [("batch", "0" * 64, "0" * 64), ("roles", "f" * 64)]
    broken = sign_note(
        Checkpoint(snapshot_origin(MAIN), len(tree.entries), tree.root), log_key(MAIN), ["block 40"]
    )
    return [
        case("there", proofs, [there], {"answers": [[12]], "open": []}),
        case("absent", tree.prove([absent]), [absent], {"answers": [None], "open": []}),
        case("absent-at-both-ends", tree.prove(edges), edges, {"answers": [None, None], "open": []}),
        case("left-out", tree.prove([absent])[:1], [absent], {"answers": [], "open": [list(absent)]}),
        case("not-asked-for", proofs, [absent], {"answers": [], "open": [list(absent)]}),
        case("altered", altered, [there], {"error": "PROOF_MISMATCH"}),
        case("moved", moved, [there], {"error": "PROOF_MISMATCH"}),
        case("lines", proofs, [there], {"error": "SNAPSHOT_MALFORMED"}, broken),
    ]


def bundle_cases() -> list[Case]:
    """Each case: `bundle` (its JSON value), `trust`, and what a verifier must say that cannot ask the chain."""
    handed, in_batch = good.all["handed-over"].told, passports.all["passport-in-a-batch"].told
    both, as_of = (W1, W2), ["CHAIN_AS_OF", *ALWAYS]
    quorum = ["CHAIN_NOT_ASKED", *ALWAYS, "WITNESS_QUORUM"]
    found = [
        _case("two-of-two", handed, both, both, 2, "verified", as_of),
        _case("two-of-three", handed, (W1, W3), NAMES, 2, "verified", as_of),
        _case("one-of-two", handed, (W1,), both, 2, "not proven", quorum),
        _case("strangers", handed, (W3,), both, 1, "not proven", quorum),
        _case("none-wanted", handed, both, (), 0, "not proven", ["CHAIN_NOT_ASKED", *ALWAYS]),
        _case("passport-in-a-batch", in_batch, both, both, 2, "verified", [*as_of, "ORIGIN_NOT_RAW"]),
    ]
    return [*found, *(_altered(found[0], *each) for each in _ALTERATIONS), _recalled(in_batch)]


def _case(
    name: str,
    told: Any,
    signers: tuple[str, ...],
    named: tuple[str, ...],
    quorum: int,
    verdict: str,
    codes: list[str],
) -> Case:
    world = World()
    target = told(world)
    bundle = witnessed(world.bundle(target), world, signers)
    file = trust() | {"witnesses": pinned(*named)} | ({"witnessQuorum": quorum} if named else {})
    return {
        "name": name,
        "bundle": json.loads(serialise(bundle)),
        "trust": file,
        "expected": {"verdict": verdict, "codes": sorted(codes)},
    }


def _without_fact(value: Case) -> None:
    value["snapshot"]["entries"].pop(0)


def _key_shown_open(value: Case) -> None:
    fact = next(each["fact"] for each in value["snapshot"]["entries"] if each["fact"][0] == "key")
    fact[4] = 999


def _other_block(value: Case) -> None:
    value["snapshot"]["note"] = value["snapshot"]["note"].replace("block ", "block 1", 1)


def _swapped_lines(value: Case) -> None:
    newest = next(head for head in value["heads"] if "checkpoint" in head)
    mark = "\n— witness"
    text, _, tail = value["snapshot"]["note"].partition(mark)
    stolen = newest["checkpoint"].partition(mark)
    value["snapshot"]["note"] = text + mark + stolen[2]
    newest["checkpoint"] = stolen[0] + mark + tail


_ALTERATIONS: tuple[tuple[str, Any, str, list[str]], ...] = (
    ("a-fact-left-out", _without_fact, "not proven", ["CHAIN_NOT_ASKED", "SNAPSHOT_FACT_MISSING", *ALWAYS]),
    ("a-key-shown-otherwise", _key_shown_open, "refused", ["CHAIN_NOT_ASKED", "PROOF_MISMATCH", *ALWAYS]),
    ("another-block", _other_block, "refused", ["CHAIN_NOT_ASKED", "CHECKPOINT_SIGNATURE", *ALWAYS]),
    ("statements-swapped", _swapped_lines, "not proven", ["CHAIN_NOT_ASKED", "WITNESS_QUORUM", *ALWAYS]),
)


def _altered(case: Case, name: str, change: Any, verdict: str, codes: list[str]) -> Case:
    altered: Case = json.loads(json.dumps(case))
    change(altered["bundle"])
    return altered | {"name": name, "expected": {"verdict": verdict, "codes": sorted(codes)}}


def _recalled(told: Any) -> Case:
    """The chain as the witnesses saw it has one item of the batch suspended."""
    case = _case(
        "item-recalled", told, (W1, W2), (W1, W2), 2, "revoked",
        ["CHAIN_AS_OF", "ORIGIN_NOT_RAW", "PASSPORT_SUSPENDED", *ALWAYS],
    )  # fmt: skip
    world = World()
    bundle = world.bundle(told(world))
    (issuer, batch), place = world.batches[0], bundle.batches[0]
    name = ("item", issuer.hex(), batch.root.hex(), place.passport.hex(), place.digest.hex())
    extra = RegistryState()
    extra.facts[name] = [2]
    case["bundle"] = json.loads(serialise(witnessed(bundle, world, (W1, W2), extra)))
    return case


def witnessed(
    bundle: Bundle, world: World, signers: tuple[str, ...], extra: RegistryState | None = None
) -> Bundle:
    """A bundle with checkpoint and snapshot, cosigned; the state is that of the world's honest view."""
    view = world.view(bundle)
    state = state_of(view, world)
    state.facts.update(extra.facts if extra else {})
    tree = SnapshotTree(state.entries())
    heads = tuple(
        replace(head, checkpoint=signed(head.checkpoint, *signers)) if head.checkpoint else head
        for head in bundle.heads
    )
    bundle = parse_bundle(serialise(replace(bundle, heads=heads)))
    records, _ = read_records(bundle.records)
    members, _ = read_memberships(bundle.memberships)
    note = signed(_snapshot(tree, view.latest).sign(log_key(MAIN)), *signers, statement=SNAPSHOT)
    return replace(bundle, snapshot=Evidence(note, tree.prove(questions_of(bundle, records, members))))


def state_of(view: ChainView, world: World) -> RegistryState:
    """The facts behind what the played chain answers."""
    state = RegistryState()
    facts = state.facts
    for log, seq in view.log_seqs.items():
        facts["log", log.hex()] = [view.log_keys[log].hex(), seq]
    transactions = {block: name for name, block in view.transactions.items()}
    for (log, seq), head in view.heads.items():
        hashes = [head.head_hash.hex(), head.root.hex(), head.size, head.manifest.hex()]
        facts["head", log.hex(), seq] = [*hashes, head.block, transactions[head.block]]
    for (party, key_hash), key in view.keys.items():
        end = None if key.to_block == OPEN else key.to_block
        window = [key.capabilities, key.from_block, end, key.disputed_from or None]
        facts["key", party.hex(), key_hash.hex()] = window
    for party in {party for party, _ in view.roles}:
        held = sorted((block, roles) for (other, block), roles in view.roles.items() if other == party)
        facts["roles", party.hex()] = [[list(each) for each in held]]
    for coordinator in view.coordinators:
        facts["coordinator", coordinator.hex()] = []
    for (issuer, name), (digest, status) in world.passports.items():
        facts["passport", issuer.hex(), name.hex()] = [digest.hex(), status]
    for issuer, batch in world.batches:
        facts["batch", issuer.hex(), batch.root.hex()] = [len(batch.items)]
    return state


def _snapshot(tree: SnapshotTree, block: int) -> Snapshot:
    contracts = {name: Pinned(getattr(CHAIN, name), CODES[name]) for name in CODES}
    return Snapshot(
        snapshot_origin(MAIN), len(tree.entries), tree.root, CHAIN.chain_id, CHAIN.genesis, block, BLOCK_HASH, contracts
    )  # fmt: skip


def _event(
    contract: str, name: str, topics: list[bytes], words: list[bytes | int], block: int
) -> RegistryLog:
    data = b"".join(word if isinstance(word, bytes) else _word(word) for word in words)
    own = bytes.fromhex(topics_of(contract)[name])
    return RegistryLog(contract, (own, *topics), data, block, "0x" + sha256(f"{name} {block}".encode()).hex())


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def main() -> None:
    """Write all files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in build().items():
        (OUT / f"{name}.json").write_text(render(cases), "utf-8")


if __name__ == "__main__":
    main()
