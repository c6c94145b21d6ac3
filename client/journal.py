"""The journal of one key: every record it signed, kept before the first send, so that the same bytes are sent again.

ES256 signatures are random: a record signed anew would be another record with the same id. And numbers,
predecessors and lot accounts (protocol/README §4, §5) follow from what was signed before, with no network. One JSON
value a line, appended and on disk before `append` returns:

    {"line": "signed", "id", "digest", "seq", "holder", "account": [entry…], "token"}
    {"line": "received", "id", "receipt"}
    {"line": "void", "id", "code"}     the node refused it for good: its number is free again

A last line without its newline was cut off by a power failure before anybody relied on it; it is dropped. Losing
the journal loses no evidence (the records are in the log) but the key's numbers: keep it with the key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from client import files
from client.errors import ClientError
from protocol.errors import FilieraError
from protocol.limits import Limits
from protocol.strict_json import dump_json, parse_json

if TYPE_CHECKING:
    from pathlib import Path

# A token (256 KiB) with its receipt and account entries.
_LINE = Limits(max_bytes=1_048_576, max_depth=8, max_items=20_000, max_string=524_288)


@dataclass(frozen=True)
class Signed:
    """A signed record: `token` with all disclosures, `digest` 64 hex characters, `account` the entries as signed."""

    id: str
    digest: str
    seq: int
    holder: str
    account: tuple[dict[str, Any], ...]
    token: str


@dataclass(frozen=True)
class Balance:
    """The last entry of a lot's account, and the digest (hex) of the record that carries it."""

    entry: dict[str, Any]
    digest: str


@dataclass
class Journal:
    """What a key signed, in order. Use `changing()` around reading and appending: two programs may share a key."""

    path: Path
    signed: dict[str, Signed] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    _balances: dict[tuple[str, str], Balance] = field(default_factory=dict)
    _read: int = 0

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Read the journal at `path`, empty if there is none; ClientError `JOURNAL_DAMAGED` names the line."""
        journal = cls(path)
        journal.refresh()
        return journal

    @property
    def next_seq(self) -> int:
        """The number of the key's next record."""
        return len(self.signed)

    @property
    def last_digest(self) -> str | None:
        """The digest of the key's last record, None before the first."""
        return next(reversed(self.signed.values())).digest if self.signed else None

    @property
    def outgoing(self) -> list[Signed]:
        """What has no receipt yet, in the order of signing: the node takes a key's records only in order."""
        return [record for record in self.signed.values() if record.id not in self.receipts]

    def balance(self, lot: str, holder: str) -> Balance | None:
        """Return where the account of (lot, holder) stands, None before its first entry."""
        return self._balances.get((lot, holder))

    @contextmanager
    def changing(self) -> Iterator[Journal]:
        """Hold the journal alone, up to date with what other programs appended."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, files.PRIVATE)
        try:
            _lock(lock)
            self.refresh()
            yield self
        finally:
            os.close(lock)

    def refresh(self) -> None:
        """Read what was appended since the last time."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        for line in data[:whole].splitlines():
            self._take(_parse(self.path, line))
        self._read += whole

    def append_signed(self, record: Signed) -> None:
        """Keep a record for good; called inside `changing()`, before it is sent anywhere."""
        self._append({
            "line": "signed", "id": record.id, "digest": record.digest, "seq": record.seq,
            "holder": record.holder, "account": list(record.account), "token": record.token,
        })  # fmt: skip

    def append_received(self, record_id: str, receipt: str) -> None:
        """Note the node's receipt."""
        if self.receipts.get(record_id) != receipt:
            self._append({"line": "received", "id": record_id, "receipt": receipt})

    def append_void(self, record_id: str, code: str) -> list[Signed]:
        """Give up a refused record and all signed after it (they name it as predecessor); returns those given up."""
        if record_id not in self.signed:
            return []
        order = list(self.signed.values())
        given_up = order[order.index(self.signed[record_id]) :]
        for record in reversed(given_up):
            self._append({"line": "void", "id": record.id, "code": code})
        return given_up

    def _append(self, value: dict[str, Any]) -> None:
        line = dump_json(value) + b"\n"
        new = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, files.PRIVATE)
        with os.fdopen(handle, "wb") as file:
            # Behind the last whole line: a line cut off by a power failure is written over.
            file.seek(self._read)
            file.write(line)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        if new:
            files.sync_folder(self.path.parent)
        self._read += len(line)
        self._take(value)

    def _take(self, value: dict[str, Any]) -> None:
        if value["line"] == "signed":
            record = Signed(
                value["id"],
                value["digest"],
                value["seq"],
                value["holder"],
                tuple(value["account"]),
                value["token"],
            )
            self.signed[record.id] = record
            for entry in record.account:
                self._balances[entry["lot"], record.holder] = Balance(entry, record.digest)
        elif value["line"] == "received":
            self.receipts[value["id"]] = value["receipt"]
        elif self.signed.pop(value["id"], None) is not None:
            self._rebuild_balances()

    def _rebuild_balances(self) -> None:
        self._balances = {
            (entry["lot"], record.holder): Balance(entry, record.digest)
            for record in self.signed.values()
            for entry in record.account
        }


def _parse(path: Path, line: bytes) -> dict[str, Any]:
    try:
        value = parse_json(line, _LINE)
    except FilieraError as error:
        raise ClientError("JOURNAL_DAMAGED", str(path), file=path, reason=error.code) from error
    if not isinstance(value, dict) or value.get("line") not in {"signed", "received", "void"}:
        raise ClientError("JOURNAL_DAMAGED", str(path), file=path, reason="line")
    return value


def _lock(handle: int) -> None:
    """Wait for the lock, where the system has one; it ends with the file handle."""
    with suppress(ImportError):
        import fcntl  # noqa: PLC0415 - absent on Windows

        fcntl.flock(handle, fcntl.LOCK_EX)
