"""The verifier's own way to the chain: plain JSON-RPC, two round trips whatever the size of the evidence.

Views are called by the selectors of `protocol/abi/reader.json`; arguments and answers are whole words, so neither
web3 nor a hash of Ethereum's is needed.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from protocol.checks.authority import acted_for, author_of
from protocol.checks.view import ChainHead, ChainKey, ChainView
from protocol.errors import ChainError
from protocol.hashing import passport_id
from protocol.passport import KIND as PASSPORT
from verifier.registrations import item_status_data, items_of, registered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from protocol.bundle_model import Bundle
    from protocol.checks.credentials import Sound
    from protocol.checks.view import Trust
    from protocol.records import Record

    Call = tuple[str, list[Any]]
    Place = tuple[bytes, int]
    Transport = Callable[[list[Call]], list[Any]]

_WORD = 32
_NAMES = {"participants": "ParticipantRegistry", "anchors": "AnchorRegistry", "passports": "PassportRegistry"}
# An answer of the chain to a call that the contract refused: what was asked for is not there.
ABSENT = object()


@cache
def reader() -> Mapping[str, Any]:
    """Selectors and places of immutables, as exported from the contracts."""
    found: dict[str, Any] = json.loads((files("protocol") / "abi" / "reader.json").read_text("utf-8"))[
        "contracts"
    ]
    return found


def read_chain(
    ask: Transport,
    trust: Trust,
    bundle: Bundle,
    records: Iterable[Sound],
    memberships: Iterable[Record],
    at: str = "latest",
    also: Iterable[Place] = (),
) -> ChainView:
    """Ask a chain everything that the checks need, as of block `at` (a tag, or a number in hex with 0x).

    `ask` sends one batch; ChainError if it cannot be asked. `also` are heads, as (log, seq), that something beside the
    bundle speaks of.
    """
    sound = list(records)
    authors = {key.key_hash: key.participant for key in bundle.keys}
    pairs = {
        (author, each.record.key.key_id) for each in sound if (author := author_of(each.record, authors))
    }
    pairs |= {(key.participant, key.key_hash) for key in bundle.keys}
    first = _Round(ask, trust, at)
    genesis, latest = first.block("0x0"), first.block(at)
    chain_id = first.call("eth_chainId", [])
    code = {name: first.call("eth_getCode", [pinned.address, at]) for name, pinned in trust.contracts.items()}
    logs = {log: first.view("anchors", "logOf", log) for log in {head.log for head in bundle.heads}}
    wanted = {(head.log, head.seq) for head in bundle.heads} | set(also)
    heads = {place: first.view("anchors", "headAt", *place) for place in sorted(wanted)}
    keys = {pair: first.view("participants", "keyOf", *pair) for pair in pairs}
    signers = {record.key.key_id for record in memberships}
    coordinators = {key: first.view("participants", "isCoordinator", key) for key in signers}
    identified = {
        (author, passport_id(each.record.subject["id"]))
        for each in sound
        if each.record.kind == PASSPORT and (author := author_of(each.record, authors))
    }
    passports = {pair: first.view("passports", "passportOf", *pair) for pair in identified}
    items = items_of(bundle, sound, authors)
    asked = {pair: first.data("passports", item_status_data(pair[0], place)) for pair, place in items.items()}
    receipts = {head.transaction: first.receipt(head.transaction) for head in bundle.heads}
    first.send()
    found = {
        place: _head(words)
        for place, answer in heads.items()
        if (words := first.words(answer)) and any(words[0])
    }
    second = _Round(ask, trust, at)
    blocks = {
        (author, found[each.entry.log, each.entry.head].block)
        for each in sound
        if each.entry.log and each.entry.head and (each.entry.log, each.entry.head) in found
        for author in (author_of(each.record, authors), acted_for(each.record))
        if author
    }
    roles = {pair: second.view("participants", "statusAt", *pair) for pair in blocks}
    second.send()
    return ChainView(
        chain_id=_number(first.answers[chain_id]),
        genesis=_field(first.answers[genesis], "hash"),
        latest=_number(_field(first.answers[latest], "number")),
        code_hashes={name: code_hash(name, str(first.answers[number])) for name, number in code.items()},
        log_keys={log: words[4] for log, number in logs.items() if (words := first.words(number))},
        log_seqs={log: _int(words[1]) for log, number in logs.items() if (words := first.words(number))},
        heads=found,
        keys={pair: key for pair, number in keys.items() if (key := _key(first.words(number)))},
        coordinators=frozenset(key for key, number in coordinators.items() if _true(first.words(number))),
        roles={pair: _roles(second.words(number)) for pair, number in roles.items()},
        passports=registered(
            {pair: first.words(number) for pair, number in passports.items()},
            {pair: (items[pair], first.words(number)) for pair, number in asked.items()},
        ),
        transactions={
            name: block for name, number in receipts.items() if (block := _mined(first.answers[number]))
        },
    )


def code_hash(name: str, code: str) -> str:
    """SHA-256 of deployed code with the immutables set to zero (README §9); hex with 0x."""
    try:
        data = bytearray.fromhex(code.removeprefix("0x"))
    except ValueError as error:
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason="code") from error
    for places in reader()[_NAMES[name]]["immutables"].values():
        for start in places:
            data[start : start + _WORD] = bytes(len(data[start : start + _WORD]))
    return "0x" + hashlib.sha256(data).hexdigest()


class _Round:
    """Collects calls, sends them as one batch, gives answers by number."""

    def __init__(self, ask: Transport, trust: Trust, at: str) -> None:
        self._ask = ask
        self._at = at
        self._trust = trust
        self._calls: list[Call] = []
        self.answers: list[Any] = []

    def call(self, method: str, parameters: list[Any]) -> int:
        self._calls.append((method, parameters))
        return len(self._calls) - 1

    def block(self, name: str) -> int:
        return self.call("eth_getBlockByNumber", [name, False])

    def receipt(self, transaction: str) -> int:
        return self.call("eth_getTransactionReceipt", [transaction])

    def view(self, contract: str, name: str, *arguments: bytes | int) -> int:
        words = (each if isinstance(each, bytes) else each.to_bytes(_WORD, "big") for each in arguments)
        selector = bytes.fromhex(reader()[_NAMES[contract]]["selectors"][name])
        return self.data(contract, selector + b"".join(words))

    def data(self, contract: str, data: bytes) -> int:
        to = self._trust.contracts[contract].address
        return self.call("eth_call", [{"to": to, "data": "0x" + data.hex()}, self._at])

    def send(self) -> None:
        self.answers = self._ask(self._calls) if self._calls else []

    def words(self, number: int) -> list[bytes]:
        """The words of a view's answer; none if the contract refused."""
        answer = self.answers[number]
        if answer is ABSENT:
            return []
        try:
            data = bytes.fromhex(str(answer).removeprefix("0x"))
        except ValueError as error:
            raise ChainError("CHAIN_ANSWER_MALFORMED", reason="view") from error
        return [data[at : at + _WORD] for at in range(0, len(data), _WORD)]


def _head(words: list[bytes]) -> ChainHead:
    root, hashed, manifest, size, _seq, block, time = words
    return ChainHead(root, hashed, manifest, _int(size), _int(block), _int(time))


def _key(words: list[bytes]) -> ChainKey | None:
    if not words or not _int(words[0]):
        return None
    return ChainKey(_int(words[2]), _int(words[4]), _int(words[5]), _int(words[6]), _int(words[3]))


def _roles(words: list[bytes]) -> int:
    return _int(words[0]) if words and _int(words[1]) else 0


def _true(words: list[bytes]) -> bool:
    return bool(words) and _int(words[0]) == 1


def _mined(receipt: Any) -> int | None:
    if not isinstance(receipt, dict) or receipt.get("status") != "0x1":
        return None
    return _number(receipt.get("blockNumber"))


def _int(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _number(value: Any) -> int:
    try:
        return int(str(value), 16)
    except ValueError as error:
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason="number") from error


def _field(value: Any, name: str) -> str:
    if not isinstance(value, dict) or not isinstance(value.get(name), str):
        raise ChainError("CHAIN_ANSWER_MALFORMED", reason=name)
    return str(value[name])
