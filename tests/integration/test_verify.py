"""`filiera verify` against a real node on a real chain: verified, altered, unreachable, offline."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.bundle import parse_bundle, serialise
from tests.support.chain import deployed, session_chain  # noqa: F401 - fixtures
from tests.support.liar import Liar
from tests.support.makers import Maker, lot
from tests.support.node_process import NodeProcess

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
_VERIFY = "from verifier.cli import verify; verify()"


@pytest.fixture
def node(tmp_path, deployed):  # noqa: F811 - a fixture
    process = NodeProcess(tmp_path, deployed)
    process.start()
    anna, bice = Maker("anna"), Maker("bice")
    for maker in (anna, bice):
        assert process.admit(maker).status_code == 200
    wool = anna.declare("wool", **{"filiera:stage": "raw-material"})
    yarn = anna.spin("wool", "yarn", quantity="120", made="110")
    shipment = anna.ship("yarn", bice, quantity="110")
    receipt = bice.receive(shipment, "yarn", quantity="110")
    for record in (wool, yarn, shipment, receipt):
        answer = process.post(record)
        assert answer.status_code == 201, answer.text
        process.proof(record)
    trust = tmp_path / "trust.json"
    trust.write_text(json.dumps(deployed.deployment.trust()))
    yield process
    process.kill()
    process.client.close()


def verify(
    node: NodeProcess, target: str, *more: str, chain: str | None = None
) -> subprocess.CompletedProcess[str]:
    arguments = [target, "--trust", str(node.folder / "trust.json"), "--json", "--lang", "en", *more]
    if "--offline" not in more:
        arguments += ["--chain", chain or node.deployed.chain.url]
    return subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def codes(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {found["code"] for found in json.loads(done.stdout)["findings"] if found["severity"] != "notice"}


def test_verify_a_lot_at_a_node_and_its_file(node, tmp_path):
    done = verify(node, f"{node.url}/lots/{lot('yarn')}/custody")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    by_reference = verify(node, lot("yarn"), "--node", node.url)
    assert by_reference.stdout == done.stdout
    file = tmp_path / "yarn.filiera"
    file.write_bytes(node.client.get(f"/lots/{lot('yarn')}/custody").content)
    assert verify(node, str(file)).stdout == done.stdout
    assert (verify(node, str(file), "--offline").returncode, codes(verify(node, str(file), "--offline"))) == (
        2,
        {"CHAIN_NOT_ASKED"},
    )
    assert (verify(node, str(file), chain="http://127.0.0.1:9").returncode) == 2
    assert verify(node, str(tmp_path / "absent.filiera")).returncode == 3
    bundle = parse_bundle(file.read_bytes())
    spun = next(entry for entry in bundle.records if entry.index == 1)
    removed = tuple(entry for entry in bundle.records if entry is not spun)
    file.write_bytes(serialise(replace(bundle, records=removed)))
    done = verify(node, str(file))
    assert done.returncode in {1, 2}
    windows = tuple(replace(key, from_block=key.from_block + 1) for key in bundle.keys)
    file.write_bytes(serialise(replace(bundle, keys=windows)))
    done = verify(node, str(file))
    assert (done.returncode, codes(done)) == (1, {"BUNDLE_CHAIN_MISMATCH"})


def test_verify_with_several_endpoints(node):
    chain, pinned = node.deployed.chain.url, node.deployed.deployment
    target = (lot("yarn"), "--node", node.url)
    both = f"{chain},{chain.replace('127.0.0.1', 'localhost')}"
    done = verify(node, *target, chain=both)
    assert (done.returncode, done.stderr) == (0, "")
    one_away = verify(node, *target, "--chain", "http://127.0.0.1:9")
    assert (one_away.returncode, one_away.stdout) == (0, done.stdout)
    assert "CHAIN_ENDPOINT_AWAY" in one_away.stderr
    with Liar(chain, pinned) as liar:
        contested = verify(node, *target, "--chain", liar.url)
        alone = verify(node, *target, chain=liar.url)
    assert (contested.returncode, contested.stdout) == (2, "")
    assert "CHAIN_ENDPOINTS_DISAGREE" in contested.stderr
    # Alone it would have been believed, whatever it says.
    assert codes(alone) == {"BUNDLE_CHAIN_MISMATCH"}
    # One that claims the past or a future: neither is left out, so neither can push the other out.
    with Liar(chain, pinned, height=10**6) as liar:
        apart = verify(node, *target, "--chain", liar.url)
    assert (apart.returncode, apart.stdout) == (2, "")
    assert "CHAIN_ENDPOINT_BEHIND" in apart.stderr
