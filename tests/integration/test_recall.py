"""`filiera recall` of a real node's log, and of bundles: the list, who holds what, and what is said to be missing."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.makers import Maker, lot

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_RECALL = "from verifier.recall_cli import recall; recall()"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RECALL, *arguments, "--lang", "en"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_bad_lot_is_followed_to_where_it_is_now(node, tmp_path):
    """Of Anna's wool two yarns are spun; one goes to Bice, one is taken back; amounts are for those who may see them."""
    anna, bice, lab = Maker("anna"), Maker("bice"), Maker("lab", roles=("authority",))
    for maker in (anna, bice, lab):
        assert node.admit(maker).status_code == 200
    records = [anna.declare("wool", hidden=None, **{"filiera:stage": "raw-material"})]
    records += [
        anna.spin("wool", "yarn", "50", "46", hidden=None),
        anna.spin("wool", "by mistake", "20", "18"),
    ]
    records.append(anna.correct(records[-1]))
    records.append(anna.ship("yarn", bice, "46"))
    for record in records:
        answer = node.post(record)
        assert answer.status_code == 201, answer.text
    for record in records:
        node.proof(record)
    where = ["--node", node.url, "--trust", str(tmp_path / "trust.json")]

    done = run(lot("wool"), *where, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [each["lot"] for each in found["affected"]] == [lot("wool"), lot("yarn")]
    assert found["affected"][1]["path"][1]["record"] == records[1].digest.hex()
    assert found["affected"][1]["made"] is None, "amounts are not public"

    key = tmp_path / "lab.jwk"
    key.write_text(json.dumps(lab.key.jwk))
    key.chmod(0o600)
    done = run(lot("wool"), *where, "--key", str(key), "--csv")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [
        (row["lot"], row["made"], row["party"], row["state"], row["amount"])
        for row in csv.DictReader(io.StringIO(done.stdout))
    ]
    assert rows == [
        (lot("wool"), "120", anna.urn, "held", "70"),
        (lot("yarn"), "46", bice.urn, "in-transit", "46"),
    ]
    assert "held by" in run(lot("wool"), *where, "--key", str(key)).stdout

    (tmp_path / "empty").mkdir()
    assert "RECALL_UNKNOWN" in run(lot("nothing"), *where).stderr
    nothing = run(lot("wool"), "--evidence", str(tmp_path / "empty"))
    assert (nothing.returncode, "KPI_NOTHING_TO_READ" in nothing.stderr) == (3, True)


def test_a_part_of_the_log_is_no_whole_list(node, tmp_path):
    anna = Maker("anna")
    assert node.admit(anna).status_code == 200
    raw = {"filiera:stage": "raw-material"}
    records = [anna.declare("wool", **raw), anna.declare("silk", **raw), anna.spin("silk", "yarn")]
    for record in records:
        assert node.post(record).status_code == 201
    for record in records:
        node.proof(record)
    (tmp_path / "wool.filiera").write_bytes(node.client.get(f"/lots/{lot('wool')}/custody").content)
    done = run(lot("wool"), "--evidence", str(tmp_path), "--json")
    assert (done.returncode, [each["code"] for each in json.loads(done.stdout)["findings"]]) == (
        2,
        ["RECALL_PARTIAL"],
    )
    assert run(lot("wool"), "--evidence", str(tmp_path), "--from", "yesterday").returncode == 3
