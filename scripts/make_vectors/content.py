"""Vectors of content addresses and sealed papers: files, spellings, blocks, archives, ciphertext.

The addresses of files are held in the tests against another implementation of UnixFS.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from protocol.car import car_header, car_section
from protocol.cid import CHUNK_BYTES, MAX_LINKS, CidBuilder, cid_of_bytes, format_cid, parse_cid, raw_cid
from protocol.dag_pb import encode_file
from protocol.sealing import SEALED_CHUNK, seal, size_class
from protocol.unixfs import read_file
from scripts.make_vectors.front_door import render

OUT = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "content"
KEY, PREFIX = b"\x0b" * 32, b"filiera"

Case = dict[str, Any]


def build() -> dict[str, list[Case]]:
    """Return the cases of every file by its name."""
    return {
        "files": [file_case(size) for size in (0, 1, 6, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)]
        + [file_case(MAX_LINKS * CHUNK_BYTES), file_case(MAX_LINKS * CHUNK_BYTES + 1)],
        "cids": cid_cases(),
        "blocks": block_cases(),
        "archives": [archive_case()],
        "sealed": sealed_cases(),
    }


def file_case(size: int) -> Case:
    """Each case: `size` bytes of value 0x5a, their `cid` and `sha256`."""
    data = b"\x5a" * size
    return {"size": size, "byte": "5a", "cid": cid_of_bytes(data), "sha256": hashlib.sha256(data).hexdigest()}


def cid_cases() -> list[Case]:
    """Each case: `text`, and `cid` in hex, or null where it is not our one spelling."""
    good = cid_of_bytes(b"hello\n")
    bad = {
        "upper_case": good.upper(),
        "padded": good + "=",
        "cut": good[:-1],
        "spare_bits": good[:-1] + "n",
        "base58btc": "z" + good[1:],
        "version_0": "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN",
        "dag_cbor": format_cid(b"\x01\x71\x12\x20" + bytes(32)),
        "sha2_512_code": format_cid(b"\x01\x55\x13\x20" + bytes(32)),
        "path": good + "/a",
        "empty": "",
    }
    cases: list[Case] = [{"name": "raw", "text": good, "cid": parse_cid(good).hex()}]
    node = cid_of_bytes(bytes(CHUNK_BYTES + 1))
    cases.append({"name": "dag_pb", "text": node, "cid": parse_cid(node).hex()})
    return cases + [{"name": name, "text": text, "cid": None} for name, text in bad.items()]


def block_cases() -> list[Case]:
    """Each case: the root's `cid`, `blocks` by address, and the file's `data` in hex, or the `code` of the refusal."""
    leaf, empty = raw_cid(hashlib.sha256(b"xy").digest()), raw_cid(hashlib.sha256(b"").digest())
    good = encode_file([(leaf, 2, 2), (leaf, 2, 2)])
    roots = {
        "two_parts": (good, b"xyxy".hex(), None),
        "size_lies": (encode_file([(leaf, 3, 2)]), None, "BLOCK_MALFORMED"),
        "part_without_bytes": (encode_file([(empty, 0, 0)]), None, "BLOCK_MALFORMED"),
        "directory": (b"\x0a\x02\x08\x01", None, "NOT_A_FILE"),
        "data_before_links": (b"\x0a\x04\x08\x02\x18\x00\x12\x00", None, "BLOCK_MALFORMED"),
        "long_varint": (b"\x0a\x80\x00", None, "BLOCK_MALFORMED"),
        "unknown_field": (b"\x1a\x00", None, "BLOCK_MALFORMED"),
    }
    cases = []
    for name, (block, data, code) in roots.items():
        root = b"\x01\x70\x12\x20" + hashlib.sha256(block).digest()
        blocks = {format_cid(root): block.hex(), format_cid(leaf): b"xy".hex(), format_cid(empty): ""}
        cases.append({"name": name, "cid": format_cid(root), "blocks": blocks, "data": data, "code": code})
    return cases


def archive_case() -> Case:
    """One CAR of one small file: `root`, `car` in hex, `data` in hex."""
    blocks: dict[bytes, bytes] = {}
    builder = CidBuilder(blocks.__setitem__)
    builder.update(b"a paper")
    root = parse_cid(builder.finish())
    out = [car_header(root)]
    data = b"".join(read_file(root, blocks.__getitem__, on_block=lambda c, b: out.append(car_section(c, b))))
    return {"root": format_cid(root), "car": b"".join(out).hex(), "data": data.hex()}


def sealed_cases() -> list[Case]:
    """Each case: `size` zero bytes under `key` and `prefix`: `sealedSize`, `sha256` of it, size class."""
    cases = []
    for size in (0, 1, 4088, 4089, SEALED_CHUNK - 8, SEALED_CHUNK, 3 * SEALED_CHUNK + 1):
        sealed = b"".join(seal([bytes(size)], size, KEY, PREFIX))
        case: Case = {"size": size, "key": KEY.hex(), "prefix": PREFIX.hex(), "class": size_class(8 + size)}
        cases.append(case | {"sealedSize": len(sealed), "sha256": hashlib.sha256(sealed).hexdigest()})
    return cases


def main() -> None:
    """Write the files."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in build().items():
        (OUT / f"{name}.json").write_text(render(cases), "utf-8")


if __name__ == "__main__":
    main()
