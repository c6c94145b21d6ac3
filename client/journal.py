"""The journal of one key: every record it signed, kept before the first send, so that the same bytes are sent again.

ES256 signatures are random: a record signed anew would be another record with the same id. And numbers,
predecessors and lot accounts (protocol/README §4, §5) follow from what was signed before, with no network. One JSON
value a line, appended and on disk before `append` returns:

    {"line": "signed", "id", "digest", "seq", "holder", "account": [entry…], "token", "source"?}
    {"line": "received", "id", "receipt"}
    {"line": "void", "id", "code"}     the node refused it for good: its number is free again
    {"line": "seen", "holder", "entry", "digest"}     an account entry that another key of the company signed

`source` says which row of an import a record came from, so that the same file imported again signs nothing twice.

A last line without its newline was cut off by a power failure before anybody relied on it; it is dropped. Losing
the journal loses no evidence (the records are in the log) but the key's numbers: keep it with the key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
    source: str = ""


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
    sources: dict[str, str] = field(default_factory=dict)
    _balances: dict[tuple[str, str], Balance] = field(default_factory=dict)
    _seen: dict[tuple[str, str], Balance] = field(default_factory=dict)
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

    @property
    def balances(self) -> dict[tuple[str, str], Balance]:
        """Where every account (lot, holder) stands that this key knows of."""
        return dict(self._balances)

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
            value = _parse(self.path, line)
            try:
                self._take(value)
            except (KeyError, TypeError, AttributeError) as error:
                reason = type(error).__name__
                raise ClientError("JOURNAL_DAMAGED", str(self.path), file=self.path, reason=reason) from error
        self._read += whole

    def append_signed(self, record: Signed) -> None:
        """Keep a record for good; called inside `changing()`, before it is sent anywhere."""
        self._append(_signed_line(record))

    def append_all(self, records: Sequence[Signed]) -> None:
        """Keep many records by one write."""
        self._append_lines([_signed_line(record) for record in records])

    def append_seen(self, holder: str, balance: Balance) -> None:
        """Note where an account stands by a record that is not this key's; older news changes nothing."""
        known = self.balance(balance.entry["lot"], holder)
        if known is None or known.entry["lotSeq"] < balance.entry["lotSeq"]:
            self._append({
                "line": "seen", "holder": holder, "entry": balance.entry, "digest": balance.digest,
            })  # fmt: skip

    def copy(self) -> Journal:
        """Return the same journal in memory only: what is appended to it is written nowhere."""
        return _Copy(
            self.path,
            dict(self.signed),
            dict(self.receipts),
            dict(self.sources),
            dict(self._balances),
            dict(self._seen),
            self._read,
        )

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
        self._append_lines([value])

    def _append_lines(self, values: Sequence[dict[str, Any]]) -> None:
        lines = b"".join(dump_json(value) + b"\n" for value in values)
        new = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, files.PRIVATE)
        with os.fdopen(handle, "wb") as file:
            # Behind the last whole line: a line cut off by a power failure is written over.
            file.seek(self._read)
            file.write(lines)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        if new:
            files.sync_folder(self.path.parent)
        self._read += len(lines)
        for value in values:
            self._take(value)

    def _take(self, value: dict[str, Any]) -> None:
        if value["line"] == "signed":
            self._take_signed(value)
        elif value["line"] == "received":
            self.receipts[value["id"]] = value["receipt"]
        elif value["line"] == "seen":
            balance = Balance(value["entry"], value["digest"])
            self._seen[value["entry"]["lot"], value["holder"]] = balance
            self._weigh(value["holder"], balance)
        elif self.signed.pop(value["id"], None) is not None:
            self.sources = {record.source: record.id for record in self.signed.values() if record.source}
            self._rebuild_balances()

    def _take_signed(self, value: dict[str, Any]) -> None:
        record = Signed(
            id=value["id"],
            digest=value["digest"],
            seq=value["seq"],
            holder=value["holder"],
            account=tuple(value["account"]),
            token=value["token"],
            source=value.get("source", ""),
        )
        self.signed[record.id] = record
        if record.source:
            self.sources[record.source] = record.id
        for entry in record.account:
            self._weigh(record.holder, Balance(entry, record.digest))

    def _weigh(self, holder: str, balance: Balance) -> None:
        """The entry with the highest number is where an account stands."""
        place = (balance.entry["lot"], holder)
        known = self._balances.get(place)
        if known is None or known.entry["lotSeq"] <= balance.entry["lotSeq"]:
            self._balances[place] = balance

    def _rebuild_balances(self) -> None:
        self._balances = dict(self._seen)
        for record in self.signed.values():
            for entry in record.account:
                self._weigh(record.holder, Balance(entry, record.digest))


class _Copy(Journal):
    """A journal in memory: for rehearsals, which must leave nothing behind."""

    @contextmanager
    def changing(self) -> Iterator[Journal]:
        yield self

    def refresh(self) -> None:
        """Nothing is read: the copy stands where it was taken."""

    def _append_lines(self, values: Sequence[dict[str, Any]]) -> None:
        for value in values:
            self._take(value)


def _signed_line(record: Signed) -> dict[str, Any]:
    line = {
        "line": "signed", "id": record.id, "digest": record.digest, "seq": record.seq,
        "holder": record.holder, "account": list(record.account), "token": record.token,
    }  # fmt: skip
    return {**line, "source": record.source} if record.source else line


def _parse(path: Path, line: bytes) -> dict[str, Any]:
    try:
        value = parse_json(line, _LINE)
    except FilieraError as error:
        raise ClientError("JOURNAL_DAMAGED", str(path), file=path, reason=error.code) from error
    if not isinstance(value, dict) or value.get("line") not in {"signed", "received", "void", "seen"}:
        raise ClientError("JOURNAL_DAMAGED", str(path), file=path, reason="line")
    return value


def _lock(handle: int) -> None:
    """Wait for the lock, where the system has one; it ends with the file handle."""
    with suppress(ImportError):
        import fcntl  # noqa: PLC0415 - absent on Windows

        fcntl.flock(handle, fcntl.LOCK_EX)
