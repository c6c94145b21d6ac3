"""Vectors of README §8, §10 and §11 as far as the log goes: trees, tiles, checkpoints, heads, manifests, receipts, ids.

Every answer here is checked in the tests against a second implementation: published vectors, another library, the
contracts or Go's own packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protocol import heads, merkle
from protocol.checkpoint import Checkpoint, format_vkey, sign_note
from protocol.hashing import graph_digest, leaf_hash, log_id, passport_id, sha256
from protocol.keys import private_key_from_secret
from protocol.receipt import issue_receipt
from protocol.tiles import TilePath, entry_bundle, format_tile_path
from scripts.make_vectors.front_door import render

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "log"
ORIGIN = "log.example/filiera"
KEY = private_key_from_secret("EdDSA", b"\x07" * 32)
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 21)

Case = dict[str, Any]


def build() -> dict[str, list[Case]]:
    """Return the cases of every file by its name."""
    return {
        "hashes": hash_cases(),
        "trees": [tree_case(size) for size in SIZES],
        "tiles": tile_cases(),
        "checkpoints": checkpoint_cases(),
        "heads": head_cases(),
        "receipts": receipt_cases(),
    }


def hash_cases() -> list[Case]:
    """Each case: what is hashed and its `hash` in hex."""
    some = digests(3)
    uri = "https://id.gs1.org/01/09506000134352/21/k7m2p4q8r9s3t5v6"
    return [
        {"name": "leaf", "digest": some[0].hex(), "hash": leaf_hash(some[0]).hex()},
        {"name": "log_id", "text": ORIGIN, "hash": log_id(ORIGIN).hex()},
        {"name": "passport_id", "text": uri, "hash": passport_id(uri).hex()},
        {"name": "graph_empty", "digests": [], "hash": graph_digest([]).hex()},
        {
            "name": "graph_unsorted_repeated",
            "digests": [some[index].hex() for index in (2, 0, 1, 0)],
            "hash": graph_digest(some).hex(),
        },
    ]


def tree_case(size: int) -> Case:
    """Each case: `leaves` (leaf hashes), `root`, all inclusion proofs, all consistency proofs from size 1 on."""
    leaves = [leaf_hash(digest) for digest in digests(size)]
    return {
        "name": f"size_{size}",
        "leaves": _hex(leaves),
        "root": merkle.root(leaves).hex(),
        "inclusion": [_hex(merkle.inclusion_proof(leaves, index)) for index in range(size)],
        "consistency": [_hex(merkle.consistency_proof(leaves, before)) for before in range(1, size + 1)],
    }


def tile_cases() -> list[Case]:
    """Each case: `path` behind `/tile/` with `level`, `index`, `width`, or null for what is refused; or a bundle."""
    good = [TilePath(0, 0, None), TilePath(2, 1_234_067, None), TilePath(None, 5, 70), TilePath(0, 999, 255)]
    bad = ["0/000.p/0", "0/000.p/256", "00/000", "0/x000/001", "0/1", "64/000", "entries/../000"]
    read = [
        {
            "name": f"path_{number}",
            "path": format_tile_path(tile),
            "level": tile.level,
            "index": tile.index,
            "width": tile.width,
        }
        for number, tile in enumerate(good)
    ]
    refused = [
        {"name": f"bad_path_{number}", "path": path, "code": "TILE_UNKNOWN"}
        for number, path in enumerate(bad)
    ]
    bundle = {"name": "entries", "digests": _hex(digests(2)), "bundle": entry_bundle(digests(2)).hex()}
    return [*read, *refused, bundle]


def checkpoint_cases() -> list[Case]:
    """Each case: `note` and `vkey`, and `origin`, `size`, `root`, or the `code` of its refusal."""
    root = sha256(b"root")
    note = sign_note(Checkpoint(ORIGIN, 12, root), KEY)
    vkey = format_vkey(ORIGIN, KEY.public)
    good = {"name": "good", "note": note, "vkey": vkey, "origin": ORIGIN, "size": 12, "root": root.hex()}
    bad = {
        "size_changed": (note.replace("\n12\n", "\n13\n"), "CHECKPOINT_SIGNATURE"),
        "no_signature": (note.split("\n\n")[0] + "\n", "CHECKPOINT_MALFORMED"),
        "carriage_return": (note.replace("\n", "\r\n"), "CHECKPOINT_MALFORMED"),
        "another_signer": (note.replace(f"— {ORIGIN}", "— other.example"), "CHECKPOINT_UNSIGNED"),
    }
    return [good] + [
        {"name": name, "note": text, "vkey": vkey, "code": code} for name, (text, code) in bad.items()
    ]


def head_cases() -> list[Case]:
    """One log of three heads: the order of leaves, manifest, affected list and head hash of each."""
    cases: list[Case] = []
    chain_id, contract = 31337, bytes.fromhex("22" * 20)
    prev, leaves, affected = bytes(32), list[bytes](), list[bytes]()
    for seq, added in enumerate((digests(5)[:2], digests(5)[2:3], digests(5)[3:]), 1):
        ordered = heads.order_leaves(prev, added)
        leaves += [leaf_hash(digest) for digest in ordered]
        affected += added[:1] if seq > 1 else []
        manifest = heads.manifest_block(added, affected)
        head = heads.Head(log_id(ORIGIN), seq, prev, merkle.root(leaves), len(leaves), sha256(manifest))
        hashed = heads.head_hash(head, chain_id, contract)
        cases.append(
            {
                "name": f"head_{seq}",
                "chainId": chain_id,
                "contract": contract.hex(),
                "logId": head.log_id.hex(),
                "seq": seq,
                "prev": prev.hex(),
                "records": _hex(added),
                "ordered": _hex(ordered),
                "root": head.root.hex(),
                "size": head.size,
                "affected": _hex(sorted(affected)),
                "affectedBlock": heads.affected_block(affected).hex(),
                "manifestBlock": manifest.hex(),
                "manifest": head.manifest.hex(),
                "headHash": hashed.hex(),
            }
        )
        prev = hashed
    return cases


def receipt_cases() -> list[Case]:
    """A receipt: `token`, `key` (did:key of the log), and what it says."""
    record, received, promise = digests(1)[0], "2026-03-02T08:15:00.120Z", "2026-03-02T08:20:00.120Z"
    token = issue_receipt(ORIGIN, record, received, promise, KEY)
    said = {"origin": ORIGIN, "record": record.hex(), "received": received, "promise": promise}
    return [{"name": "good", "token": token, "key": KEY.public.did, **said}]


def digests(count: int) -> list[bytes]:
    """Digests that can be counted."""
    return [sha256(index.to_bytes(4, "big")) for index in range(count)]


def main() -> None:
    """Write all files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in build().items():
        (OUT / f"{name}.json").write_text(render(cases), "utf-8")


def _hex(values: list[bytes]) -> list[str]:
    return [value.hex() for value in values]
