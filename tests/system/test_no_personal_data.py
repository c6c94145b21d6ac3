"""After the demo's collection: what of its parties' data can be found on the chain, in the log, and on IPFS.

On the chain and in the log: nothing, neither in clear nor as a plain hash. On IPFS, that is whatever the gateway gives
to anybody: organisations' names, towns and the places that they show, because an admitted organisation answers for its records by
name and the law wants the operator of a passport named. Not registration numbers; of a sole trader the town at most.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import httpx
import pytest

from client.demo.coat.sample import load
from protocol.cid import RAW, format_cid
from tests.support.demo import running_demo
from tests.support.readings import readings

pytestmark = pytest.mark.system
DIGEST_ENTRY = 34
_EMAIL = re.compile(rb"[\w.+-]{2,}@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(rb"\+39[ 0-9]{6,}")


@dataclass(frozen=True)
class Published:
    """What anybody gets after the demo: bytes by place; `closed` blocks of the store are given to nobody."""

    chain: dict[str, bytes]
    log: dict[str, bytes]
    ipfs: dict[str, bytes]
    closed: int


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    with running_demo(home) as garment:
        with httpx.Client(base_url=garment.node, timeout=30) as node:
            log, digests = _log(node)
            ipfs, closed = _ipfs(node, digests, home / "home" / "node" / "content" / "blocks")
        return Published(_chain(garment.chain), log, ipfs, closed)


def _chain(url: str) -> dict[str, bytes]:
    """Calldata of every transaction, and topics and data of every event since the first block."""

    def ask(method: str, *params: object):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return httpx.post(url, json=body, timeout=30).json()["result"]

    found = {}
    for number in range(int(ask("eth_blockNumber"), 16) + 1):
        for sent in ask("eth_getBlockByNumber", hex(number), True)["transactions"]:  # noqa: FBT003 - JSON-RPC
            found[f"transaction {sent['hash']}"] = bytes.fromhex(sent["input"][2:])
    for at, event in enumerate(ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})):
        parts = [*event["topics"], event["data"]]
        found[f"event {at}"] = b"".join(bytes.fromhex(part[2:]) for part in parts)
    return found


def _log(node: httpx.Client) -> tuple[dict[str, bytes], list[bytes]]:
    """Checkpoint, snapshot, tiles, heads, manifests, affected lists; and the digests that the log holds."""
    heads = node.get("/heads", params={"limit": 1000}).json()
    size = heads[-1]["size"]
    assert size < 256, "one tile holds the demo's log"
    paths = [
        "/checkpoint",
        "/snapshot",
        "/heads?limit=1000",
        f"/tile/0/000.p/{size}",
        f"/tile/entries/000.p/{size}",
    ]
    paths += [f"/heads/{head['seq']}/{part}" for head in heads for part in ("manifest", "affected")]
    found = {path: _got(node, path) for path in paths}
    entries = found[f"/tile/entries/000.p/{size}"]
    assert len(entries) == size * DIGEST_ENTRY
    return found, [entries[at + 2 : at + DIGEST_ENTRY] for at in range(0, len(entries), DIGEST_ENTRY)]


def _ipfs(node: httpx.Client, digests: list[bytes], blocks) -> tuple[dict[str, bytes], int]:
    """Every block of the store and every record of the log, as far as the gateway gives it; how many it does not."""
    addresses = [file.name for folder in blocks.iterdir() for file in folder.iterdir()]
    records = [format_cid(bytes((1, RAW, 0x12, 32)) + digest) for digest in digests]
    found, closed = {}, 0
    for address in (*addresses, *records):
        answer = node.get(f"/ipfs/{address}", params={"format": "raw"})
        assert answer.status_code in {200, 404}
        if answer.status_code == 200:
            found[address] = answer.content
        else:
            assert address not in records
            closed += 1
    return found, closed


def _got(node: httpx.Client, path: str) -> bytes:
    answer = node.get(path)
    assert answer.status_code == 200, path
    return answer.content


def _values(entry) -> set[str]:
    """What the sample says about a party that could name it."""
    facility = entry["facility"]
    return {entry["name"], entry["number"], facility["name"], facility["city"]}


def everything() -> set[str]:
    sample = load()
    return set().union(*(_values(entry) for entry in (*sample.companies, *sample.absent)))


def personal() -> set[str]:
    """What is never on IPFS in clear: every registration number, and names of sole traders and where exactly they work."""
    sample = load()
    numbers = {entry["number"] for entry in (*sample.companies, *sample.absent)}
    traders = {
        value
        for entry in sample.absent
        for facility in [entry["facility"]]
        for value in (entry["name"], facility["name"], facility["latitude"], facility["longitude"])
    }
    assert any("ditta individuale" in name for name in traders)
    return numbers | traders


def forms(value: str) -> set[bytes]:
    """A value as it stands, and its plain SHA-256 (raw and in hex) as somebody might have written it down."""
    spelled = {value, value.lower(), value.upper(), f'"{value}"'}
    digests = [hashlib.sha256(each.encode()).digest() for each in spelled]
    return {value.encode(), *digests, *(digest.hex().encode() for digest in digests)}


def holding(places: dict[str, bytes], values: set[str]) -> dict[str, list[str]]:
    """Values by the places in which they stand."""
    wanted = {value: forms(value) for value in values}
    found: dict[str, list[str]] = {}
    for place, data in places.items():
        read = list(readings(data))
        hits = [
            value for value, each in wanted.items() if any(form in part for form in each for part in read)
        ]
        if hits:
            found[place] = sorted(hits)
    return found


def test_the_scan_finds_what_is_there(published):
    """Otherwise finding nothing says nothing: an organisation's name is in its public membership."""
    name = load().companies[0]["name"]
    assert holding(published.ipfs, {name})
    assert holding({"hashed": hashlib.sha256(name.encode()).digest()}, {name})
    assert len(published.chain) > 50
    assert published.closed > 0


def test_nothing_of_any_party_is_on_the_chain(published):
    assert holding(published.chain, everything()) == {}


def test_nothing_of_any_party_is_in_the_log(published):
    assert holding(published.log, everything()) == {}


def test_no_number_and_no_sole_trader_is_in_clear_on_ipfs(published):
    assert holding(published.ipfs, personal()) == {}


def test_no_mailbox_and_no_telephone_is_on_ipfs(published):
    for place, data in published.ipfs.items():
        for part in readings(data):
            assert not _EMAIL.search(part), place
            assert not _PHONE.search(part), place


def test_no_hash_of_any_partys_data_is_on_ipfs(published):
    """Not even of what may be read: a plain hash would tell a name that was hidden elsewhere."""
    digests = {digest for value in everything() for digest in forms(value) - {value.encode()}}
    for place, data in published.ipfs.items():
        for part in readings(data):
            assert not any(digest in part for digest in digests), place
