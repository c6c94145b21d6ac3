"""Bundles from files and folders, put together for what is asked over many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.bundle import parse_bundle
from protocol.checks.credentials import read_records
from protocol.checks.log import check_inclusion
from protocol.errors import FormatError
from protocol.records import parse_record
from verifier.sources import read_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from protocol.bundle_model import Bundle, BundleHead, BundleRecord
    from protocol.verdict import Finding


def bundles_at(paths: Iterable[Path]) -> list[Bundle]:
    """Every bundle named, and every `*.filiera` of the folders named; FormatError KPI_NOTHING_TO_READ for none."""
    files = [file for path in paths for file in (sorted(path.glob("*.filiera")) if path.is_dir() else [path])]
    if not files:
        raise FormatError("KPI_NOTHING_TO_READ", "--evidence")
    return [parse_bundle(read_target(str(file), None)) for file in files]


def tokens_in(folder: Path) -> list[str]:
    """The records in `*.jwt` files of a folder; FormatError KPI_NOTHING_TO_READ for none, or what is wrong with one."""
    files = sorted(folder.glob("*.jwt"))
    if not files:
        raise FormatError("KPI_NOTHING_TO_READ", "--members")
    return [parse_record(file.read_bytes().strip()).token for file in files]


def of_bundles(
    bundles: Sequence[Bundle],
) -> tuple[list[BundleRecord], list[BundleHead], list[str], list[Finding]]:
    """What bundles hold: records that their heads include, each log's newest head, memberships, and what is wrong."""
    entries: dict[str, BundleRecord] = {}
    heads: dict[bytes, BundleHead] = {}
    findings: list[Finding] = []
    for bundle in bundles:
        sound, unsound = read_records(bundle.records)
        findings += unsound
        outside = [each for each in check_inclusion(bundle, sound) if each.severity == "refused"]
        findings += outside
        wrong = {each.place for each in outside}
        entries |= {each.entry.token: each.entry for each in sound if each.record.digest.hex() not in wrong}
        for head in bundle.newest():
            heads[head.log] = max(head, heads.get(head.log, head), key=lambda each: each.seq)
    memberships = sorted({token for bundle in bundles for token in bundle.memberships})
    placed = [entry for entry in entries.values() if entry.log is not None and entry.index is not None]
    ordered = sorted(placed, key=lambda entry: (entry.log or b"", entry.index or 0, entry.token))
    return ordered, [heads[log] for log in sorted(heads)], memberships, findings
