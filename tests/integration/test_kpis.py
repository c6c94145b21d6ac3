"""The indicators of a real node on a real chain: an outsider counts the same, and notices what was twisted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.makers import Maker, lot
from tests.support.members import adopts, member
from tests.support.node_process import NodeProcess
from tests.support.twisted_node import TwistedNode

if TYPE_CHECKING:
    from protocol.records import Record

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_KPIS = "from verifier.kpis_cli import kpis; kpis()"
YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")
RAW = {"filiera:stage": "raw-material"}


class Story:
    """Weaver and dyer are one group of Prato, five sewers of Bologna, a laboratory; a printer is invited."""

    def __init__(self, node: NodeProcess) -> None:
        self.node = node
        self.weaver, self.dyer, self.printer = Maker("weaver"), Maker("dyer"), Maker("printer")
        self.sewers = [Maker(f"sewer {number}") for number in range(5)]
        self.lab = Maker("lab", roles=("certifier",))
        for maker in (self.weaver, self.dyer, *self.sewers, self.lab):
            assert node.admit(maker).status_code == 200
        word = node.deployed.coordinator
        records = [member(word, each, "PO", "gruppo") for each in (self.weaver, self.dyer)]
        records += [member(word, each, "BO") for each in (*self.sewers, self.lab, self.printer)]
        self.send(*records, *self.events())

    def events(self) -> list[Record]:
        weaver, dyer, first = self.weaver, self.dyer, self.sewers[0]
        wool = weaver.declare("wool", hidden=None, **RAW)
        shipment = weaver.ship("wool", first, "60")
        wrong = dyer.declare("by mistake", **RAW)
        workshop = {"party": "urn:filiera:party:" + "w" * 26, "basis": {"kind": "order"}}
        return [
            wool, shipment, first.receive(shipment, "wool", "60"),
            wrong, dyer.correct(wrong), *(each.declare(f"scraps of {each.name}", **RAW) for each in self.sewers[1:]),
            first.declare("felt", hidden=None, **{"filiera:onBehalfOf": workshop} | RAW),
            *(adopts(each, "short-chain") for each in (weaver, first)), adopts(dyer, "social"),
        ]  # fmt: skip

    def send(self, *records: Record) -> None:
        for record in records:
            answer = self.node.post(record)
            assert answer.status_code == 201, answer.text
        for record in records:
            self.node.proof(record)


def run(node: NodeProcess, *arguments: str, url: str = "", chain: bool = True) -> tuple[int, dict[str, Any]]:
    """Exit status and report of the command."""
    where = ["--trust", str(node.folder / "trust.json"), *(["--node", url or node.url] if url != "-" else [])]
    asked = ["--chain", node.deployed.chain.url] if chain else []
    command = [sys.executable, "-c", _KPIS, *YEAR, *where, *asked, *arguments, "--lang", "en", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def codes(report: dict[str, Any]) -> set[str]:
    return {found["code"] for found in report["findings"]}


def published(node: NodeProcess, **more: str) -> dict[str, Any]:
    answer = node.client.get("/kpis", params={"start": YEAR[1], "end": YEAR[3], **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_node_and_outsider_count_the_same(node):
    story = Story(node)
    status, report = run(node)
    assert (status, codes(report)) == (0, set()), report["findings"]
    assert report["kpis"] == published(node)
    counted = report["kpis"]["companies"]
    assert {name: number["value"] for name, number in counted.items()} == {
        "involved": 6,  # the group once, five sewers
        "admitted": 8,  # and the laboratory, and whoever runs the node
        "invited": 1,
        "represented": 1,
    }
    assert counted["involved"]["list"].keys() == {"gruppo", *(each.urn for each in story.sewers)}
    short = report["kpis"]["criteria"]["short-chain"]
    assert [short[state]["value"] for state in ("adopted", "evidenced", "proven")] == [2, 2, 2]
    assert report["kpis"]["criteria"]["social"]["evidenced"]["value"] == 0
    # Prato has one company, the node's operator no province: Bologna is put with them, for two could be told apart.
    assert report["kpis"]["areaOf"] == {"BO": "other", "PO": "other"}

    status, report = run(node, "--province", "PO")
    assert (status, report["kpis"]) == (0, published(node, province="PO"))
    assert list(report["kpis"]["areas"]) == ["other"]
    _, report = run(node, "--lists")
    assert list(report["opened"]["PO"]["involved"]) == ["gruppo"]


def test_an_altered_or_omitted_record_is_noticed(node):
    story = Story(node)
    digest = published(node)["companies"]["involved"]["list"][story.sewers[1].urn]

    def altered(path: str, body: bytes) -> bytes:
        return body.replace(b"ey", b"eY", 1) if path == f"/events/{digest}" else body

    def hidden(path: str, body: bytes) -> bytes | None:
        return None if path == f"/events/{digest}" else body

    for twist in (altered, hidden):
        with TwistedNode(node.url, twist) as liar:
            status, report = run(node, url=liar.url)
        # Fewer records give other figures than the node publishes: that is said too.
        assert status == 1
        assert codes(report) >= {"AUDIT_RECORD_NOT_SHOWN", "KPI_RECORDS_PARTIAL", "KPI_NODE_DIFFERS"}

    def shortened(path: str, body: bytes) -> bytes:
        return body[:-32] + bytes(32) if path.startswith("/tile/entries") else body

    with TwistedNode(node.url, shortened) as liar:
        command = [
            sys.executable,
            "-c",
            _KPIS,
            *YEAR,
            "--node",
            liar.url,
            "--trust",
            str(node.folder / "trust.json"),
        ]
        done = subprocess.run(
            [*command, "--lang", "en"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert (done.returncode, "AUDIT_ENTRIES_MISMATCH" in done.stderr) == (3, True)


def test_a_node_that_shows_an_old_head_or_other_figures_is_noticed(node):
    story = Story(node)
    old = node.client.get("/checkpoint").content
    story.send(story.weaver.declare("more wool", **RAW))

    def past(path: str, body: bytes) -> bytes:
        return old if path == "/checkpoint" else body

    def boasting(path: str, body: bytes) -> bytes:
        if not path.startswith("/kpis"):
            return body
        found = json.loads(body)
        found["companies"]["involved"]["value"] += 1
        return json.dumps(found).encode()

    with TwistedNode(node.url, past) as liar:
        status, report = run(node, url=liar.url)
    assert (status, codes(report)) == (2, {"KPI_LOG_BEHIND", "KPI_NODE_OTHER_HEAD"})
    with TwistedNode(node.url, boasting) as liar:
        status, report = run(node, url=liar.url)
    assert (status, codes(report)) == (1, {"KPI_NODE_DIFFERS"})
    assert report["findings"][0]["values"]["what"] == "/companies/involved/value"


def test_bundles_count_too_and_say_what_they_do_not_hold(node):
    story = Story(node)
    folder = node.folder / "evidence"
    folder.mkdir()
    (folder / "wool.filiera").write_bytes(node.client.get(f"/lots/{lot('wool')}/custody").content)
    status, report = run(node, "--evidence", str(folder), url="-")
    assert (status, codes(report)) == (2, {"KPI_RECORDS_PARTIAL"})
    assert report["kpis"]["companies"]["involved"]["list"].keys() == {"gruppo", story.sewers[0].urn}
    status, report = run(node, "--evidence", str(folder), url="-", chain=False)
    assert (status, codes(report)) == (2, {"KPI_RECORDS_PARTIAL", "CHAIN_NOT_ASKED"})
    assert report["kpis"]["companies"]["admitted"]["value"] is None
